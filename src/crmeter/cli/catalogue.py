"""``crmeter kpis`` and ``crmeter kpi explain``: what can be measured, and what one KPI means."""

import json
from typing import Annotated, Literal

import typer

from crmeter.cli import screen, tables
from crmeter.cli.command import catalogue, command
from crmeter.cli.explained import explained
from crmeter.kernel.messages import t


def register(app: typer.Typer) -> None:
    """Add the commands, with help in the language of the moment."""
    add_list(app)
    add_card(app)


def add_list(app: typer.Typer) -> None:
    family = typer.Option(metavar="F", help=t("Only this family, such as customers or service."))
    form = typer.Option("--format", help=t("How the list is written."))

    @command(app, "kpis", t("List the KPIs."), ("crmeter kpis", "crmeter kpis --family service --format json"))
    def kpis(
        *, family: Annotated[str | None, family] = None, format: Annotated[Literal["table", "json"], form] = "table"
    ) -> None:
        from crmeter.app.cataloguing import listed

        found = listed(family, catalogue())
        screen.say(json.dumps(found, ensure_ascii=False, indent=1) if format == "json" else tables.catalogue(found))


def add_card(app: typer.Typer) -> None:
    id = typer.Argument(metavar="ID", help=t("A KPI, as “crmeter kpis” lists it, or what you call it."))
    form = typer.Option("--format", help=t("How the card is written."))

    @command(
        app,
        "kpi explain",
        t("Explain a KPI: what it shows, how to read it, what to be careful of, what to do, how it is computed."),
        ("crmeter kpi explain churn_rate.cohort", "crmeter kpi explain LTV", "crmeter kpi explain nps --lang zh-Hant"),
    )
    def explain(id: Annotated[str, id], *, format: Annotated[Literal["text", "json"], form] = "text") -> None:
        from crmeter.app.cataloguing import explain as card

        found = card(id, catalogue())
        screen.say(json.dumps(found.as_json(), ensure_ascii=False, indent=1) if format == "json" else explained(found))
