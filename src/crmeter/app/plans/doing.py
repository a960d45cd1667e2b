"""Who does something with a plan, and when; and what a plan says at the moment."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmeter.app.plans import files
from crmeter.app.settings import Workspace
from crmeter.evaluation.goals import Goal
from crmeter.improvement.drafts import Draft
from crmeter.improvement.reading import read_draft
from crmeter.improvement.states import State, after, refusal
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.store.goals import GoalStore
from crmeter.store.plans import StoredPlan

LONGEST = 2_000  # signs of a comment


def today(workspace: Workspace, now: datetime | None = None) -> date:
    """The day it is at the company."""
    return (now or datetime.now(UTC)).astimezone(ZoneInfo(workspace.rules.timezone)).date()


def at(now: datetime | None) -> str:
    return (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def name_of(who: str | None) -> str:
    """Who does it: as given, else who is signed in on this machine."""
    try:
        return (who or getpass.getuser()).strip()[:100]
    except (OSError, KeyError):
        return "?"


def said(text: str | None) -> str:
    if text and len(text) > LONGEST:
        raise UserError.of(t("This text has {count} signs.", count=len(text)), next=t("Write at most {n}.", n=LONGEST))
    return (text or "").strip()


def ensure(stored: StoredPlan, action: str) -> None:
    if after(action, stored.state) is None:
        raise UserError(refusal(stored.id, stored.state, action))


def draft_of(workspace: Workspace, stored: StoredPlan) -> Draft:
    """What a plan says: a draft's file where there is one, since a person may have changed it."""
    found = files.read(workspace, stored.id) if stored.state is State.DRAFT else None
    return found or read_draft(stored.content)


def with_goal(workspace: Workspace, draft: Draft) -> Draft:
    """A draft with what its goal says: the KPI, the target, and the change from the baseline to it."""
    if not draft.goal:
        return draft
    goal = Goal.from_json(GoalStore(workspace.store_url).get(draft.goal))
    told: Mapping[str, Any] = {"kpi": goal.kpi, "target": goal.target, "expected": goal.target - goal.start_value}
    return replace(draft, **{name: value for name, value in told.items() if getattr(draft, name) is None})
