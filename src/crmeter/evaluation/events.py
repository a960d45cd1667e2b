"""Things that happened, and the windows before and after them that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Period
from crmeter.warehouse.duck import Warehouse

CAMPAIGN_END, SYSTEM_UPGRADE, PRICE_CHANGE, OTHER = KINDS = ("campaign_end", "system_upgrade", "price_change", "other")
ENOUGH, MOST = 4, 13  # whole weeks after an event: that are needed, and that are looked at
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Event:
    """One thing that happened on ``day``. ``began`` is the day since which it was under way, such as the first of a
    campaign that ended. ``source`` is where it is known from: ``added`` by hand, or the table of the data."""

    id: str
    kind: str
    day: date
    note: str = ""
    began: date | None = None
    source: str = "added"

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        began = self.began and self.began.isoformat()
        return {"id": self.id, "kind": self.kind, "day": self.day.isoformat(), "note": self.note, "began": began,
                "source": self.source}  # fmt: skip


def windows(event: Event, as_of: date) -> tuple[Period, Period]:
    """The windows after and before: as many whole weeks from the event as there are data of, 13 at most, and the same
    days of the week before it. A thing that took time, such as a campaign, is in neither.

    UserError where fewer than 4 whole weeks have passed since.
    """
    weeks = min(MOST, (as_of - event.day).days // 7)
    if weeks < ENOUGH:
        raise UserError.of(
            t("“{event}” of {day} is too fresh to be evaluated.", event=event.note or event.id, day=event.day),
            t("The data end before {day}; {weeks} whole weeks after it are needed.", day=as_of, weeks=ENOUGH),
            t("Evaluate it when data up to {day} are loaded.", day=event.day + ENOUGH * WEEK),
        )
    length = weeks * WEEK
    back = length
    while event.began and event.day - back + length > event.began:
        back += WEEK
    return Period(event.day, event.day + length), Period(event.day - back, event.day - back + length)


def events_in_data(warehouse: Warehouse) -> list[Event]:
    """What the data know of: their own events but holidays and starts of campaigns, and campaigns that have ended."""
    found = [
        Event(f"event:{id}", kind, day, title, None, "event")
        for id, kind, day, title in warehouse.execute(
            'SELECT event_id, kind, "on", title FROM main.event '
            "WHERE \"on\" IS NOT NULL AND kind NOT IN ('holiday', 'campaign') ORDER BY \"on\", event_id"
        )
    ]
    found += [
        Event(f"campaign:{id}", CAMPAIGN_END, ended + timedelta(days=1), name, started, "campaign")
        for id, name, started, ended in warehouse.execute(
            "SELECT campaign_id, name, started_on, ended_on FROM main.campaign "
            "WHERE ended_on IS NOT NULL AND ended_on < $as_of ORDER BY ended_on, campaign_id",
            {"as_of": warehouse.load.as_of},
        )
    ]
    return sorted(found, key=lambda event: (event.day, event.id))


def upgrades(events: Sequence[Event], start: date, end: date) -> list[Event]:
    """The upgrades of a system in a stretch of days."""
    return [event for event in events if event.kind == SYSTEM_UPGRADE and start <= event.day < end]
