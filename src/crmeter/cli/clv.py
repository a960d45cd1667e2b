"""``crmeter clv``: what customers are expected to bring."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from crmeter.cli import forms, screen
from crmeter.cli.command import command, workspace
from crmeter.cli.given import day
from crmeter.kernel.messages import t

EXAMPLES = (
    "crmeter clv",
    "crmeter clv --by channel --horizon 730 --format chart -o clv.png",
    "crmeter clv --customer C000617",
    "crmeter clv --top 0 --format csv -o expected-values.csv",
)


def _options() -> dict[str, Any]:
    return {
        "horizon": typer.Option(metavar="DAYS", help=t("How many days to look ahead.")),
        "by": typer.Option(metavar="DIM", help=t("Split by an attribute of the customer, such as channel or segment.")),
        "model": typer.Option(help=t("The model of purchases; auto is the one that a check recommends.")),
        "as_of": typer.Option(
            "--as-of", metavar="D", formats=["%Y-%m-%d"], help=t("As if nothing was known from this day on.")
        ),
        "top": typer.Option(metavar="N", min=0, help=t("List this many of the most valuable customers; 0 lists all.")),
        "customer": typer.Option(metavar="ID", help=t("Only this customer.")),
        "discount": typer.Option(
            metavar="R", help=t("What money of a year later is worth less: 0.1 is 10%. Default: discount_rate.")
        ),
        "margin": typer.Option(
            metavar="M",
            help=t("Gross margin, 0.4 for 40%. Default: gross_margin, else that of the orders with a cost."),
        ),
        "format": typer.Option("--format", help=t("How it is written; a chart is SVG, or PNG by the file's name.")),
        "output": typer.Option("-o", "--output", metavar="FILE", help=t("Write to this file.")),
    }


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    options = _options()

    @command(
        app, "clv", t("Estimate what customers will bring: who is still active, and what they are worth."), EXAMPLES
    )
    def estimate(
        *,
        horizon: Annotated[int, options["horizon"]] = 365,
        by: Annotated[str | None, options["by"]] = None,
        model: Annotated[Literal["auto", "bg_nbd", "mbg_nbd", "pareto_nbd"], options["model"]] = "auto",
        as_of: Annotated[datetime | None, options["as_of"]] = None,
        top: Annotated[int, options["top"]] = 10,
        customer: Annotated[str | None, options["customer"]] = None,
        discount: Annotated[float | None, options["discount"]] = None,
        margin: Annotated[float | None, options["margin"]] = None,
        format: Annotated[Literal["table", "json", "csv", "chart"], options["format"]] = "table",
        output: Annotated[Path | None, options["output"]] = None,
    ) -> None:
        from crmeter.app.clv import Asked, customer_values
        from crmeter.cli import clv_tables
        from crmeter.reports.charts.clv import picture

        asked = Asked(
            horizon, by, None if model == "auto" else model, day(as_of), top, customer, discount,
            margin,
        )  # fmt: skip
        here = workspace()
        with screen.progress() as progress:
            progress(t("Estimating"), None)
            found = customer_values(here, asked)
        made = {
            "table": lambda: clv_tables.told(found, customer),
            "csv": lambda: clv_tables.comma_separated(found),
            "chart": lambda: picture(found),
        }
        forms.deliver(found, format, output, made)
