"""What runs by itself, and its runs. Each is begun and ended in a transaction; what it brings to people is written into
the outbox together with its end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.store.database import open_database, saying_what_is_wrong
from crmeter.store.deliveries import NewDelivery, put
from crmeter.store.evaluations import canonical_json
from crmeter.store.tables import SCHEDULE, SCHEDULE_RUN

RUNNING, DONE, FAILED, SKIPPED = STATES = ("running", "done", "failed", "skipped")
TRIES = 20


@dataclass(frozen=True)
class StoredSchedule:
    """What is done when, and for whom (``document``)."""

    id: str
    created_at: str
    paused: bool
    removed_at: str | None
    document: Mapping[str, Any]


@dataclass(frozen=True)
class StoredRun:
    """One run of a schedule. ``due_at`` is the moment for which it is, ``attempts`` how often it was begun."""

    schedule: str
    due_at: str
    state: str
    attempts: int
    next_try_at: str | None
    updated_at: str
    note: str


class ScheduleStore:
    """The schedules in the store at ``url`` (``sqlite:///path``), which is made where there is none."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)

    def add(self, document: Mapping[str, Any], now: str) -> StoredSchedule:
        """Keep a schedule under the next free id."""
        for _ in range(TRIES):
            with saying_what_is_wrong(self._engine.url):
                with self._engine.connect() as connection:
                    ids = connection.execute(select(SCHEDULE.c.id)).scalars().all()
                id = f"S{max((int(id[1:]) for id in ids), default=0) + 1}"
                row = {"id": id, "created_at": now, "paused": 0, "removed_at": None}
                try:
                    with self._engine.begin() as connection:
                        connection.execute(insert(SCHEDULE).values(**row, document=canonical_json(document)))
                except IntegrityError:  # another process took the id in between
                    continue
            return self.get(id)
        raise UserError.of(t("The schedule could not be kept: others are being added all the time."),
                           next=t("Try again."))  # fmt: skip

    def list(self) -> tuple[StoredSchedule, ...]:
        """The schedules that were not removed, first made first."""
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            rows = connection.execute(select(SCHEDULE).where(SCHEDULE.c.removed_at.is_(None))).mappings().all()
        found = (
            StoredSchedule(**{**row, "paused": bool(row["paused"]), "document": json.loads(row["document"])})
            for row in rows
        )
        return tuple(sorted(found, key=lambda schedule: int(schedule.id[1:])))

    def get(self, id: str) -> StoredSchedule:
        """A schedule; UserError for an id there is none of."""
        found = {schedule.id: schedule for schedule in self.list()}
        wanted = id.strip().upper()
        if wanted not in found:
            near = get_close_matches(wanted, found, 1)
            raise UserError.of(
                t("There is no schedule {id}.", id=id),
                t("The nearest is {near}.", near=near[0]) if near else "",
                t("“crmeter schedule list” lists them."),
            )
        return found[wanted]

    def pause(self, id: str, *, paused: bool) -> None:
        """Stop a schedule for a time, or let it go on."""
        self._change(id, {"paused": int(paused)})

    def remove(self, id: str, now: str) -> None:
        """Remove a schedule; what it did stays known."""
        self._change(id, {"removed_at": now})

    def _change(self, id: str, values: Mapping[str, Any]) -> None:
        with saying_what_is_wrong(self._engine.url), self._engine.begin() as connection:
            connection.execute(update(SCHEDULE).where(SCHEDULE.c.id == id).values(values))

    def runs(self, schedule: str) -> tuple[StoredRun, ...]:
        """The runs of a schedule, newest first."""
        chosen = select(SCHEDULE_RUN).where(SCHEDULE_RUN.c.schedule == schedule)
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            rows = connection.execute(chosen.order_by(SCHEDULE_RUN.c.due_at.desc())).mappings().all()
        return tuple(StoredRun(**row) for row in rows)

    def begin(self, schedule: str, due_at: str, now: str) -> int:
        """Begin a run, or begin it again; how often it was begun so far."""
        mine = (SCHEDULE_RUN.c.schedule == schedule) & (SCHEDULE_RUN.c.due_at == due_at)
        with saying_what_is_wrong(self._engine.url), self._engine.begin() as connection:
            again = connection.execute(
                update(SCHEDULE_RUN)
                .where(mine)
                .values(state=RUNNING, attempts=SCHEDULE_RUN.c.attempts + 1, updated_at=now, next_try_at=None)
            )
            if not again.rowcount:
                connection.execute(insert(SCHEDULE_RUN).values(_run(schedule, due_at, RUNNING, now, attempts=1)))
            return int(connection.execute(select(SCHEDULE_RUN.c.attempts).where(mine)).scalar_one())

    def skip(self, schedule: str, due_at: str, now: str) -> None:
        """Leave out a moment that was not begun."""
        mine = (SCHEDULE_RUN.c.schedule == schedule) & (SCHEDULE_RUN.c.due_at == due_at)
        with saying_what_is_wrong(self._engine.url), self._engine.begin() as connection:
            if connection.execute(select(SCHEDULE_RUN.c.state).where(mine)).scalar() is None:
                connection.execute(insert(SCHEDULE_RUN).values(_run(schedule, due_at, SKIPPED, now, attempts=0)))

    def finish(self, schedule: str, due_at: str, now: str, note: str, deliveries: Sequence[NewDelivery] = ()) -> None:
        """End a run well; what it brings to people goes into the outbox in the same transaction."""
        with saying_what_is_wrong(self._engine.url), self._engine.begin() as connection:
            put(connection, deliveries, now)
            self._end(connection, schedule, due_at, {"state": DONE, "note": note, "updated_at": now})

    def fail(
        self,
        schedule: str,
        due_at: str,
        now: str,
        note: str,
        next_try_at: str | None,
        deliveries: Sequence[NewDelivery] = (),
    ) -> None:
        """End a run that did not succeed for all; it is tried again at ``next_try_at``, never if None. What it brings
        to some goes into the outbox in the same transaction."""
        ended = {"state": FAILED, "note": note, "updated_at": now, "next_try_at": next_try_at}
        with saying_what_is_wrong(self._engine.url), self._engine.begin() as connection:
            put(connection, deliveries, now)
            self._end(connection, schedule, due_at, ended)

    def _end(self, connection: Connection, schedule: str, due_at: str, values: Mapping[str, Any]) -> None:
        mine = (SCHEDULE_RUN.c.schedule == schedule) & (SCHEDULE_RUN.c.due_at == due_at)
        connection.execute(update(SCHEDULE_RUN).where(mine).values(values))


def _run(schedule: str, due_at: str, state: str, now: str, attempts: int) -> dict[str, Any]:
    return {
        "schedule": schedule,
        "due_at": due_at,
        "state": state,
        "attempts": attempts,
        "next_try_at": None,
        "updated_at": now,
        "note": "",
    }
