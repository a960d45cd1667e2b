"""``crmeter snapshot``: what faces show, measured once."""

from typing import Annotated, Any, Literal

import typer

from crmeter.cli import forms, screen
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t

MEGABYTE = 1_000_000


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    away = typer.Option("--remove", help=t("Remove the snapshot: loads make none any more."))
    form = typer.Option("--format", help=t("How it is written."))

    @command(
        app,
        "snapshot",
        t(
            "Measure once what dashboards and “crmeter kpi” show again and again, and keep it beside the warehouse. "
            "From then on every load renews it."
        ),
        ("crmeter snapshot", "crmeter snapshot --remove"),
    )
    def snapshot(
        *,
        remove: Annotated[bool, away] = False,
        format: Annotated[Literal["table", "json"], form] = "table",
    ) -> None:
        from crmeter.app import snapshots

        if remove:
            there = snapshots.remove(workspace())
            told = {"removed": there}
            said = t("The snapshot is removed.") if there else t("There is no snapshot.")
        else:
            with screen.progress() as progress:
                told = snapshots.make(workspace(), progress)
            said = _said(told)
        screen.say(forms.as_json(told).rstrip() if format == "json" else said)


def _said(told: dict[str, Any]) -> str:
    from crmeter.reports import numbers

    values = numbers.count(told["values"])
    if not told["made"]:
        return t("The snapshot of load {load} is up to date: {values} values.", load=told["load"], values=values)
    return t(
        "Snapshot of load {load}: {values} values in {size} MB, measured in {seconds} seconds.",
        load=told["load"],
        values=values,
        size=f"{told['bytes'] / MEGABYTE:.1f}",
        seconds=f"{told['seconds']:.1f}",
    )
