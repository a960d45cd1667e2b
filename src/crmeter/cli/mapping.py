"""``crmeter new`` and ``crmeter map``: a workspace, and how its columns are read."""

from pathlib import Path
from typing import Annotated

import typer

from crmeter.cli import proposals, screen
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t


def register(app: typer.Typer) -> None:
    """Add the commands, with help in the language of the moment."""
    add_new(app)
    add_map(app)


def add_new(app: typer.Typer) -> None:
    directory = typer.Argument(metavar="DIR", help=t("The folder to make."))
    files = typer.Argument(metavar="FILE", help=t("Export files of the CRM; they are copied into the workspace."))
    currency = typer.Option(metavar="C", help=t("The currency of all amounts. Default: by language, and said."))
    zone = typer.Option(metavar="Z", help=t("The time zone of the business. Default: this machine’s, and said."))

    @command(
        app,
        "new",
        t("Make a workspace. Given export files, propose how their columns are read, and say how sure that is."),
        ("crmeter new acme customers.csv orders.xlsx --currency TWD --timezone Asia/Taipei",),
    )
    def new(
        directory: Annotated[Path, directory],
        files: Annotated[list[Path] | None, files] = None,
        *,
        currency: Annotated[str | None, currency] = None,
        timezone: Annotated[str | None, zone] = None,
    ) -> None:
        from crmeter.app.founding import found

        with screen.progress() as progress:
            made = found(directory, files or (), currency=currency, timezone=timezone, progress=progress)
        screen.say(proposals.founded(made))


def add_map(app: typer.Typer) -> None:
    source = typer.Argument(metavar="SOURCE", help=t("A source of crmeter.toml. Default: all."))
    checking = typer.Option("--check", help=t("Only check the mappings that are there."))

    @command(
        app,
        "map",
        t("Propose mappings, or check them. A mapping that you wrote or changed is never written over."),
        ("crmeter map", "crmeter map shop --check"),
    )
    def map(source: Annotated[str | None, source] = None, *, check: Annotated[bool, checking] = False) -> None:
        from crmeter.app import lacking, mapping

        names = (source,) if source else ()
        with screen.progress() as progress:
            if check:
                said = proposals.checked(mapping.check(workspace(), names, progress))
            else:
                opened = workspace()
                said = proposals.proposed(mapping.propose(opened, names, progress))
                if opened.sources:
                    said += "\n\n" + proposals.reached(lacking.reaches(opened))
        screen.say(said)
