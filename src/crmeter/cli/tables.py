"""Results as tables of text."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain, Period
from crmeter.reports.publication.harmless import harmless

if TYPE_CHECKING:
    from crmeter.app.evaluating import StoredEvaluation
    from crmeter.app.ingesting import LoadReport

Plain = Mapping[str, Any]
WIDE = 10_000  # in a pipe a line is never broken


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """Rows under their headings; the columns ``numbers`` stand on the right."""
    import sys

    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    held = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, heading in enumerate(headings):
        held.add_column(Text(heading), justify="right" if place in numbers else "left", overflow="fold")
    for row in rows:
        held.add_row(*map(Text, row))
    target = io.StringIO()
    width = None if sys.stdout.isatty() else WIDE
    console = Console(file=target, width=width or Console().width, color_system=None, highlight=False)
    console.print(held)
    return "\n".join(line.rstrip() for line in target.getvalue().splitlines())


def load(report: LoadReport) -> str:
    """The account of a load: a row for each source and table, then what to know of the data."""
    from crmeter.reports import numbers, words

    members = ("read", "accepted", "quarantined", "unchanged", "changed", "gone")
    headings = [t("Source"), t("Table"), t("Read"), t("Accepted"), t("Quarantined"), t("Unchanged")]
    headings += [t("Changed"), t("Gone")]
    rows = [
        [count.source, words.table(count.table), *(numbers.count(getattr(count, member)) for member in members)]
        for count in report.tables
    ]
    counted = table(headings, rows, numbers=range(2, len(headings)))
    said = [line for line in report.lines() if line not in set(map(str, report.tables))]
    return "\n".join((counted, "", *_together(report.formats), *said))


def _together(formats: Sequence[str]) -> list[str]:
    """How columns were read, those read alike on one line: ``a: dates`` and ``b: dates`` as ``dates: a, b``."""
    columns: dict[str, list[str]] = {}
    for line in formats:
        column, _, how = line.partition(": ")
        columns.setdefault(how, []).append(column)
    return [f"{how}: {', '.join(names)}" if how else names[0] for how, names in columns.items()]


def catalogue(found: Sequence[Mapping[str, str]]) -> str:
    """The KPIs of a list: id, name, unit and which way is good, under the heading of each family."""
    from crmeter.reports import words

    parts = []
    for family in dict.fromkeys(kpi["family"] for kpi in found):
        rows = [
            [kpi["id"], kpi["name"], words.unit(kpi["unit"]), words.better(kpi["better"])]
            for kpi in found
            if kpi["family"] == family
        ]
        parts.append(
            f"{words.family(family)} ({family})\n" + table([t("ID"), t("KPI"), t("Unit"), t("Direction")], rows)
        )
    return "\n\n".join(parts)


def values(found: Sequence[Plain], names: Mapping[str, str], calendar: Calendar) -> str:
    """Values of KPIs: one row for each period and group; what to be careful of stands last."""
    from crmeter.reports import periods, words
    from crmeter.reports.reading import measured

    dimensions = list(dict.fromkeys(dimension for value in found for dimension in value["by"]))
    rows, seen = [], ""
    for value in found:
        said = measured(value, value["unit"], value["currency"])
        named = names.get(value["kpi"], value["kpi"])
        rows.append([
            "" if named == seen else named,
            periods.said(period_name(value, calendar)),
            *(words.member(dimension, value["by"].get(dimension)) for dimension in dimensions),
            said.text,
            said.interval,
            said.sample,
            "; ".join(part for part in (*said.marks, said.reason) if part),
        ])  # fmt: skip
        seen = named
    headings = [t("KPI"), t("Period"), *map(words.dimension, dimensions)]
    place = len(headings)
    headings += [t("Value"), t("95% interval"), t("Sample"), t("Note")]
    kept = [i for i in range(len(headings)) if i <= place or any(row[i] for row in rows)]
    shown = [[row[i] for i in kept] for row in rows]
    return table([headings[i] for i in kept], shown, numbers=range(place, min(place + 3, len(kept))))


def summary(document: Plain, headlines: Mapping[str, Sequence[str]]) -> str:
    """What an evaluation found: how many KPIs moved, then the weaknesses and strengths."""
    from crmeter.reports import periods

    tests = document["tests"]
    first = t("Evaluation {id} of {period}, sealed {checksum}", id=document["id"],
              period=periods.said(document["period"]["name"]), checksum=document["seal"]["checksum"][:12])  # fmt: skip
    looked = t("{moved} of {looked} comparisons moved beyond noise.", moved=tests["beyond_noise"],
               looked=tests["looked_at"])  # fmt: skip
    parts = [f"{first}\n{looked}"]
    for heading, sentences in headlines.items():
        said = [f"  {number}. {sentence}" for number, sentence in enumerate(sentences, 1)] or [f"  {t('none')}"]
        parts.append("\n".join((heading, *said)))
    return "\n\n".join(parts)


def evaluations(found: Sequence[StoredEvaluation], timezone: str) -> str:
    """The list of evaluations."""
    from crmeter.reports import periods

    rows = [
        [each.id, periods.said(each.period), periods.instant(each.sealed_at, timezone), str(each.load), each.checksum]
        for each in found
    ]
    if not rows:
        return t("No evaluation yet. Make one: crmeter evaluate")
    return table([t("ID"), t("Period"), t("Sealed"), t("Load"), t("Checksum")], rows, numbers=[3])


def run(told: Plain) -> str:
    """A run that is not finished: which of its steps are done."""
    from crmeter.reports import pitfalls

    done = [pitfalls.step(each["step"]) for each in told["steps"] if each["state"] == "done"]
    return t("{id} is not finished; done: {steps}. It goes on with: crmeter evaluate", id=told["evaluation"],
             steps=t(", ").join(done) or t("none"))  # fmt: skip


def period_name(value: Plain, calendar: Calendar) -> str:
    """The name of the period a value is of, as --period takes it."""
    start, end = date.fromisoformat(value["start"]), date.fromisoformat(value["end"])
    return calendar.name(Period(start, end, Grain(value["grain"])))


def comma_separated(found: Sequence[Plain]) -> str:
    """Values as CSV: numbers bare, ``by`` spread over columns, text that a spreadsheet would run made harmless."""
    dimensions = list(dict.fromkeys(dimension for value in found for dimension in value["by"]))
    members = [name for name in found[0] if name != "by"] if found else []
    place = members.index("end") + 1 if "end" in members else 0
    headings = [*members[:place], *dimensions, *members[place:]]
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(map(harmless, headings))
    for value in found:
        writer.writerow([harmless(value[h] if h in members else value["by"].get(h)) for h in headings])
    return target.getvalue()
