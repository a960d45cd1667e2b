"""``crmeter verify``: a plan held to what came of it."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from crmeter.cli import forms, screen
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    id = typer.Argument(metavar="PLAN", help=t("A plan, as “crmeter plan list” lists it."))
    who = typer.Option(metavar="NAME", help=t("Who does it. Default: who is signed in on this machine."))
    form = typer.Option("--format", help=t("How it is written; a chart is SVG, or PNG by the file's name."))
    output = typer.Option("-o", "--output", metavar="FILE", help=t("Write to this file. Default: standard output."))

    @command(
        app,
        "verify",
        t("Hold a plan to what came of it, by the method that was sealed before its start; the verdict is kept."),
        ("crmeter verify P1", "crmeter verify P1 --format chart -o effect.svg"),
    )
    def verify(
        id: Annotated[str, id],
        *,
        who: Annotated[str | None, who] = None,
        format: Annotated[Literal["table", "json", "chart"], form] = "table",
        output: Annotated[Path | None, output] = None,
    ) -> None:
        from crmeter.app import cataloguing, plans
        from crmeter.cli import plan_tables
        from crmeter.reports.charts.effects import picture

        here = workspace()
        with screen.progress() as progress:
            progress(t("Verifying"), None)
            found = plans.verify(here, id, who=who)
        result = found["result"]
        name = cataloguing.name(result["design"]["kpi"], here.catalogue)
        made = {"table": lambda: plan_tables.held(found, here), "chart": lambda: picture(result, name)}
        forms.deliver(found, format, output, made)
