"""``crmeter kpis`` and ``crmeter kpi explain``: what can be measured, and what one KPI means."""

import json
from typing import Annotated, Literal

import typer

from crmeter.cli import screen, tables
from crmeter.cli.command import catalogue, command, workspace
from crmeter.cli.explained import explained, planned_steps
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
    options = {
        "id": typer.Argument(metavar="ID", help=t("A KPI, as “crmeter kpis” lists it, or what you call it.")),
        "plan": typer.Option("--plan", help=t("Show the statements by which it is measured, and what they read.")),
        "period": typer.Option(metavar="P", help=t("The period of --plan; the last full quarter if none is given.")),
        "format": typer.Option("--format", help=t("How the card is written.")),
    }

    @command(
        app,
        "kpi explain",
        t("Explain a KPI: what it shows, how to read it, what to be careful of, what to do, how it is computed."),
        (
            "crmeter kpi explain churn_rate.cohort",
            "crmeter kpi explain LTV",
            "crmeter kpi explain nps --lang zh-Hant",
            "crmeter kpi explain revenue --plan",
        ),
    )
    def explain(
        id: Annotated[str, options["id"]],
        *,
        plan: Annotated[bool, options["plan"]] = False,
        period: Annotated[str | None, options["period"]] = None,
        format: Annotated[Literal["text", "json"], options["format"]] = "text",
    ) -> None:
        from crmeter.app.cataloguing import explain as card

        found = card(id, catalogue())
        if not plan:
            told = json.dumps(found.as_json(), ensure_ascii=False, indent=1)
            screen.say(told if format == "json" else explained(found))
            return
        from crmeter.app.planning import plan as planned

        steps = planned(workspace(), found.id, period=period)
        screen.say(json.dumps(steps, ensure_ascii=False, indent=1) if format == "json" else planned_steps(steps))
