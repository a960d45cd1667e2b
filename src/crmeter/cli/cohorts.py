"""``crmeter cohorts``: what became of the customers who came at the same time."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from crmeter.cli import forms, screen, tables
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t

EXAMPLES = (
    "crmeter cohorts",
    "crmeter cohorts --by quarter --measure revenue --periods 8",
    "crmeter cohorts --by quarter --where \"customer.channel = 'Facebook'\" --format chart -o cohorts.png",
)
MOST = 36  # cohorts that a table shows, the newest


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    options = {
        "by": typer.Option("--by", help=t("The length of the periods.")),
        "measure": typer.Option("--measure", help=t("What is followed.")),
        "periods": typer.Option(
            metavar="N", min=0, max=600, help=t("Periods after the first. Default: 12 months, 8 quarters or 5 years.")
        ),
        "per_period": typer.Option(
            "--per-period", help=t("Revenue and orders of each period alone, instead of all so far.")
        ),
        "where": typer.Option(
            metavar="EXPR", help=t("Only customers this holds of, such as \"customer.segment = 'vip'\".")
        ),
        "format": typer.Option("--format", help=t("How it is written; a chart is SVG, or PNG by the file's name.")),
        "output": typer.Option("-o", "--output", metavar="FILE", help=t("Write to this file.")),
    }  # fmt: skip

    @command(app, "cohorts", t("Follow customers who came at the same time: who stays, and what they bring."), EXAMPLES)
    def cohorts(
        *,
        by: Annotated[Literal["month", "quarter", "year"], options["by"]] = "month",
        measure: Annotated[Literal["retention", "revenue", "orders"], options["measure"]] = "retention",
        periods: Annotated[int | None, options["periods"]] = None,
        per_period: Annotated[bool, options["per_period"]] = False,
        where: Annotated[list[str] | None, options["where"]] = None,
        format: Annotated[Literal["table", "json", "csv", "chart"], options["format"]] = "table",
        output: Annotated[Path | None, options["output"]] = None,
    ) -> None:
        from crmeter.app.cohorts import cohorts as followed
        from crmeter.app.cohorts import rows
        from crmeter.reports.charts.cohorts import heat_map

        here = workspace()
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            found = followed(here, by=by, measure=measure, periods=periods, where=where or ())
        made = {
            "table": lambda: told(found, per_period),
            "csv": lambda: tables.comma_separated([{**row, "by": {}} for row in rows(found)]),
            "chart": lambda: heat_map(found, per_period),
        }
        forms.deliver(found, format, output, made)


def told(found: Mapping[str, Any], per_period: bool) -> str:
    """What stands out, the matrix, and how to read it."""
    from crmeter.reports import cohorts as words

    columns = max(len(cohort["cells"]) for cohort in found["cohorts"])
    cohorts = found["cohorts"][-MOST:]
    rows = [_row(cohort, columns, found, per_period) for cohort in cohorts]
    every = [words.cell(words.shown(each, per_period), found) for each in found["all"]]
    customers = sum(cohort["customers"] for cohort in found["cohorts"])
    rows.append([t("All"), _count(customers), *every, *[""] * (columns - len(every))])
    headings = [t("Cohort"), t("Customers"), *map(str, range(columns))]
    parts = [words.standouts(found) or [words.title(found)]]
    parts.append([f"{words.subtitle(found, per_period)}. {words.ages(found['by'])}:"])
    parts.append([tables.table(headings, rows, numbers=range(1, len(headings)))])
    left_out = len(found["cohorts"]) - len(cohorts)
    more = [t("{count} older cohorts are not shown; JSON and CSV have all.", count=left_out)] if left_out else []
    parts.append([*more, *words.notes(found)])
    return "\n\n".join("\n".join(part) for part in parts)


def _row(cohort: Mapping[str, Any], columns: int, found: Mapping[str, Any], per_period: bool) -> list[str]:
    from crmeter.reports import cohorts as words
    from crmeter.reports import periods

    name = periods.said(cohort["cohort"]) + (" °" if cohort["may_be_older"] else "")
    size = _count(cohort["customers"]) + (" *" if cohort["status"] == "small_sample" else "")
    cells = [
        words.IN_PROGRESS if each["status"] == "in_progress" else words.cell(words.shown(each, per_period), found)
        for each in cohort["cells"]
    ]
    return [name, size, *cells, *[""] * (columns - len(cells))]


def _count(value: float) -> str:
    from crmeter.reports import numbers

    return numbers.count(value)
