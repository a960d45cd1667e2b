"""``crmeter template``: the tracking sheet, made and read back."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from crmeter.cli import screen
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain


def register(app: typer.Typer) -> None:
    """Add the commands, with help in the language of the moment."""
    add_tracking(app)
    add_read(app)


def add_tracking(app: typer.Typer) -> None:
    ids = typer.Argument(metavar="ID...", help=t("KPIs. Default: those of the indicator system."))
    output = typer.Option("-o", "--output", metavar="FILE", help=t("Write to this file."))
    period = typer.Option(metavar="P", help=t("The period, such as 2026. Default: this-year."))
    grain = typer.Option(help=t("One column for each of these in the period."))

    @command(
        app,
        "template tracking",
        t("Write a workbook to track KPIs in: owner, baseline, target, a value for each month, status, note."),
        (
            "crmeter template tracking -o tracking.xlsx",
            "crmeter template tracking nps revenue --period 2026 -o kpis.xlsx",
        ),
    )
    def tracking(
        ids: Annotated[list[str] | None, ids] = None,
        *,
        output: Annotated[Path | None, output] = None,
        period: Annotated[str, period] = "this-year",
        grain: Annotated[Literal["month", "quarter"], grain] = "month",
    ) -> None:
        from crmeter.app.tracking import tracking_sheet

        with screen.progress() as progress:
            content = tracking_sheet(workspace(), ids or (), period=period, grain=Grain(grain), progress=progress)
        screen.deliver(content, output)


def add_read(app: typer.Typer) -> None:
    file = typer.Argument(metavar="FILE", help=t("A tracking sheet that was filled in."))
    write = typer.Option("--write", help=t("Write owners and notes into indicators.toml. Default: only show them."))

    @command(
        app,
        "template read",
        t("Read owners, targets and notes from a tracking sheet. Values are not read: they come from the data."),
        ("crmeter template read tracking.xlsx", "crmeter template read tracking.xlsx --write"),
    )
    def read(file: Annotated[Path, file], *, write: Annotated[bool, write] = False) -> None:
        from crmeter.app.tracking import read_back

        found = read_back(workspace(), file, write=write)
        parts = []
        if found.changed or found.added:
            heading = t("Written to indicators.toml:") if write else t("For indicators.toml (--write puts it there):")
            parts.append(f"{heading}\n\n{found.sections()}")
        if found.targets:
            parts.append(f"{t('Put into crmeter.toml:')}\n\n{found.target_sections()}")
        screen.say("\n".join(parts).rstrip("\n") or t("Nothing has changed."))
