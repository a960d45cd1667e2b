"""``crmeter ingest``: load what the sources deliver."""

from typing import Annotated

import typer

from crmeter.cli import screen, tables
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    named = typer.Argument(metavar="SOURCE", help=t("Sources of crmeter.toml. Default: all."))

    @command(
        app,
        "ingest",
        t("Load the sources. A load is published whole or not at all; every row read is accounted for."),
        ("crmeter ingest", "crmeter ingest shop -C acme"),
    )
    def ingest(sources: Annotated[list[str] | None, named] = None) -> None:
        from crmeter.app.ingesting import ingest as load

        with screen.progress() as progress:
            report = load(workspace(), sources or (), progress)
        screen.say(tables.load(report))
