"""Goals as they were set, what was noted of them, and how they ended. What was written is not written over: a goal is
added once and closed once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.store.database import open_database, saying_what_is_wrong
from crmeter.store.evaluations import canonical_json
from crmeter.store.tables import GOAL, GOAL_CHECK_IN

TRIES = 20


@dataclass(frozen=True)
class StoredCheckIn:
    """What somebody noted of a goal, and the state the goal was in then."""

    goal: str
    number: int
    at: str
    by: str | None
    note: str
    state: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**self.__dict__, "state": dict(self.state)}


def now() -> str:
    """The moment, as the store writes it: UTC, ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class GoalStore:
    """The goals in the store at ``url`` (``sqlite:///path``), which is made where there is none."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)

    def add(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Keep a goal under the next free id (``G1``, ``G2`` …); the document with its id and the moment."""
        for _ in range(TRIES):
            told = {**document, "id": self._next_id(), "created_at": now()}
            row = {
                "id": told["id"],
                "created_at": told["created_at"],
                "closed_at": None,
                "parent": told["parent"],
                "document": canonical_json(told),
                "outcome": None,
            }
            with saying_what_is_wrong(self._engine.url):
                try:
                    with self._engine.begin() as connection:
                        connection.execute(insert(GOAL).values(row))
                except IntegrityError:  # another process took the id in between
                    continue
            return told
        raise UserError.of(t("The goal could not be kept: others are being added all the time."), next=t("Try again."))

    def _next_id(self) -> str:
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            ids = connection.execute(select(GOAL.c.id)).scalars().all()
        return f"G{max((int(id[1:]) for id in ids), default=0) + 1}"

    def list(self) -> tuple[dict[str, Any], ...]:
        """The documents of all goals, first set first; of closed ones with when and how."""
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            rows = connection.execute(select(GOAL)).mappings().all()
        return tuple(_read(dict(row)) for row in sorted(rows, key=lambda row: int(row["id"][1:])))

    def get(self, id: str) -> dict[str, Any]:
        """The document of a goal; UserError for an id there is none of."""
        found = {goal["id"]: goal for goal in self.list()}
        wanted = id.strip().upper()
        if wanted not in found:
            near = get_close_matches(wanted, found, 1)
            raise UserError.of(
                t("No goal is called {id}.", id=id),
                t("The nearest is {near}.", near=near[0]) if near else "",
                t("“crmeter goal list --all” lists them."),
            )
        return found[wanted]

    def close(self, id: str, outcome: Mapping[str, Any]) -> None:
        """Close a goal with the state it is in; UserError where that was done before."""
        closing = (
            update(GOAL)
            .where((GOAL.c.id == id) & GOAL.c.closed_at.is_(None))
            .values(closed_at=now(), outcome=canonical_json(outcome))
        )
        with saying_what_is_wrong(self._engine.url), self._engine.begin() as connection:
            done = connection.execute(closing).rowcount
        if not done:
            raise UserError.of(
                t("The goal {id} is closed already.", id=id), next=t("“crmeter goal show {id}” says how.", id=id)
            )

    def check_in(self, goal: str, by: str | None, note: str, state: Mapping[str, Any]) -> StoredCheckIn:
        """Add a note to a goal."""
        of_goal = GOAL_CHECK_IN.c.goal == goal
        for _ in range(TRIES):
            with saying_what_is_wrong(self._engine.url):
                with self._engine.connect() as connection:
                    last = connection.execute(select(func.max(GOAL_CHECK_IN.c.number)).where(of_goal)).scalar()
                made = StoredCheckIn(goal, (last or 0) + 1, now(), by, note, state)
                row = {**made.__dict__, "state": canonical_json(state)}
                try:
                    with self._engine.begin() as connection:
                        connection.execute(insert(GOAL_CHECK_IN).values(row))
                except IntegrityError:
                    continue
            return made
        raise UserError.of(t("The note could not be kept: others are being added all the time."), next=t("Try again."))

    def check_ins(self, goal: str) -> tuple[StoredCheckIn, ...]:
        """What was noted of a goal, first to last."""
        chosen = select(GOAL_CHECK_IN).where(GOAL_CHECK_IN.c.goal == goal).order_by(GOAL_CHECK_IN.c.number)
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            rows = connection.execute(chosen).mappings().all()
        return tuple(StoredCheckIn(**{**row, "state": json.loads(row["state"])}) for row in rows)


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(row["document"])
    outcome = None if row["outcome"] is None else json.loads(row["outcome"])
    return {**told, "closed_at": row["closed_at"], "outcome": outcome}
