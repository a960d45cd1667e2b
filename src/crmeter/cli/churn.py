"""``crmeter churn``: who leaves, when, what goes with it, and who is likely to be next."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from crmeter.cli import churn_tables, forms, screen, tables
from crmeter.cli.command import command, workspace
from crmeter.cli.given import day, names
from crmeter.kernel.messages import t

Format = Literal["table", "json", "chart"]


def register(app: typer.Typer) -> None:
    """Add the commands, with help in the language of the moment."""
    options = _options()
    _survival(app, options)
    _reasons(app, options)
    _factors(app, options)
    _score(app, options)


def _options() -> dict[str, Any]:
    return {
        "by": typer.Option("--by", metavar="DIM", help=t("Attributes of customers, such as customer.channel; a,b.")),
        "as_of": typer.Option("--as-of", metavar="D", formats=["%Y-%m-%d"],
                              help=t("As it was known on this day. Default: the end of the data.")),
        "from": typer.Option("--from", metavar="D", formats=["%Y-%m-%d"],
                             help=t("Only what happened from this day on; who was there before enters on it.")),
        "where": typer.Option(metavar="EXPR",
                              help=t("Only customers this holds of, such as \"customer.segment = 'vip'\".")),
        "format": typer.Option("--format", help=t("How it is written; a chart is SVG, or PNG by the file's name.")),
        "output": typer.Option("-o", "--output", metavar="FILE", help=t("Write to this file.")),
    }  # fmt: skip


def _survival(app: typer.Typer, options: Mapping[str, Any]) -> None:
    returned = typer.Option("--returned", help=t("Follow customers from their return instead of their first day."))

    @command(
        app,
        "churn survival",
        t("How long customers stay: survival curves, retention after months, and who stays longer."),
        ("crmeter churn", "crmeter churn survival --by customer.channel --format chart -o stay.png",
         "crmeter churn survival --from 2025-01-01 --where \"customer.region = 'North'\""),
    )  # fmt: skip
    def survival(
        *,
        by: Annotated[list[str] | None, options["by"]] = None,
        first: Annotated[datetime | None, options["from"]] = None,
        as_of: Annotated[datetime | None, options["as_of"]] = None,
        where: Annotated[list[str] | None, options["where"]] = None,
        returned: Annotated[bool, returned] = False,
        format: Annotated[Format, options["format"]] = "table",
        output: Annotated[Path | None, options["output"]] = None,
    ) -> None:
        from crmeter.app import churning
        from crmeter.reports.charts import churn as charts

        found = _measured(churning.survival, by=names(by), since=day(first), as_of=day(as_of), where=where or (),
                          returned=returned)  # fmt: skip
        made = {"table": lambda: churn_tables.survival(found), "chart": lambda: charts.survival_chart(found)}
        forms.deliver(found, format, output, made)


def _reasons(app: typer.Typer, options: Mapping[str, Any]) -> None:
    @command(
        app,
        "churn reasons",
        t("Why customers leave, as far as data tell: reasons given, month of tenure, who, and what came before."),
        ("crmeter churn reasons --from 2025-01-01", "crmeter churn reasons --format chart -o months.svg"),
    )
    def reasons(
        *,
        by: Annotated[list[str] | None, options["by"]] = None,
        first: Annotated[datetime | None, options["from"]] = None,
        as_of: Annotated[datetime | None, options["as_of"]] = None,
        where: Annotated[list[str] | None, options["where"]] = None,
        format: Annotated[Format, options["format"]] = "table",
        output: Annotated[Path | None, options["output"]] = None,
    ) -> None:
        from crmeter.app import churning
        from crmeter.reports.charts import churn as charts

        found = _measured(churning.reasons, by=names(by), since=day(first), as_of=day(as_of), where=where or ())
        made = {"table": lambda: churn_tables.reasons(found), "chart": lambda: charts.stages_chart(found)}
        forms.deliver(found, format, output, made)


def _factors(app: typer.Typer, options: Mapping[str, Any]) -> None:
    @command(
        app,
        "churn factors",
        t("What goes with leaving when all else is alike (Cox's regression)."),
        ("crmeter churn factors", "crmeter churn factors --by customer.channel,customer.region --format json"),
    )
    def factors(
        *,
        by: Annotated[list[str] | None, options["by"]] = None,
        first: Annotated[datetime | None, options["from"]] = None,
        as_of: Annotated[datetime | None, options["as_of"]] = None,
        where: Annotated[list[str] | None, options["where"]] = None,
        format: Annotated[Format, options["format"]] = "table",
        output: Annotated[Path | None, options["output"]] = None,
    ) -> None:
        from crmeter.app import churning
        from crmeter.reports.charts import churn as charts

        found = _measured(churning.factors, by=names(by), since=day(first), as_of=day(as_of), where=where or ())
        made = {"table": lambda: churn_tables.factors(found), "chart": lambda: charts.factors_chart(found)}
        forms.deliver(found, format, output, made)


def _score(app: typer.Typer, options: Mapping[str, Any]) -> None:
    horizon = typer.Option(
        metavar="DAYS", min=1, max=3660,
        help=t("Lost within so many days. Default: 90 with a contract, the days of inactivity without one."),
    )  # fmt: skip
    top = typer.Option(metavar="N", min=0, help=t("So many customers of each kind, the highest first; 0: all."))
    without = typer.Option("--without", metavar="DIM", help=t("Attributes that the score may not use; a,b."))
    kinds = typer.Option("--format", help=t("How it is written; a chart is SVG, or PNG by the file's name."))

    @command(
        app,
        "churn score",
        t("The chance of each customer to be lost, with reasons, and how far the chances held when tried."),
        ("crmeter churn score --top 50", "crmeter churn score --horizon 180 --format csv --top 0 -o at-risk.csv",
         "crmeter churn score --format chart -o score.png"),
    )  # fmt: skip
    def score(
        *,
        horizon: Annotated[int | None, horizon] = None,
        top: Annotated[int, top] = 20,
        without: Annotated[list[str] | None, without] = None,
        as_of: Annotated[datetime | None, options["as_of"]] = None,
        where: Annotated[list[str] | None, options["where"]] = None,
        format: Annotated[Literal["table", "json", "csv", "chart"], kinds] = "table",
        output: Annotated[Path | None, options["output"]] = None,
    ) -> None:
        from crmeter.app import churning
        from crmeter.reports.charts import churn as charts

        found = _measured(churning.score, horizon=horizon, top=top or None, without=names(without), as_of=day(as_of),
                          where=where or ())  # fmt: skip
        made = {
            "table": lambda: churn_tables.score(found),
            "csv": lambda: tables.comma_separated([{**row, "by": {}} for row in churning.rows(found)]),
            "chart": lambda: charts.score_chart(found),
        }
        forms.deliver(found, format, output, made)


def _measured(measure: Callable[..., dict[str, Any]], **asked: Any) -> dict[str, Any]:
    here = workspace()
    with screen.progress() as progress:
        progress(t("Measuring"), None)
        return measure(here, **asked)
