"""Every KPI of the evaluation: now, against the period before, a year before and its target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crmeter.kernel.messages import t
from crmeter.reports import words
from crmeter.reports.blocks import TONES, Block, Cell, Column, Heading, Table
from crmeter.reports.charts.draw import Drawer
from crmeter.reports.reading import Compared, Line, Reading
from crmeter.reports.section import Section

Base = tuple[str, str, str]  # kind of comparison, heading, period


def _facts(reading: Reading, drawer: Drawer | None) -> Mapping[str, object]:
    return {
        "columns": _bases(reading),
        "families": [(code, words.family(code), lines) for code, lines in reading.families.items()],
    }


def _bases(reading: Reading) -> list[Base]:
    base = reading.document["base"]
    columns = [
        (kind, heading, reading.base_period(kind))
        for kind, heading in (("previous", t("Period before")), ("year", _year_heading(base.get("year"))))
        if base.get(kind)
    ]
    if any("target" in line.comparisons for line in reading.lines):
        columns.append(("target", t("Target"), ""))
    return columns


def _year_heading(base: Mapping[str, object] | None) -> str:
    return t("A year before, by Spring Festival") if (base or {}).get("aligned") else t("A year before")


def _blocks(reading: Reading) -> Iterator[Block]:
    bases = _bases(reading)
    columns = [
        Column(t("KPI"), width=1.5),
        Column(t("Now (95% interval)"), kind="number", width=1.2, below=reading.period),
        *(
            Column(heading, kind="number", width=0.9 if kind == "target" else 1.2, below=period)
            for kind, heading, period in bases
        ),
    ]
    for code, lines in reading.families.items():
        yield Heading(words.family(code))
        rows = [
            (
                Cell(line.card.name, code=line.kpi),
                _now(line),
                *(_compared(line, line.comparisons.get(kind)) for kind, _, _ in bases),
            )
            for line in lines
        ]
        yield Table(columns, rows)


def _now(line: Line) -> Cell:
    now = line.now
    small = tuple(text for text in (now.interval, now.sample, now.reason) if text)
    return Cell(now.text, line.value["value"], line.unit, line.currency, "", small, now.marks, "strong")


def _compared(line: Line, found: Compared | None) -> Cell | str:
    if found is None:
        return "–"
    change = f"{found.change} ({found.relative})" if found.relative and found.change else found.change
    verdict = f"{change} {found.icon} {found.word}".strip()
    small = tuple(text for text in (verdict, found.interval, found.reason) if text)
    tone = TONES.get(found.verdict, "plain")
    return Cell(found.base, _base_value(line, found.kind), line.unit, line.currency, lines=small, tone=tone)


def _base_value(line: Line, kind: str) -> float | None:
    raw = line.raw[kind]
    value = raw.get("target") if kind == "target" else (raw.get("base") or {}).get("value")
    return None if value is None else float(value)


def _sheet(reading: Reading) -> Iterator[Block]:
    """One row for each KPI and one number in each cell."""
    bases = _bases(reading)
    columns = [
        Column(t("KPI"), width=2.2),
        Column(t("ID"), width=2),
        Column(t("Family"), width=1.2),
        Column(t("Unit")),
        Column(t("Now"), kind="number", below=reading.period),
        *(Column(heading, kind="number") for heading in (t("Interval from"), t("Interval to"))),
        Column("n", kind="count"),
    ]
    for _, heading, period in bases:
        columns += [
            Column(heading, kind="number", below=period),
            Column(t("Change"), kind="number"),
            Column(t("Verdict"), width=1.6),
        ]
    columns.append(Column(t("Remarks"), width=3))
    yield Table(columns, [_flat(line, bases) for line in reading.lines])


def _flat(line: Line, bases: Sequence[Base]) -> list[Cell | str]:
    def number(value: float | None) -> Cell:
        return Cell(t("undefined") if value is None else "", value, line.unit, line.currency)

    value = line.value
    n = value.get("n")
    row: list[Cell | str] = [line.card.name, line.kpi, words.family(line.family), words.unit(line.unit)]
    row.append(number(value["value"]))
    row += [Cell("", value.get(end), line.unit, line.currency) for end in ("low", "high")]
    row.append(Cell("", n, "count"))
    for kind, _, _ in bases:
        found = line.comparisons.get(kind)
        if found is None:
            row += ["", "", ""]
            continue
        row += [number(_base_value(line, kind)), Cell("", line.raw[kind].get("change"), line.unit, line.currency)]
        row.append(f"{found.icon} {found.word}" + (f"{t(': ')}{found.reason}" if found.reason else ""))
    row.append(t("; ").join((*line.now.marks, *((line.now.reason,) if line.now.reason else ()))))
    return row


SCORECARD = Section(
    "scorecard",
    lambda: t("Scorecard"),
    lambda reading: tuple(_blocks(reading)),
    _facts,
    sheet=lambda reading: tuple(_sheet(reading)),
)
