"""Events that people noted, so that what came after them can be evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from crmeter.store.database import open_database, saying_what_is_wrong
from crmeter.store.tables import EVENT

TRIES = 20


@dataclass(frozen=True)
class StoredEvent:
    """One event. ``began`` is the day since which it was under way, where it took time."""

    id: str
    kind: str
    day: date
    began: date | None
    note: str
    added_at: str


class EventStore:
    """The events in the store at ``url`` (``sqlite:///path``), which is made where there is none."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)

    def add(self, kind: str, day: date, began: date | None, note: str) -> StoredEvent:
        """Keep an event under the next free id (``V1``, ``V2`` …). The same one is kept once."""
        for each in self.list():
            if (each.kind, each.day, each.began, each.note) == (kind, day, began, note):
                return each
        for attempt in range(TRIES):
            made = StoredEvent(
                self._next_id(), kind, day, began, note, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            )
            with saying_what_is_wrong(self._engine.url):
                try:
                    with self._engine.begin() as connection:
                        connection.execute(insert(EVENT).values(**made.__dict__))
                    return made
                except IntegrityError:  # another process took the id
                    if attempt == TRIES - 1:
                        raise
        raise AssertionError("unreachable")

    def _next_id(self) -> str:
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            return f"V{connection.execute(select(func.count()).select_from(EVENT)).scalar_one() + 1}"

    def list(self) -> tuple[StoredEvent, ...]:
        """All events by day."""
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            rows = connection.execute(select(EVENT).order_by(EVENT.c.day, EVENT.c.id)).mappings().all()
        return tuple(StoredEvent(**row) for row in rows)
