"""Reading a tracking sheet back, whoever wrote it last: owners, targets and notes. Every problem names its cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from crmeter.kernel.errors import Problem
from crmeter.kernel.messages import t
from crmeter.reports.tracking.layout import KPI, NOTE, OWNER, TARGET, TO_READ, recognised

Cells = Sequence[str]
Numbered = tuple[int, Cells]  # a row with its number, from 1
LIKELY = 2  # a share above this was meant in percent
_NUMBER = re.compile(
    r"(?P<sign>[-−+]?)(?:NT\$|US\$|[$¥€£元])?(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+)(?P<percent>%?)"
)


@dataclass(frozen=True)
class Tracked:
    """What a row of the sheet says of a KPI; None is what it leaves open. ``place`` is the row, for messages."""

    kpi: str
    owner: str | None
    target: float | None
    note: str | None
    place: str


@dataclass(frozen=True)
class Looked:
    """What a KPI that is named is: its id and unit; None where there is none."""

    id: str
    unit: str


def cell_name(row: int, column: int) -> str:
    """``(7, 2)`` → ``C7``; rows count from 1, columns from 0.

    >>> cell_name(7, 2), cell_name(1, 27)
    ('C7', 'AB1')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def columns_of(cells: Cells) -> dict[str, int] | None:
    """Where the columns stand that are read, if this row holds their headings; of a heading twice the first counts."""
    codes = recognised()
    found: dict[str, int] = {}
    for column, cell in enumerate(cells):
        code = codes.get(cell.strip().casefold())
        if code in TO_READ:
            found.setdefault(code, column)
    return found if KPI in found and (OWNER in found or TARGET in found) else None


def read_rows(
    sheet: str, rows: Sequence[Numbered], find: Callable[[str], Looked | None], unknown: Callable[[str], Problem]
) -> tuple[list[Tracked], list[Problem]] | None:
    """The rows of a sheet and what is wrong with them; None for a sheet without the headings."""
    start = next((i for i, (_, cells) in enumerate(rows) if columns_of(cells)), None)
    if start is None:
        return None
    reading = _Reading(sheet, columns_of(rows[start][1]) or {}, find, unknown)
    tracked = [line for number, cells in rows[start + 1 :] for line in reading.line(number, cells)]
    return tracked, reading.problems


class _Reading:
    def __init__(
        self,
        sheet: str,
        columns: dict[str, int],
        find: Callable[[str], Looked | None],
        unknown: Callable[[str], Problem],
    ) -> None:
        self.sheet, self.columns, self.find, self.unknown = sheet, columns, find, unknown
        self.problems: list[Problem] = []
        self.seen: dict[str, int] = {}

    def line(self, row: int, cells: Cells) -> Iterator[Tracked]:
        said = {code: _text(cells, column) for code, column in self.columns.items()}
        if not any(said.values()):
            return
        if not said[KPI]:
            self._wrong(row, KPI, t("the row has no KPI."), t("Write the KPI’s ID, or empty the row."))
            return
        found = self.find(said[KPI])
        if found is None:
            problem = self.unknown(said[KPI])
            self._wrong(row, KPI, problem.what, problem.next)
            return
        if found.id in self.seen:
            self._wrong(row, KPI, t("{kpi} stands in row {row} already.", kpi=found.id, row=self.seen[found.id]))
            return
        self.seen[found.id] = row
        target = self._target(row, said.get(TARGET, ""), found.unit)
        yield Tracked(found.id, said.get(OWNER) or None, target, said.get(NOTE) or None, f"{self.sheet}!{row}")

    def _target(self, row: int, text: str, unit: str) -> float | None:
        if not text or text in ("-", "–", "—"):
            return None
        plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
        match = _NUMBER.fullmatch(plain)
        if not match:
            self._wrong(row, TARGET, t("“{text}” is no number.", text=text), t("Write for example: {line}", line="5%"))
            return None
        number = float(match["digits"].replace(",", "")) * (-1 if match["sign"] in ("-", "−") else 1)
        if match["percent"]:
            return round(number / 100, 12)
        if unit == "share" and abs(number) > LIKELY:
            what = t("{number} would be {percent}% of a share.", number=text, percent=f"{number * 100:g}")
            next = t("Write {percent}% or {share}.", percent=f"{number:g}", share=f"{number / 100:g}")
            self._wrong(row, TARGET, what, next)
            return None
        return number

    def _wrong(self, row: int, code: str, what: str, next: str = "") -> None:
        place = t("Sheet “{sheet}”, cell {cell}", sheet=self.sheet, cell=cell_name(row, self.columns[code]))
        self.problems.append(Problem(t("{place}: {what}", place=place, what=what), next=next))


def _text(cells: Cells, column: int) -> str:
    return cells[column].strip() if column < len(cells) else ""
