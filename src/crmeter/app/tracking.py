"""The tracking sheet: made from what is measured and agreed, read back into the indicator system."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crmeter.app.indicators.notation import toml_value
from crmeter.app.indicators.writing import indicator_section
from crmeter.app.ingesting import silent
from crmeter.app.measuring import believed, the_period
from crmeter.app.objectives import goals, indicator_system, today, update
from crmeter.app.settings import Workspace
from crmeter.connectors.files.child import read_in_child
from crmeter.connectors.files.excel import check_book
from crmeter.connectors.files.limits import MIB, Limits
from crmeter.connectors.files.piece import Readable
from crmeter.evaluation.indicators import Indicator, IndicatorSystem
from crmeter.ingest.landing import Progress
from crmeter.kernel.errors import Problem, UserError
from crmeter.kernel.messages import language, t
from crmeter.kernel.period import Grain, Period
from crmeter.metrics import Kpi, Request, measure
from crmeter.reports import periods
from crmeter.reports.tracking.layout import Line, Sheet, headings
from crmeter.reports.tracking.reading import Looked, Numbered, Tracked, read_rows
from crmeter.reports.tracking.workbook import workbook

MOST_PERIODS = 24
LIMITS = Limits(book_bytes=64 * MIB, cells=1_000_000, child_bytes=1024 * MIB, child_seconds=60)


def tracking_sheet(
    workspace: Workspace,
    ids: Sequence[str] = (),
    *,
    period: str = "this-year",
    grain: Grain = Grain.MONTH,
    progress: Progress = silent,
) -> bytes:
    """The workbook for the KPIs named, else those of the indicator system, else those of our goals.

    It has a column for each ``grain`` of ``period``, filled in as far as there are data. UserError for KPIs there are
    none of, and more periods than fit.
    """
    system = indicator_system(workspace)
    catalogue = workspace.catalogue
    chosen = ids or [i.kpi for i in system.indicators] or [kpi for goal in goals() for kpi in goal.kpis]
    kpis = [kpi for kpi in catalogue.chosen(list(dict.fromkeys(chosen))) if not kpi.always_by]
    targets = {kpi.id: target.value for id, target in workspace.targets.items() for kpi in catalogue.chosen([id])}
    progress(t("Measuring"), None)
    whole, split, values, until = _measured(workspace, kpis, period, grain)
    before = workspace.rules.calendar.previous(split[0])
    lines = []
    for kpi in kpis:
        card, indicator = catalogue.card(kpi.id, language()), system.indicator(kpi.id) or Indicator(kpi.id)
        actual = [values.get((kpi.id, each)) for each in split]
        lines.append(Line(kpi.id, card.name, card.question, card.formula, card.unit, card.better, indicator.owner,
                          values.get((kpi.id, before)), targets.get(kpi.id), actual, indicator.note))  # fmt: skip
    name = workspace.rules.calendar.name
    title = t("{company}: KPI tracking, {period}", company=workspace.name, period=periods.said(name(whole)))
    owners = sorted({i.owner for i in system.indicators if i.owner})
    said = [periods.said(name(each)) for each in split]
    return workbook(Sheet(workspace.name, workspace.rules.currency, title, periods.said(name(before)), said, lines,
                          owners, until))  # fmt: skip


def _measured(
    workspace: Workspace, kpis: Sequence[Kpi], name: str, grain: Grain
) -> tuple[Period, list[Period], dict[tuple[str, Period], float | None], str | None]:
    """The period, its parts, the values of those that are over, and until when there are data."""
    if not workspace.warehouse.is_file():  # nothing loaded: a sheet to fill in by hand
        whole = the_period(workspace.rules, today(workspace), name, None, None)
        return whole, _split(workspace, whole, grain), {}, None
    with believed(workspace) as warehouse:
        as_of = warehouse.load.as_of
        whole = the_period(workspace.rules, as_of, name, None, None)
        split = _split(workspace, whole, grain)
        over = [each for each in (workspace.rules.calendar.previous(split[0]), *split) if each.end <= as_of]
        found = measure(warehouse, workspace.rules, Request(kpis, over)) if over else None
        values = {(kpi.id, each): found.value(kpi, each).value for kpi in kpis for each in over} if found else {}
    return whole, split, values, str(as_of)


def _split(workspace: Workspace, whole: Period, grain: Grain) -> list[Period]:
    found = list(workspace.rules.calendar.split(whole.start, whole.end, grain))
    if len(found) > MOST_PERIODS:
        raise UserError.of(
            t("{count} periods do not fit side by side.", count=len(found)),
            next=t("Choose a shorter period or a longer grain: {count} fit.", count=MOST_PERIODS),
        )
    return found


@dataclass(frozen=True)
class ReadBack:
    """What a tracking sheet says that is not so yet: indicators to change or add, and targets for crmeter.toml."""

    changed: tuple[Indicator, ...]
    added: tuple[Indicator, ...]
    targets: tuple[tuple[str, float], ...]

    def sections(self) -> str:
        """The indicators as they stand in indicators.toml then."""
        return "\n".join(map(indicator_section, (*self.changed, *self.added)))

    def target_sections(self) -> str:
        """The targets as they are written into crmeter.toml."""
        lines = [f"[targets.{toml_value(kpi)}]\nvalue = {toml_value(value)}\n" for kpi, value in self.targets]
        return "\n".join(lines)


def read_back(workspace: Workspace, path: Path, *, write: bool = False) -> ReadBack:
    """Read owners, targets and notes; with ``write`` they go into indicators.toml, but for targets, which are the
    settings' and stay with whoever keeps crmeter.toml. A KPI without objective is added as a draft.

    UserError with every problem of the sheet and its cell; nothing is written then.
    """
    system, tracked = indicator_system(workspace), _tracked(workspace, path)
    changed, added = [], []
    for line in tracked:
        old = system.indicator(line.kpi)
        base = old or Indicator(line.kpi, active=False)
        new = replace(base, owner=line.owner or base.owner, note=line.note or base.note)  # an empty cell says nothing
        if old is None and new != base:
            added.append(new)
        elif old is not None and new != old:
            changed.append(new)
    known = {kpi.id: target.value for id, target in workspace.targets.items()
             for kpi in workspace.catalogue.chosen([id])}  # fmt: skip
    targets = [(each.kpi, each.target) for each in tracked if each.target is not None]
    found = ReadBack(tuple(changed), tuple(added), tuple(each for each in targets if known.get(each[0]) != each[1]))
    if write and (changed or added):
        update(workspace, IndicatorSystem((), (*changed, *added)))
    return found


def _tracked(workspace: Workspace, path: Path) -> list[Tracked]:
    catalogue = workspace.catalogue

    def find(word: str) -> Looked | None:
        kpi = catalogue.find(word)
        return None if kpi is None else Looked(kpi.id, str(kpi.unit))

    found: list[Tracked] = []
    problems: list[Problem] = []
    sheets = list(_sheets(path))
    read = [each for name, rows in sheets if (each := read_rows(name, rows, find, catalogue.unknown))]
    if not read:
        names = headings()
        wanted = ", ".join(names[code] for code in ("kpi", "owner", "target"))
        raise UserError.of(
            t("{path} has no sheet with the headings {names}.", path=path, names=wanted),
            next=t("Make one with: crmeter template tracking -o FILE"),
        )
    for lines, wrong in read:
        found += lines
        problems += wrong
    if problems:
        raise UserError(*problems)
    return found


def _sheets(path: Path) -> Iterator[tuple[str, list[Numbered]]]:
    """The sheets of a workbook as text with row numbers, read in a process of its own."""
    if not path.is_file():
        raise UserError.of(t("There is no file {path}.", path=path))
    readable = Readable(path, path.name, path.stem, path.suffix.lower().lstrip("."))
    check_book(readable, LIMITS)
    with tempfile.TemporaryDirectory(prefix="crmeter-") as folder:
        for sheet in read_in_child("excel", readable, Path(folder), LIMITS):
            with Path(sheet["data"]).open(encoding="utf-8", newline="") as rows:
                numbered = [(int(row[-1]), row[:-1]) for row in csv.reader(rows)]
            first = numbered[0][0] - 1 if numbered else 1
            yield str(sheet["sheet"]), [(first, list(sheet["columns"])), *numbered]
