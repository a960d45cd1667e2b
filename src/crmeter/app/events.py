"""Things that happened: noted by people, or known from the data, each an occasion to evaluate."""

from __future__ import annotations

from datetime import date

from crmeter.app.measuring import believed
from crmeter.app.settings import Workspace
from crmeter.app.settings.kinds import nearest
from crmeter.evaluation.events import ENOUGH, KINDS, MOST, WEEK, Event, events_in_data, windows
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.store.events import EventStore, StoredEvent
from crmeter.warehouse.duck import Warehouse

__all__ = ["ENOUGH", "KINDS", "MOST", "WEEK", "Event", "add", "all_events", "events", "find", "windows"]


def add(workspace: Workspace, kind: str, day: date, *, began: date | None = None, note: str = "") -> Event:
    """Note an event; the same one is noted once. UserError for a kind there is none of, or days that cannot be."""
    if kind not in KINDS:
        raise UserError.of(
            t("There is no kind of event “{kind}”.", kind=kind),
            next=t("Choose one of: {choices}.", choices=", ".join(KINDS)),
        )
    if began and began > day:
        raise UserError.of(t("The event began on {began}, after its day {day}.", began=began, day=day))
    return _plain(EventStore(workspace.store_url).add(kind, day, began, note.strip()))


def _plain(stored: StoredEvent) -> Event:
    return Event(stored.id, stored.kind, stored.day, stored.note, stored.began)


def events(workspace: Workspace) -> tuple[list[Event], date | None]:
    """Every event, noted or known from the data, by day; and how far the data reach, None where nothing is loaded."""
    if not workspace.server and not workspace.warehouse.is_file():
        return [_plain(each) for each in EventStore(workspace.store_url).list()], None
    with believed(workspace) as warehouse:
        return all_events(workspace, warehouse), warehouse.load.as_of


def all_events(workspace: Workspace, warehouse: Warehouse) -> list[Event]:
    """Every event, noted or known from the data, by day."""
    noted = [_plain(each) for each in EventStore(workspace.store_url).list()]
    return sorted([*noted, *events_in_data(warehouse)], key=lambda event: (event.day, event.id))


def find(known: list[Event], id: str) -> Event:
    """The event of an id; UserError where there is none."""
    by_id = {event.id.casefold(): event for event in known}
    if id.casefold() not in by_id:
        close = nearest(id, [event.id for event in known])
        raise UserError.of(
            t("There is no event “{id}”.", id=id),
            t("The nearest is {near}.", near=close) if close else "",
            t(
                "“crmeter event list” lists them, “crmeter event add” notes one. With --period what gave occasion can "
                "be said in your own words."
            ),
        )
    return by_id[id.casefold()]
