"""Registration: a draft is sealed with the way it will be verified, and its lots are drawn."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from crmeter.analysis.effects.people import by_lot, enrolled
from crmeter.app.measuring import believed
from crmeter.app.plans.doing import at, draft_of, ensure, name_of, today, with_goal
from crmeter.app.plans.listing import show
from crmeter.app.settings import Workspace
from crmeter.evaluation.seal import digest
from crmeter.improvement.drafts import Draft
from crmeter.improvement.proposal import Proposal
from crmeter.improvement.reading import plain
from crmeter.improvement.registration import Registration, proposed, seal
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.store.plans import Done, PlanStore, StoredPlan
from crmeter.warehouse.duck import Warehouse


def check(workspace: Workspace, id: str, *, now: datetime | None = None) -> dict[str, Any]:
    """How a draft would be verified if it were registered now, and what that could show. UserError with all that it
    lacks."""
    stored = PlanStore(workspace.store_url).get(id)
    ensure(stored, "registered")
    with believed(workspace) as warehouse:
        draft, proposal = _proposed(workspace, stored, warehouse, now)
    return {"id": id, "plan": plain(draft), **proposal.as_json()}


def register(workspace: Workspace, id: str, *, who: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Seal a draft with the way it will be verified. UserError with everything it lacks, and once it has begun."""
    store = PlanStore(workspace.store_url)
    stored = store.get(id)
    ensure(stored, "registered")
    moment, name = at(now), name_of(who)
    with believed(workspace) as warehouse:
        named, proposal = _proposed(workspace, stored, warehouse, now)
        document = seal(
            id, named, proposal, warehouse, workspace.rules, at=moment, who=name, catalogue=workspace.catalogue
        )  # fmt: skip
    details = {"checksum": document["seal"]["checksum"], "method": document["design"]["method"]}
    store.change(id, Done("registered", name, moment, details), content=plain(named), registration=document)
    return show(workspace, id, now=now)


def _proposed(
    workspace: Workspace, stored: StoredPlan, warehouse: Warehouse, now: datetime | None
) -> tuple[Draft, Proposal]:
    draft = with_goal(workspace, draft_of(workspace, stored))
    # what lots are drawn from follows from the plan and the moment, so that nobody chooses it
    lots_of = hashlib.sha256(f"{stored.id}:{at(now)}:{digest(plain(draft))}".encode()).hexdigest()
    return proposed(
        draft, warehouse, workspace.rules, today=today(workspace, now), lots=lots_of, catalogue=workspace.catalogue
    )


def lots(workspace: Workspace, id: str) -> list[dict[str, str]]:
    """Who of the customers known now is treated and who is left alone, by a registered plan's lots."""
    stored = PlanStore(workspace.store_url).get(id)
    design = None if stored.registration is None else Registration(stored.registration).design
    if design is None or design.lots is None:
        raise UserError.of(
            t("Plan {id} draws no lots.", id=id), next=t("Lots are drawn where a registered plan is an A/B test.")
        )
    with believed(workspace) as warehouse:
        groups = by_lot(design, enrolled(warehouse, workspace.rules, design, design.after))
    named = zip(("treated", "control"), groups, strict=True)
    return sorted(
        ({"customer_id": customer, "lot": name} for name, group in named for customer in group),
        key=lambda row: row["customer_id"],
    )
