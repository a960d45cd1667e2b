"""While a plan is carried out: it starts, its steps are done, somebody comments, it is closed or given up."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from crmeter.app.plans.doing import at, name_of, said, today
from crmeter.app.plans.listing import show
from crmeter.app.settings import Workspace
from crmeter.improvement.drafts import Plain
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.store.plans import Done, PlanStore


def start(
    workspace: Workspace, id: str, *, on: date | None = None, who: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """Say that a registered plan has started, ``on`` a day (today); another than was registered is a deviation."""
    day = on or today(workspace, now)
    if day > today(workspace, now):
        raise UserError.of(t("{day} is still to come.", day=day), next=t("Say so when the plan has started."))
    return do(workspace, id, "started", {"on": str(day)}, who, now)


def step(
    workspace: Workspace,
    id: str,
    number: int,
    *,
    done: bool = True,
    on: date | None = None,
    note: str | None = None,
    who: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Say that a step is done, or how it stands (``done`` false, with a note)."""
    count = len(PlanStore(workspace.store_url).get(id).content["steps"])
    if not 1 <= number <= count:
        raise UserError.of(
            t("Plan {id} has no step {number}.", id=id, number=number), next=t("It has {count}.", count=count)
        )
    details = {"number": number, "done": done, "on": str(on or today(workspace, now)), "note": said(note)}
    return do(workspace, id, "step", details, who, now)


def comment(
    workspace: Workspace, id: str, text: str, *, who: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """Write something down beside a plan."""
    if not text.strip():
        raise UserError.of(t("The comment is empty."))
    return do(workspace, id, "comment", {"text": said(text)}, who, now)


def close(
    workspace: Workspace, id: str, note: str, *, who: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """End a plan that was verified, with what was learnt from it."""
    return do(workspace, id, "closed", {"note": said(note)}, who, now)


def cancel(
    workspace: Workspace, id: str, reason: str, *, who: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """Give up a plan before it was verified."""
    return do(workspace, id, "cancelled", {"reason": said(reason)}, who, now)


def do(
    workspace: Workspace, id: str, action: str, details: Plain, who: str | None, now: datetime | None
) -> dict[str, Any]:
    PlanStore(workspace.store_url).change(id, Done(action, name_of(who), at(now), details))
    return show(workspace, id, now=now)
