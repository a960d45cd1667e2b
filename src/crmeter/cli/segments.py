"""``crmeter segments``: segments of customers, saved, shown beside all, and exported; and the groups of buyers."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from crmeter.cli import forms, screen, segment_tables, tables
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t

Form = Literal["table", "json"]


def register(app: typer.Typer) -> None:
    """Add the commands, with help in the language of the moment."""
    add_list(app)
    add_save(app)
    add_show(app)
    add_export(app)
    add_delete(app)
    add_rfm(app)


def _name() -> Any:
    return typer.Argument(metavar="NAME", help=t("The name of the segment."))


def add_list(app: typer.Typer) -> None:
    form = typer.Option("--format", help=t("How the list is written."))

    @command(app, "segments list", t("List the saved segments."), ("crmeter segments list",))
    def list_segments(*, format: Annotated[Form, form] = "table") -> None:
        from crmeter.app import segments

        found = segments.saved(workspace())
        screen.say(segments.as_json(found) if format == "json" else segment_tables.saved(found))


def add_save(app: typer.Typer) -> None:
    where = typer.Option(metavar="EXPR", help=t("What holds of its customers; may be given more than once."))
    rfm = typer.Option(metavar="GROUP", help=t("Their group of buyers: {names}.", names=", ".join(_groups())))
    tier = typer.Option(metavar="TIER", help=t("Their tier: {names}.", names="high, medium, low"))

    @command(
        app,
        "segments save",
        t("Save a segment: what holds of its customers. Who they are is found out anew each time."),
        (
            'crmeter segments save "North, from Facebook" --where "customer.region = \'North\' and channel = Facebook"',
            "crmeter segments save at_risk --rfm slipping --tier high",
        ),
    )
    def save(
        name: Annotated[str, _name()],
        *,
        where: Annotated[list[str] | None, where] = None,
        rfm: Annotated[str | None, rfm] = None,
        tier: Annotated[str | None, tier] = None,
    ) -> None:
        from crmeter.app import segments

        made = segments.save(workspace(), name, where or (), rfm, tier)
        screen.say(segment_tables.size(made))


def _groups() -> tuple[str, ...]:
    """The codes; written here so that help does not have to load the engine (a test holds them to the model)."""
    return ("best", "loyal", "big_spender", "new", "promising", "slipping", "sleeping")


def add_show(app: typer.Typer) -> None:
    period = typer.Option(metavar="P", help=t("The period, such as 2025-Q4. Default: last-quarter."))
    form = typer.Option("--format", help=t("How it is written."))

    @command(
        app,
        "segments show",
        t("Show a segment: its size, and its KPIs beside those of all customers."),
        ("crmeter segments show at_risk", "crmeter segments show at_risk --period 2025 --format json"),
    )
    def show(
        name: Annotated[str, _name()],
        *,
        period: Annotated[str | None, period] = None,
        format: Annotated[Form, form] = "table",
    ) -> None:
        from crmeter.app import segments

        here = workspace()
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            found = segments.show(here, name, period)
        screen.say(segments.as_json(found) if format == "json" else segment_tables.profile(found, here.catalogue))


def add_export(app: typer.Typer) -> None:
    output = typer.Option("-o", "--output", metavar="FILE", help=t("The file to write: .csv or .xlsx."))
    purpose = typer.Option("--purpose", help=t("What for: marketing needs consent, service does not."))
    personal = typer.Option("--personal", help=t("Also name, e-mail and telephone. Without it: ids alone."))

    @command(
        app,
        "segments export",
        t("Write the customers of a segment to a file: for marketing only those who consent to it."),
        (
            "crmeter segments export at_risk -o at_risk.csv",
            "crmeter segments export at_risk -o call_back.xlsx --purpose service --personal",
        ),
    )
    def export(
        name: Annotated[str, _name()],
        *,
        output: Annotated[Path, output],
        purpose: Annotated[Literal["marketing", "service"], purpose] = "marketing",
        personal: Annotated[bool, personal] = False,
    ) -> None:
        from crmeter.app import segments

        made = segments.export(workspace(), name, output, purpose=purpose, personal=personal)
        screen.deliver(made.content, output)
        screen.say(segment_tables.exported(made))


def add_delete(app: typer.Typer) -> None:
    @command(app, "segments delete", t("Forget a saved segment."), ("crmeter segments delete at_risk",))
    def delete(name: Annotated[str, _name()]) -> None:
        from crmeter.app import segments

        segments.delete(workspace(), name)
        screen.say(t("The segment “{name}” is deleted.", name=name))


def add_rfm(app: typer.Typer) -> None:
    where = typer.Option(metavar="EXPR", help=t("Only customers this holds of, such as \"customer.segment = 'vip'\"."))
    form = typer.Option("--format", help=t("How it is written; CSV has a row for each buyer; a chart is SVG or PNG."))
    output = typer.Option("-o", "--output", metavar="FILE", help=t("Write to this file."))

    @command(
        app,
        "segments rfm",
        t("Show buyers in groups by how lately, how often and for how much they bought, and who moved in a year."),
        (
            "crmeter segments rfm",
            "crmeter segments rfm --format csv -o buyers.csv",
            "crmeter segments rfm --format chart -o buyers.png",
        ),
    )
    def rfm(
        *,
        where: Annotated[list[str] | None, where] = None,
        format: Annotated[Literal["table", "json", "csv", "chart"], form] = "table",
        output: Annotated[Path | None, output] = None,
    ) -> None:
        from crmeter.app import buyers
        from crmeter.reports.charts.buyers import buyers_chart

        here = workspace()
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            told, found = buyers.buyers(here, where or ())
        made = {
            "table": lambda: segment_tables.buyers(told),
            "csv": lambda: tables.comma_separated([{**row, "by": {}} for row in buyers.rows(found)]),
            "chart": lambda: buyers_chart(told),
        }
        forms.deliver(told, format, output, made)
