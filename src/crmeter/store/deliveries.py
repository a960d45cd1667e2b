"""The outbox: what is to be sent to whom. A row is written before anything is sent, there is one for each schedule,
moment and recipient, and its state says how far it came: waiting → sending → sent (or failed, or unknown)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.store.database import open_database, saying_what_is_wrong
from crmeter.store.evaluations import canonical_json
from crmeter.store.tables import DELIVERY

WAITING, SENDING, SENT, FAILED, UNKNOWN = STATES = ("waiting", "sending", "sent", "failed", "unknown")


@dataclass(frozen=True)
class NewDelivery:
    """A message for one recipient. ``about`` are keys of what it tells of."""

    schedule: str
    due_at: str
    recipient: str
    subject: str
    about: tuple[str, ...]
    content: bytes


@dataclass(frozen=True)
class StoredDelivery:
    """A row of the outbox without its content."""

    id: str
    schedule: str
    due_at: str
    recipient: str
    state: str
    attempts: int
    next_try_at: str | None
    updated_at: str
    subject: str
    about: tuple[str, ...]
    note: str

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**self.__dict__, "about": list(self.about)}


def put(connection: Connection, deliveries: Sequence[NewDelivery], now: str) -> None:
    """Write rows into the outbox; those that are there already stay as they are."""
    known = {
        tuple(row) for row in connection.execute(select(DELIVERY.c.schedule, DELIVERY.c.due_at, DELIVERY.c.recipient))
    }
    last = max((int(id[1:]) for id in connection.execute(select(DELIVERY.c.id)).scalars()), default=0)
    for each in deliveries:
        if (each.schedule, each.due_at, each.recipient) in known:
            continue
        last += 1
        row = {**each.__dict__, "about": canonical_json({"keys": list(each.about)}), "id": f"D{last}", "state": WAITING}
        row |= {"attempts": 0, "next_try_at": None, "updated_at": now, "note": ""}
        connection.execute(insert(DELIVERY).values(row))


class DeliveryStore:
    """The outbox in the store at ``url``."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)

    def list(self, schedule: str | None = None) -> tuple[StoredDelivery, ...]:
        """What was sent or is to be, newest first; of one schedule, or of all."""
        shown = [column for column in DELIVERY.c if column.name != "content"]
        chosen = select(*shown) if schedule is None else select(*shown).where(DELIVERY.c.schedule == schedule)
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            rows = connection.execute(chosen).mappings().all()
        return tuple(sorted(map(_read, rows), key=lambda each: -int(each.id[1:])))

    def due(self, now: str) -> tuple[StoredDelivery, ...]:
        """What waits and may be sent now, the oldest first."""
        return tuple(
            each for each in reversed(self.list()) if each.state == WAITING and (each.next_try_at or "") <= now
        )  # fmt: skip

    def content(self, id: str) -> bytes:
        """The message; it is kept until it was sent."""
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            found = connection.execute(select(DELIVERY.c.content).where(DELIVERY.c.id == id)).scalar_one()
        return bytes(found)

    def take(self, id: str, now: str) -> bool:
        """Say that it is being sent; False where another process was first."""
        return self._move(id, WAITING, {"state": SENDING, "attempts": DELIVERY.c.attempts + 1, "updated_at": now})

    def settle(self, id: str, state: str, now: str, note: str = "", next_try_at: str | None = None) -> bool:
        """Say what came of it; what was sent is not kept."""
        values: dict[str, Any] = {"state": state, "note": note, "next_try_at": next_try_at, "updated_at": now}
        if state == SENT:
            values["content"] = None
        return self._move(id, SENDING, values)

    def interrupted(self, now: str, note: str) -> int:
        """What was being sent when the process ended: nobody knows whether it arrived. How many there are."""
        with saying_what_is_wrong(self._engine.url), self._engine.begin() as connection:
            lost = update(DELIVERY).where(DELIVERY.c.state == SENDING)
            return connection.execute(lost.values(state=UNKNOWN, note=note, updated_at=now)).rowcount

    def retry(self, id: str, now: str) -> None:
        """Let a message be sent again that failed, or of which somebody found that it did not arrive."""
        again = {"state": WAITING, "attempts": 0, "next_try_at": None, "updated_at": now}
        self._resolve(id, again)

    def arrived(self, id: str, now: str, note: str) -> None:
        """Somebody found that it did arrive."""
        self._resolve(id, {"state": SENT, "note": note, "content": None, "updated_at": now})

    def _resolve(self, id: str, values: Mapping[str, Any]) -> None:
        wanted = id.strip().upper()
        found = next((each for each in self.list() if each.id == wanted), None)
        if found is None:
            raise UserError.of(t("There is no delivery {id}.", id=id), next=t("“crmeter schedule show ID” lists them."))
        open_states = or_(DELIVERY.c.state == FAILED, DELIVERY.c.state == UNKNOWN)
        changing = update(DELIVERY).where((DELIVERY.c.id == wanted) & open_states).values(values)
        with saying_what_is_wrong(self._engine.url), self._engine.begin() as connection:
            if not connection.execute(changing).rowcount:
                raise UserError.of(
                    t("{id} is neither failed nor unknown: there is nothing to decide.", id=wanted),
                    t("What was sent is never sent twice; what waits is sent by itself."),
                )

    def _move(self, id: str, before: str, values: Mapping[str, Any]) -> bool:
        moving = update(DELIVERY).where((DELIVERY.c.id == id) & (DELIVERY.c.state == before)).values(values)
        with saying_what_is_wrong(self._engine.url), self._engine.begin() as connection:
            return bool(connection.execute(moving).rowcount)


def _read(row: Mapping[Any, Any]) -> StoredDelivery:
    return StoredDelivery(**{**row, "about": tuple(json.loads(row["about"])["keys"])})
