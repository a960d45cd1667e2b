"""Improvement plans: what each says, where it stands, all that was done with it, and what it was held to.

Each change is one transaction: the state, what it changes and the entry of the history with time and name. A change
that was meant for another state is refused, so that two people (or one who was interrupted) cannot do the same thing
twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from crmeter.improvement.states import State, after, refusal
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.store.database import open_database, saying_what_is_wrong
from crmeter.store.evaluations import canonical_json
from crmeter.store.tables import PLAN, PLAN_EVENT, PLAN_VERIFICATION

Plain = Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """One thing that happened to a plan: when (UTC, ISO 8601), by whom, and what."""

    number: int
    at: str
    who: str
    action: str
    details: Plain


@dataclass(frozen=True)
class StoredPlan:
    """A plan. ``content`` is what it says, ``registration`` what was sealed before its start (None: not yet)."""

    id: str
    state: State
    content: Plain
    registration: Plain | None
    history: tuple[Event, ...]
    verifications: tuple[Plain, ...]


@dataclass(frozen=True)
class Done:
    """What somebody does with a plan, and when."""

    action: str
    who: str
    at: str
    details: Plain


class PlanStore:
    """The plans in the store at ``url`` (``sqlite:///path``), which is made where there is none."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)

    def add(self, content: Plain, who: str, at: str) -> StoredPlan:
        """A new draft, with the next number as its id: P1, P2 …"""
        with self._writing() as connection:
            numbers = [int(id[1:]) for id in connection.execute(select(PLAN.c.id)).scalars()]
            id = f"P{max(numbers, default=0) + 1}"
            row = {"id": id, "state": State.DRAFT, "content": canonical_json(content)}
            connection.execute(insert(PLAN).values(row))
            _note(connection, id, Done("drafted", who, at, {}))
        return self.get(id)

    def change(
        self,
        id: str,
        done: Done,
        *,
        content: Plain | None = None,
        registration: Plain | None = None,
        verification: Plain | None = None,
    ) -> StoredPlan:
        """Do something with a plan. UserError where its state does not allow it (any more); then nothing is changed."""
        with self._writing() as connection:
            state = State(self._state(connection, id))
            following = after(done.action, state)
            if following is None:
                raise UserError(refusal(id, state, done.action))
            row: dict[str, Any] = {"state": following}
            row |= {} if content is None else {"content": canonical_json(content)}
            row |= {} if registration is None else {"registration": canonical_json(registration)}
            connection.execute(update(PLAN).where(PLAN.c.id == id).values(row))
            if verification is not None:
                _keep(connection, id, verification)
            _note(connection, id, done)
        return self.get(id)

    def get(self, id: str) -> StoredPlan:
        """A plan with its history; UserError where there is none of that id."""
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            self._state(connection, id)
            return next(_read(connection, id))

    def list(self) -> tuple[StoredPlan, ...]:
        """All plans, first drafted first."""
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            return tuple(_read(connection))

    def _state(self, connection: Connection, id: str) -> str:
        found = connection.execute(select(PLAN.c.state).where(PLAN.c.id == id)).scalar()
        if found is None:
            ids = connection.execute(select(PLAN.c.id)).scalars().all()
            near = get_close_matches(id, ids, 1)
            raise UserError.of(
                t("There is no plan “{id}”.", id=id),
                t("The nearest is {near}.", near=near[0]) if near else "",
                t("“crmeter plan list” lists them."),
            )
        return str(found)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction that writes; whatever is raised inside leaves everything as it was."""
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            connection.execute(text("BEGIN IMMEDIATE"))
            yield connection
            connection.commit()


def _note(connection: Connection, id: str, done: Done) -> None:
    numbers = select(func.coalesce(func.max(PLAN_EVENT.c.number), 0)).where(PLAN_EVENT.c.plan == id)
    row = {"plan": id, "number": connection.execute(numbers).scalar_one() + 1, "at": done.at, "who": done.who}
    row |= {"action": done.action, "details": canonical_json(done.details)}
    connection.execute(insert(PLAN_EVENT).values(row))


def _keep(connection: Connection, id: str, verification: Plain) -> None:
    """A verification is added and never changed."""
    row = {
        "plan": id,
        "number": verification["number"],
        "at": verification["at"],
        "load": verification["load"],
        "verdict": verification["verdict"],
        "document": canonical_json(verification),
        "checksum": verification["checksum"],
    }
    connection.execute(insert(PLAN_VERIFICATION).values(row))


def _read(connection: Connection, id: str | None = None) -> Iterator[StoredPlan]:
    """All plans in the order of their numbers, or the one of an id."""
    plans, events, verifications = (
        connection.execute(select(table) if id is None else select(table).where(key == id)).mappings().all()
        for table, key in (
            (PLAN, PLAN.c.id),
            (PLAN_EVENT, PLAN_EVENT.c.plan),
            (PLAN_VERIFICATION, PLAN_VERIFICATION.c.plan),
        )
    )
    for row in sorted(plans, key=lambda row: int(row["id"][1:])):
        told = sorted((e for e in events if e["plan"] == row["id"]), key=lambda e: int(e["number"]))
        held = sorted((v for v in verifications if v["plan"] == row["id"]), key=lambda v: int(v["number"]))
        yield StoredPlan(
            row["id"],
            State(row["state"]),
            json.loads(row["content"]),
            json.loads(row["registration"]) if row["registration"] else None,
            tuple(Event(e["number"], e["at"], e["who"], e["action"], json.loads(e["details"])) for e in told),
            tuple(json.loads(v["document"]) for v in held),
        )
