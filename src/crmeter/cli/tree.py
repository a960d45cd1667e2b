"""The tree of commands. A command that is not there yet is not listed."""

from typing import Annotated

import typer

from crmeter.cli import (
    alerts,
    benchmarks,
    catalogue,
    changing,
    checking,
    churn,
    clv,
    cohorts,
    correlate,
    demonstration,
    drivers,
    erasing,
    evaluating,
    events,
    forecast,
    goal,
    loading,
    mapping,
    needs,
    objectives,
    plan,
    publishing,
    reconciling,
    salespeople,
    schedule,
    segments,
    snapshot,
    tracking,
    values,
    verify,
    voice,
)
from crmeter.cli.command import Tree
from crmeter.kernel.messages import t

# in the order in which help lists them
GROUPS = (
    demonstration,
    mapping,
    loading,
    checking,
    catalogue,
    values,
    reconciling,
    salespeople,
    drivers,
    correlate,
    voice,
    cohorts,
    segments,
    needs,
    churn,
    clv,
    forecast,
    alerts,
    evaluating,
    events,
    benchmarks,
    changing,
    objectives,
    goal,
    plan,
    verify,
    schedule,
    publishing,
    snapshot,
    tracking,
    erasing,
)


def _version(wanted: bool) -> None:
    if wanted:
        from crmeter import __version__

        typer.echo(__version__)
        raise typer.Exit


def commands(named: str | None = None) -> typer.Typer:
    """Every command, with its texts in the language of the moment; only the one ``named`` if there is such a one:
    what the options of all the others say need not be put together for it."""
    app = Tree(
        wanted=named,
        help=t("How well a company looks after its customers, measured from the exports of its CRM."),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )

    @app.callback()
    def crmeter(
        version: Annotated[
            bool, typer.Option("--version", callback=_version, is_eager=True, help=t("Print it."))
        ] = False,
    ) -> None:
        pass

    for module in GROUPS:
        module.register(app)
    return app if named is None or app.registered_commands else commands()
