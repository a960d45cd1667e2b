"""``crmeter demo``: the demo company, end to end."""

from pathlib import Path
from typing import Annotated

import typer

from crmeter.cli import screen, tables
from crmeter.cli.command import command
from crmeter.kernel.messages import t


def register(app: typer.Typer) -> None:
    """Add the commands, with help in the language of the moment."""
    make_demo(app)


def make_demo(app: typer.Typer) -> None:
    directory = typer.Argument(metavar="DIR", help=t("The folder to make. Default: demo."))
    seed = typer.Option(min=0, metavar="N", help=t("Another company for each number."))
    customers = typer.Option(min=100, metavar="N", help=t("How many customers it has."))

    @command(
        app,
        "demo",
        t("Make the demo company: load it, evaluate its last full quarter, write the report in three languages."),
        ("crmeter demo", "crmeter demo try --customers 2000 --seed 7"),
    )
    def demo(
        directory: Annotated[Path, directory] = Path("demo"),
        *,
        seed: Annotated[int, seed] = 7,
        customers: Annotated[int, customers] = 20_000,
    ) -> None:
        from crmeter.app import reporting
        from crmeter.app.demonstrating import demonstrate

        with screen.progress() as progress:
            made = demonstrate(directory, seed=seed, customers=customers, progress=progress)
            said = tables.summary(made.evaluation, reporting.headlines(made.evaluation))
        screen.say("\n\n".join((tables.load(made.load), said, "\n".join(map(str, made.reports)))))
