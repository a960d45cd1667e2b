"""``crmeter publish``: certified values with their definitions, for other programs."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from crmeter.cli import screen
from crmeter.cli.command import command, workspace
from crmeter.cli.values import read_grain
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain

EXAMPLES = (
    "crmeter publish --to shared/kpis",
    "crmeter publish --to shared/kpis --format parquet --period 2025 --grain month --by team --by customer.segment",
)


def _options() -> dict[str, Any]:
    """The options, with help in the language of the moment."""
    return {
        "to": typer.Option("--to", metavar="DIR", help=t("The folder to write to.")),
        "format": typer.Option("--format", help=t("How the tables are written.")),
        "kpi": typer.Option(metavar="ID", help=t("Only this KPI; may be given more than once.")),
        "period": typer.Option(
            metavar="P", help=t("The period, such as 2025. Default: the last 8 full quarters and 24 full months.")
        ),
        "from": typer.Option("--from", metavar="D", formats=["%Y-%m-%d"], help=t("The first day.")),
        "to_day": typer.Option("--until", metavar="D", formats=["%Y-%m-%d"], help=t("The day after the last.")),
        "grain": typer.Option(parser=read_grain, metavar="G", help=t("One value for each of these in the period.")),
        "by": typer.Option(
            metavar="DIM",
            help=t("Also one value for each member of a dimension; may be given more than once; a,b crosses two. "
                   "Default: the dimensions of the settings."),
        ),
    }  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    options = _options()

    @command(
        app,
        "publish",
        t("Write certified values with their definitions as Parquet, CSV and xlsx, for Tableau, Power BI and others."),
        EXAMPLES,
    )
    def publish(
        *,
        to: Annotated[Path, options["to"]],
        format: Annotated[Literal["all", "parquet", "csv", "xlsx"], options["format"]] = "all",
        kpi: Annotated[list[str] | None, options["kpi"]] = None,
        period: Annotated[str | None, options["period"]] = None,
        first: Annotated[datetime | None, options["from"]] = None,
        end: Annotated[datetime | None, options["to_day"]] = None,
        grain: Annotated[Grain | None, options["grain"]] = None,
        by: Annotated[list[str] | None, options["by"]] = None,
    ) -> None:
        from crmeter.app import publishing

        wanted = publishing.Wanted(
            kpi or (),
            period,
            first.date() if first else None,
            end.date() if end else None,
            grain,
            None if by is None else [tuple(n.strip() for n in names.split(",") if n.strip()) for names in by],
        )
        formats = publishing.FORMATS if format == "all" else (format,)
        with screen.progress() as progress:
            made = publishing.publish(workspace(), to, wanted, formats, progress)
        said = [t("{count} values published.", count=f"{made.values:,}")]
        if made.left_out:
            said.append(t("{count} KPIs could not be split by a dimension; the manifest names them.",
                          count=len({each["kpi"] for each in made.left_out})))  # fmt: skip
        screen.say("\n".join((*said, *map(str, made.files))))
