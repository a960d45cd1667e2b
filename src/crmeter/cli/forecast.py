"""``crmeter forecast``: what is expected of a KPI."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from crmeter.cli import forms, screen, tables
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain

if TYPE_CHECKING:
    from crmeter.kernel.calendar import Calendar

EXAMPLES = (
    "crmeter forecast revenue",
    "crmeter forecast churn_rate.cohort --periods 4 --grain quarter",
    "crmeter forecast orders --by customer.segment --format chart -o orders.png",
)
Plain = Mapping[str, Any]


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    options = {
        "id": typer.Argument(metavar="ID", help=t("The KPI, as “crmeter kpis” lists it.")),
        "periods": typer.Option(metavar="N", help=t("How many periods ahead. Default: 6 months, 8 weeks, 4 quarters.")),
        "grain": typer.Option("--grain", help=t("The length of a period.")),
        "where": typer.Option(metavar="EXPR", help=t("Only what this holds of, such as \"customer.segment = 'vip'\".")),
        "by": typer.Option(metavar="DIM", help=t("One forecast for each group, such as customer.segment.")),
        "format": typer.Option("--format", help=t("How it is written; a chart is SVG, or PNG by the file's name.")),
        "output": typer.Option("-o", "--output", metavar="FILE", help=t("Write to this file.")),
    }

    @command(app, "forecast", t("Forecast a KPI, with intervals and how models did on the past."), EXAMPLES)
    def forecast(
        id: Annotated[str, options["id"]],
        *,
        periods: Annotated[int | None, options["periods"]] = None,
        grain: Annotated[Literal["month", "week", "quarter"], options["grain"]] = "month",
        where: Annotated[list[str] | None, options["where"]] = None,
        by: Annotated[str | None, options["by"]] = None,
        format: Annotated[Literal["table", "json", "chart"], options["format"]] = "table",
        output: Annotated[Path | None, options["output"]] = None,
    ) -> None:
        from crmeter.app.forecasting import forecast as expected
        from crmeter.reports.charts.forecast import picture

        here = workspace()
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            found = expected(here, id, periods=periods, grain=Grain(grain), where=where or (), by=by, progress=progress)
        calendar = here.rules.calendar
        made = {"table": lambda: told(found, calendar), "chart": lambda: picture(found, calendar)}
        forms.deliver(found, format, output, made)


def told(found: Plain, calendar: "Calendar") -> str:
    """Each series: what is expected, how models did, and what to know."""
    parts = [_series(found, series, calendar) for series in found["series"]]
    if found["groups_left_out"]:
        parts.append(t("{count} smaller groups are not shown.", count=found["groups_left_out"]))
    return "\n\n".join(parts)


def _series(found: Plain, series: Plain, calendar: "Calendar") -> str:
    from crmeter.reports import forecast as said

    title = said.title(found, series, calendar)
    if not series["forecast"]:
        return f"{title} ({said.refusal(series['refused'])})"
    parts = [title, _expected(found, series, calendar), "\n".join(said.choice(found, series)), _models(found, series)]
    return "\n\n".join((*parts, "\n".join(said.notes(found, series, calendar))))


def _expected(found: Plain, series: Plain, calendar: "Calendar") -> str:
    from crmeter.reports import forecast as said
    from crmeter.reports import numbers

    unit, currency = found["unit"], found["currency"]
    rows = [
        [
            said.when(each, found["grain"], calendar),
            numbers.amount(each["value"], unit, currency),
            numbers.interval(each["low_80"], each["high_80"], unit, currency),
            numbers.interval(each["low_95"], each["high_95"], unit, currency),
        ]
        for each in series["forecast"]
    ]
    headings = [t("Period"), t("Expected"), t("80% interval"), t("95% interval")]
    return tables.table(headings, rows, numbers=range(1, 4))


def _models(found: Plain, series: Plain) -> str:
    from crmeter.reports import forecast as said
    from crmeter.reports import numbers

    rows = [
        [
            said.model(each["model"]) + (" *" if each["model"] == series["model"] else ""),
            numbers.size(each["mean_error"], found["unit"], found["currency"]),
            "–" if each["against_baseline"] is None else numbers.share(each["against_baseline"]),
            "–" if each["mase"] is None else numbers.amount(each["mase"], "ratio"),
        ]
        for each in series["backtest"]["models"]
    ]
    headings = [t("Model"), t("Mean error"), t("Of the naive one’s"), "MASE"]
    return tables.table(headings, rows, numbers=range(1, 4))
