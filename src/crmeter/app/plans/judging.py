"""A running plan watched week by week, and held to what came of it when its window is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from crmeter.app.measuring import believed
from crmeter.app.plans.doing import at, ensure, name_of, today
from crmeter.app.plans.listing import overdue, steps_done
from crmeter.app.settings import Workspace
from crmeter.app.verified_plans import write_ledger
from crmeter.improvement import monitoring, verification
from crmeter.improvement.deviations import Carried
from crmeter.improvement.states import State
from crmeter.store.plans import Done, PlanStore, StoredPlan


def monitor(workspace: Workspace, id: str, *, who: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """A running plan week by week. An alarm of a guard that was not told before is noted in its history."""
    store = PlanStore(workspace.store_url)
    stored = store.get(id)
    ensure(stored, "monitored")
    assert stored.registration is not None
    with believed(workspace) as warehouse:
        told = monitoring.monitored(stored.registration, warehouse, workspace.rules, workspace.catalogue)
    noted = {e.details["kpi"] for e in stored.history if e.action == "monitored"}
    for guard in told["guards"]:
        if guard["alarms"] and guard["kpi"] not in noted:
            details = {"kpi": guard["kpi"], "weeks": guard["alarms"], "load": told["load"]}
            store.change(id, Done("monitored", name_of(who), at(now), details))
    return {**told, "overdue": overdue(stored, today(workspace, now)), "title": stored.content["title"]}


def verify(workspace: Workspace, id: str, *, who: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Hold a plan to what happened, by the registered method, and keep the verdict. Data that reach no further and say
    the same are judged once: again gives what was kept. UserError before the window is over."""
    store = PlanStore(workspace.store_url)
    stored = store.get(id)
    ensure(stored, "verified")
    assert stored.registration is not None
    kept = stored.verifications[-1] if stored.verifications else None
    with believed(workspace) as warehouse:
        if kept is None or kept["load"] != warehouse.load.number:
            found = verification.verify(
                stored.registration,
                carried(stored, store.list()),
                warehouse,
                workspace.rules,
                number=len(stored.verifications) + 1,
                at=at(now),
                who=name_of(who),
                catalogue=workspace.catalogue,
            )
            if kept is None or not verification.says_nothing_new(found, kept):
                details = {"verification": found["id"], "verdict": found["verdict"], "load": found["load"]}
                store.change(id, Done("verified", name_of(who), at(now), details), verification=found)
                kept = found
    write_ledger(workspace)
    return {**kept, "title": stored.content["title"]}


def carried(stored: StoredPlan, every: Sequence[StoredPlan]) -> Carried:
    """How a plan was carried out, as its history says."""
    started = next((e.details["on"] for e in stored.history if e.action == "started"), None)
    return Carried(
        date.fromisoformat(started) if started else None,
        {number: day for number, (day, _) in steps_done(stored).items()},
        [other.id for other in every if other.id != stored.id and _confound(stored, other)],
    )


def _confound(mine: StoredPlan, other: StoredPlan) -> bool:
    """Whether another plan can pass for this one: the same KPI at the same time, where lots do not keep them apart."""
    if mine.registration is None or other.registration is None or other.state is State.CANCELLED:
        return False
    one, two = mine.registration["design"], other.registration["design"]
    together = one["after"]["start"] < two["after"]["end"] and two["after"]["start"] < one["after"]["end"]
    return bool(together and one["kpi"] == two["kpi"] and one["lots"] is None)
