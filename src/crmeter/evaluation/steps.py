"""The four steps of an evaluation: each has its inputs frozen by their checksums, and what it made is kept.

Goals → data → analysis and comparison → report and advice. Who goes on with what was kept does no step twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GOALS, DATA, ANALYSIS, REPORT = STEPS = ("goals", "data", "analysis", "report")


@dataclass(frozen=True)
class Step:
    """A step that is done: when, from which inputs (their checksums), and what it ``made`` for the steps after it."""

    step: str
    started_at: str
    finished_at: str
    inputs: Mapping[str, Any]
    made: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """What the evaluation says of it."""
        return {"step": self.step, "state": "done", "started_at": self.started_at, "finished_at": self.finished_at,
                "inputs": dict(self.inputs)}  # fmt: skip


class Steps:
    """The steps of one run. ``done`` are those of an earlier process, ``keep`` is told each one as it is done."""

    def __init__(self, done: Iterable[Step] = (), keep: Callable[[Step], None] | None = None) -> None:
        self._done = {step.step: step for step in done}
        self._keep = keep

    def take(
        self, name: str, make: Callable[[], Mapping[str, Any]], inputs: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """What a step made: as it was kept, or made now. ``inputs`` are asked of what was made."""
        if name not in self._done:
            started = instant()
            made = make()
            step = Step(name, started, instant(), inputs(made), made)
            self._done[name] = step
            if self._keep:
                self._keep(step)
        return self._done[name].made

    def told(self) -> list[dict[str, Any]]:
        """The steps done so far, in their order."""
        return [self._done[name].as_json() for name in STEPS if name in self._done]


def instant() -> str:
    """Now, in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
