"""``crmeter event``: things that happened, each an occasion to evaluate what came after it."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from crmeter.cli import screen, tables
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t

if TYPE_CHECKING:
    from crmeter.app.events import Event

Kind = Literal["campaign_end", "system_upgrade", "price_change", "other"]
Format = Literal["table", "json"]


def register(app: typer.Typer) -> None:
    """Add the commands, with help in the language of the moment."""
    add_add(app)
    add_list(app)


def add_add(app: typer.Typer) -> None:
    kind = typer.Argument(metavar="KIND", help=t("What it was: campaign_end, system_upgrade, price_change, other."))
    day = typer.Argument(metavar="DAY", formats=["%Y-%m-%d"], help=t("The first day after which it can show."))
    note = typer.Option(metavar="TEXT", help=t("What happened, in your own words."))
    began = typer.Option(metavar="DAY", formats=["%Y-%m-%d"],
                         help=t("The day since which it was under way: the window before ends before it."))  # fmt: skip

    @command(
        app,
        "event add",
        t("Note something that happened, so that what came after it can be evaluated."),
        (
            'crmeter event add system_upgrade 2025-04-01 --note "New onboarding"',
            "crmeter event add campaign_end 2025-06-05 --began 2025-05-06",
        ),
    )
    def add(
        kind: Annotated[Kind, kind],
        day: Annotated[datetime, day],
        *,
        note: Annotated[str, note] = "",
        began: Annotated[datetime | None, began] = None,
    ) -> None:
        from crmeter.app import events

        made = events.add(workspace(), kind, day.date(), began=began.date() if began else None, note=note)
        screen.say(t("Noted as {id}. When 4 whole weeks have passed: crmeter evaluate --trigger {id}", id=made.id))


def add_list(app: typer.Typer) -> None:
    form = typer.Option("--format", help=t("How the list is written."))

    @command(
        app,
        "event list",
        t("List what happened: noted events, upgrades and price changes of the data, campaigns that ended."),
        ("crmeter event list", "crmeter evaluate --trigger campaign:M029"),
    )
    def list_events(*, format: Annotated[Format, form] = "table") -> None:
        from crmeter.app import events

        found, as_of = events.events(workspace())
        if format == "json":
            screen.say(json.dumps([event.as_json() for event in found], ensure_ascii=False, indent=2))
        elif not found:
            screen.say(t("No event yet. Note one: crmeter event add"))
        else:
            screen.say(_table(found, as_of))


def _table(found: "Sequence[Event]", as_of: date | None) -> str:
    from crmeter.app.events import ENOUGH, MOST, WEEK
    from crmeter.reports import judgements, periods

    rows = []
    for event in found:
        weeks = min(MOST, (as_of - event.day).days // WEEK.days) if as_of else 0
        can = t("{weeks} weeks after it", weeks=weeks) if weeks >= ENOUGH else t("too fresh")
        rows.append([event.id, judgements.event_kind(event.kind), periods.day(event.day), event.note, can])
    return tables.table([t("ID"), t("Kind"), t("Day"), t("Note"), t("Can be evaluated")], rows)
