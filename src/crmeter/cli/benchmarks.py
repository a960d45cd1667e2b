"""``crmeter benchmark``: outside values, each with source, year and definition."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from crmeter.cli import screen, tables
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t

if TYPE_CHECKING:
    from crmeter.app.settings import Workspace

Format = Literal["table", "json"]
GRAIN = "quarter"  # what is evaluated by default


def register(app: typer.Typer) -> None:
    """Add the commands, with help in the language of the moment."""
    add_list(app)
    add_check(app)


def add_list(app: typer.Typer) -> None:
    form = typer.Option("--format", help=t("How the list is written."))

    @command(
        app,
        "benchmark list",
        t("List the benchmarks of benchmarks/*.toml and of the data, and whether an evaluation compares them."),
        ("crmeter benchmark list", "crmeter benchmark list --format json"),
    )
    def list_benchmarks(*, format: Annotated[Format, form] = "table") -> None:
        from crmeter.app import benchmarks

        _say(benchmarks.listed(workspace(), GRAIN), format, t("No benchmark yet. Packs stand in benchmarks/*.toml."))


def add_check(app: typer.Typer) -> None:
    form = typer.Option("--format", help=t("How the list is written."))

    @command(
        app,
        "benchmark check",
        t("Check the packs of benchmarks: what is wrong in them, and which benchmarks are not compared and why."),
        ("crmeter benchmark check",),
    )
    def check(*, format: Annotated[Format, form] = "table") -> None:
        from crmeter.app import benchmarks

        _say(benchmarks.check(workspace(), GRAIN), format, t("Every benchmark is compared."))


def _say(found: Sequence[Mapping[str, Any]], format: str, none: str) -> None:
    if format == "json":
        screen.say(json.dumps(list(found), ensure_ascii=False, indent=2))
    elif not found:
        screen.say(none)
    else:
        screen.say(_table(found))


def _unit(here: "Workspace", kpi: str) -> str:
    return str(here.catalogue.by_id[kpi].unit) if kpi in here.catalogue.by_id else "ratio"


def _table(found: Sequence[Mapping[str, Any]]) -> str:
    from crmeter.app import cataloguing
    from crmeter.reports import judgements

    here = workspace()
    rows = [
        [
            cataloguing.name(row["kpi"], here.catalogue) if row["kpi"] in here.catalogue.by_id else row["kpi"],
            judgements.benchmark_value(row, _unit(here, row["kpi"]), here.rules.currency),
            row["source"],
            str(row["year"]),
            row["population"],
            judgements.not_compared(row["reason"]) if row["reason"] else t("compared"),
        ]
        for row in found
    ]
    headings = [t("KPI"), t("Benchmark"), t("Source"), t("Year"), t("Of whom"), t("In an evaluation of a quarter")]
    return tables.table(headings, rows)
