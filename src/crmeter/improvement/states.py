"""What a plan goes through, and what may be done in which state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from crmeter.kernel.errors import Problem
from crmeter.kernel.messages import t


class State(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    REGISTERED = "registered"
    RUNNING = "running"
    VERIFYING = "verifying"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Action:
    """What may be done ``of`` some states; ``to`` is the state then, None where it stays."""

    of: tuple[State, ...]
    to: State | None = None


_ALIVE = (State.REGISTERED, State.RUNNING, State.VERIFYING)

ACTIONS: Mapping[str, Action] = {
    "edited": Action((State.DRAFT,)),
    "registered": Action((State.DRAFT,), State.REGISTERED),
    "started": Action((State.REGISTERED,), State.RUNNING),
    "step": Action(_ALIVE),
    "comment": Action(tuple(State)),
    "monitored": Action((State.RUNNING,)),
    # a closed plan may be held to later data too; it stays closed
    "verified": Action((State.RUNNING, State.VERIFYING, State.CLOSED), State.VERIFYING),
    "closed": Action((State.VERIFYING,), State.CLOSED),
    "cancelled": Action((State.DRAFT, State.REGISTERED, State.RUNNING), State.CANCELLED),
}


def after(action: str, state: State) -> State | None:
    """The state after an action; None where it may not be done.

    >>> after("started", State.REGISTERED).value
    'running'
    >>> after("started", State.DRAFT) is None
    True
    """
    found = ACTIONS[action]
    if state not in found.of:
        return None
    return state if found.to is None or state is State.CLOSED else found.to


def state_word(state: State) -> str:
    """A state in the language of the moment."""
    return {
        State.DRAFT: t("draft"),
        State.REGISTERED: t("registered"),
        State.RUNNING: t("running"),
        State.VERIFYING: t("being verified"),
        State.CLOSED: t("closed"),
        State.CANCELLED: t("cancelled"),
    }[state]


def refusal(id: str, state: State, action: str) -> Problem:
    """Why something cannot be done with a plan in its state."""
    allowed = ", ".join(map(state_word, ACTIONS[action].of))
    return Problem(
        t("This cannot be done with plan {id}: its state is “{state}”.", id=id, state=state_word(state)),
        t("It takes a plan in one of these states: {states}.", states=allowed),
        t("What happened to it so far: crmeter plan show {id}", id=id),
    )
