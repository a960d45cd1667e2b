"""``crmeter kpi``: values of KPIs."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from crmeter.cli import forms, screen, tables
from crmeter.cli.command import command, workspace
from crmeter.cli.given import day, names
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain

if TYPE_CHECKING:
    from crmeter.app.answering import Answer

Format = Literal["table", "json", "csv", "parquet", "chart"]
_GRAINS = [str(grain) for grain in Grain if grain is not Grain.CUSTOM]
EXAMPLES = (
    "crmeter kpi churn_rate.cohort",
    "crmeter kpi revenue orders --period 2025 --grain month",
    "crmeter kpi win_rate --by team --where \"customer.region = 'North'\" --format json",
    "crmeter kpi nps --from 2025-01-01 --to 2026-01-01 --grain quarter --format chart -o nps.svg",
)


def read_grain(word: str) -> Grain:
    """The grain of that name; wrong usage if there is none."""
    if word not in _GRAINS:
        raise typer.BadParameter(t("“{word}” is none of {words}.", word=word, words=", ".join(_GRAINS)))
    return Grain(word)


def _options() -> dict[str, Any]:
    """The arguments and options, with help in the language of the moment."""
    names = ", ".join(_GRAINS)
    return {
        "ids": typer.Argument(metavar="ID...", help=t("KPIs, as “crmeter kpis” lists them.")),
        "period": typer.Option(
            metavar="P",
            help=t(
                "2025, 2025-H1, 2025-Q3, 2025-07, 2025-W31, FY2025-Q1, FY2025-P07, 445-2025-P03, 民國114年第3季, "
                "last-quarter …"
            ),
        ),
        "from": typer.Option("--from", metavar="D", formats=["%Y-%m-%d"], help=t("The first day.")),
        "to": typer.Option("--to", metavar="D", formats=["%Y-%m-%d"], help=t("The day after the last.")),
        "grain": typer.Option(parser=read_grain, metavar="G", help=t("One value for each: {grains}.", grains=names)),
        "by": typer.Option(
            metavar="DIM",
            help=t("One value for each member of a dimension, such as customer.segment; more than one: a,b."),
        ),
        "where": typer.Option(metavar="EXPR", help=t("Only what this holds of, such as \"customer.segment = 'vip'\".")),
        "rates": typer.Option(
            metavar="R",
            help=t("Rates of amounts in other currencies: day, original (amounts as they are), or those of one day."),
        ),
        "known_at": typer.Option("--known-at", metavar="LOAD", help=t("As it was known at this load, counted today.")),
        "format": typer.Option("--format", help=t("How it is written; a chart is SVG, or PNG by the file's name.")),
        "output": typer.Option("-o", "--output", metavar="FILE", help=t("Write to this file.")),
    }


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    options = _options()

    @command(app, "kpi", t("Measure KPIs. “crmeter kpi explain ID” shows what one means."), EXAMPLES)
    def kpi(
        ids: Annotated[list[str], options["ids"]],
        *,
        period: Annotated[str | None, options["period"]] = None,
        first: Annotated[datetime | None, options["from"]] = None,
        end: Annotated[datetime | None, options["to"]] = None,
        grain: Annotated[Grain | None, options["grain"]] = None,
        by: Annotated[list[str] | None, options["by"]] = None,
        where: Annotated[list[str] | None, options["where"]] = None,
        rates: Annotated[str, options["rates"]] = "day",
        known_at: Annotated[int | None, options["known_at"]] = None,
        format: Annotated[Format, options["format"]] = "table",
        output: Annotated[Path | None, options["output"]] = None,
    ) -> None:
        from crmeter.app.answering import Question, answer

        here = workspace()
        asked = Question(ids, period, day(first), day(end), grain, names(by), where or (), rates, known_at)
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            found = answer(here, asked)
        forms.deliver(found.values, format, output, _made(found, here.rules.calendar))


def _made(found: "Answer", calendar: Calendar) -> dict[str, Callable[[], Any]]:
    def chart() -> Any:
        from crmeter.app import charting

        return charting.chart(found.values, found.names, calendar)

    def parquet() -> Any:
        from crmeter.app import exporting

        return exporting.parquet(found.values)

    return {
        "table": lambda: tables.values(found.values, found.names, calendar),
        "csv": lambda: tables.comma_separated(found.values),
        "parquet": parquet,
        "chart": chart,
    }
