"""What is known of plans, as plain values."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from crmeter.app.plans import files
from crmeter.app.plans.doing import draft_of, today
from crmeter.app.settings import Workspace
from crmeter.improvement.completeness import lacking
from crmeter.improvement.drafts import ADVICE_KIND, Kind
from crmeter.improvement.learning import learning
from crmeter.improvement.reading import plain, read_draft
from crmeter.improvement.states import State
from crmeter.store.plans import PlanStore, StoredPlan


def steps_done(stored: StoredPlan) -> dict[int, tuple[date, str]]:
    """The steps that are done: on which day, and what was noted. The last that was said counts."""
    found: dict[int, tuple[date, str]] = {}
    for event in stored.history:
        if event.action == "step":
            number = event.details["number"]
            found.pop(number, None)
            if event.details["done"]:
                found[number] = date.fromisoformat(event.details["on"]), event.details["note"]
    return found


def overdue(stored: StoredPlan, day: date) -> list[dict[str, Any]]:
    """The steps of a plan that is not over whose due date has passed without their being done."""
    if stored.state not in (State.REGISTERED, State.RUNNING, State.VERIFYING):
        return []
    done = steps_done(stored)
    return [
        {"number": number, **step}
        for number, step in enumerate(stored.content["steps"], start=1)
        if number not in done and step["due"] and date.fromisoformat(step["due"]) < day
    ]


def show(workspace: Workspace, id: str, *, now: datetime | None = None) -> dict[str, Any]:
    """All that is known of a plan as plain values."""
    stored = PlanStore(workspace.store_url).get(id)
    draft = draft_of(workspace, stored)
    is_draft = stored.state is State.DRAFT
    done = steps_done(stored)
    content = plain(draft)
    for number, each in enumerate(content["steps"], start=1):
        each |= {"done": str(done[number][0]) if number in done else None}
    return {
        "id": id,
        "state": str(stored.state),
        "plan": content,
        "lacking": [str(p.what) for p in lacking(draft, workspace.catalogue, workspace.rules)] if is_draft else [],
        "overdue": overdue(stored, today(workspace, now)),
        "registration": stored.registration,
        "history": [event.__dict__ for event in stored.history],
        "verifications": list(stored.verifications),
        "file": str(files.path_of(workspace, id)) if is_draft else None,
    }


def plans(workspace: Workspace, *, now: datetime | None = None) -> list[dict[str, Any]]:
    """Every plan in short, first to last."""
    day = today(workspace, now)
    return [_short(workspace, stored, day) for stored in PlanStore(workspace.store_url).list()]


def _short(workspace: Workspace, stored: StoredPlan, day: date) -> dict[str, Any]:
    draft = draft_of(workspace, stored) if stored.state is State.DRAFT else read_draft(stored.content)
    last = stored.verifications[-1] if stored.verifications else None
    effect = last["result"]["effect"] if last else {}
    return {
        "id": stored.id,
        "title": draft.title,
        "state": str(stored.state),
        "kpi": draft.kpi,
        "kind": ADVICE_KIND[Kind(draft.kind)] if draft.kind else None,
        "owner": draft.owner,
        "start": draft.start and str(draft.start),
        "end": draft.end and str(draft.end),
        "goal": draft.goal,
        "expected": draft.expected,
        "method": stored.registration["design"]["method"] if stored.registration else None,
        "steps": len(draft.steps),
        "steps_done": len(steps_done(stored)),
        "overdue": overdue(stored, day),
        "verdict": last["verdict"] if last else None,
        "effect": effect.get("estimate"),
        "low": effect.get("low"),
        "high": effect.get("high"),
        "unit": last["result"]["unit"] if last else None,
        "currency": last["result"]["currency"] if last else None,
        "money": last["money"] if last else None,
        "deviations": list(last["deviations"]) if last else [],
        "verified_at": last["at"] if last else None,
        "verifications": len(stored.verifications),
        "learning": learning(stored.registration, last) if stored.registration and last else None,
    }


def for_evaluation(workspace: Workspace) -> list[dict[str, Any]]:
    """Every plan as plain values, first to last: id, title, state, kpi, kind (as advice calls it), owner, start, end
    (the day after the last), unit, currency, and of its latest verification verdict, effect, low, high, money,
    deviations (empty or None before there is one), verified_at; ``learning`` says what a verified plan teaches: {kpi,
    kind, do, by, change, low, high, relative …}, None before."""
    return plans(workspace)
