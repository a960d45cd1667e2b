"""Runs of evaluations: which steps are done, so that one that was interrupted goes on where it was.

Each step is one transaction. The last one keeps the sealed evaluation and ends the run together: an evaluation is there
once, or not yet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from crmeter.store.database import open_database, saying_what_is_wrong
from crmeter.store.evaluations import canonical_json, row_of
from crmeter.store.tables import EVALUATION, RUN, RUN_STEP

RUNNING, FINISHED, OUTDATED = "running", "finished", "outdated"
TRIES = 20


@dataclass(frozen=True)
class StoredStep:
    """A step that was done. ``made`` is None when the evaluation is sealed."""

    step: str
    started_at: str
    finished_at: str
    inputs: Mapping[str, Any]
    made: Mapping[str, Any] | None


@dataclass(frozen=True)
class StoredRun:
    """One run; ``evaluation`` is the id of what it makes, None where it was given up for ``reason``."""

    number: int
    evaluation: str | None
    asked: str
    period: str
    state: str
    started_at: str
    ended_at: str | None
    reason: str | None


class RunStore:
    """The runs in the store at ``url`` (``sqlite:///path``), which is made where there is none."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)

    def list(self, asked: str | None = None) -> tuple[StoredRun, ...]:
        """The runs that were asked the same, or all of them, the newest first."""
        chosen = select(RUN).order_by(RUN.c.number.desc())
        if asked is not None:
            chosen = chosen.where(RUN.c.asked == asked)
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            return tuple(StoredRun(**row) for row in connection.execute(chosen).mappings().all())

    def steps(self, run: int) -> tuple[StoredStep, ...]:
        """The steps that are done, in the order in which they were."""
        chosen = select(RUN_STEP).where(RUN_STEP.c.run == run).order_by(RUN_STEP.c.finished_at, RUN_STEP.c.started_at)
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            rows = connection.execute(chosen).mappings().all()
        return tuple(
            StoredStep(row["step"], row["started_at"], row["finished_at"], json.loads(row["inputs"]),
                       None if row["made"] is None else json.loads(row["made"]))
            for row in rows
        )  # fmt: skip

    def begin(self, asked: str, period: str) -> StoredRun:
        """A new run, its evaluation under the next free id (``2025-Q4-1`` …); the one that another process has begun of
        the same meanwhile."""
        for attempt in range(TRIES):
            row = {"asked": asked, "period": period, "evaluation": self._next_id(period), "state": RUNNING,
                   "started_at": _now()}  # fmt: skip
            with saying_what_is_wrong(self._engine.url):
                try:
                    with self._engine.begin() as connection:
                        connection.execute(insert(RUN).values(row))
                except IntegrityError:  # the id is taken, or the same is running: look again
                    if attempt == TRIES - 1:
                        raise
            running = [run for run in self.list(asked) if run.state == RUNNING]
            if running:
                return running[0]
        raise AssertionError("unreachable")

    def _next_id(self, period: str) -> str:
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            ids = list(connection.execute(select(EVALUATION.c.id).where(EVALUATION.c.period == period)).scalars())
            ids += [
                id for id in connection.execute(select(RUN.c.evaluation).where(RUN.c.period == period)).scalars() if id
            ]
        numbers = [id.rsplit("-", 1)[-1] for id in ids]
        return f"{period}-{max((int(n) for n in numbers if n.isdecimal()), default=0) + 1}"

    def keep(self, run: int, step: StoredStep) -> None:
        """Keep a step that is done; what another process kept of it before stays."""
        row = {"run": run, "step": step.step, "started_at": step.started_at, "finished_at": step.finished_at,
               "inputs": canonical_json(step.inputs), "made": canonical_json(step.made or {})}  # fmt: skip
        with (
            saying_what_is_wrong(self._engine.url),
            suppress(IntegrityError),  # another process was there first
            self._engine.begin() as connection,
        ):
            connection.execute(insert(RUN_STEP).values(row))

    def give_up(self, run: int, reason: str) -> None:
        """End a run that cannot go on because the inputs of a step have changed; its id is free again."""
        gone = update(RUN).where(RUN.c.number == run, RUN.c.state == RUNNING)
        with saying_what_is_wrong(self._engine.url), self._engine.begin() as connection:
            connection.execute(gone.values(state=OUTDATED, ended_at=_now(), reason=reason, evaluation=None))
            connection.execute(update(RUN_STEP).where(RUN_STEP.c.run == run).values(made=None))

    def finish(self, run: int, document: Mapping[str, Any]) -> bool:
        """Keep the sealed evaluation and end its run; False where another process has done so before."""
        ended = update(RUN).where(RUN.c.number == run, RUN.c.state == RUNNING)
        with saying_what_is_wrong(self._engine.url), self._engine.begin() as connection:
            if connection.execute(ended.values(state=FINISHED, ended_at=_now())).rowcount == 0:
                return False
            connection.execute(insert(EVALUATION).values(row_of(document)))
            connection.execute(update(RUN_STEP).where(RUN_STEP.c.run == run).values(made=None))
        return True


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
