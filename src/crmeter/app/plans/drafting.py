"""Drafts: from nothing, from a finding, from an advice; changed by options or in their file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from crmeter.app.plans import files
from crmeter.app.plans.doing import at, draft_of, ensure, name_of, with_goal
from crmeter.app.plans.listing import show
from crmeter.app.settings import Workspace
from crmeter.improvement.drafts import Draft, Plain, from_advice, from_finding
from crmeter.improvement.reading import plain, read_draft
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import language, t
from crmeter.kpis.catalogue import Catalogue
from crmeter.store.evaluations import EvaluationStore
from crmeter.store.plans import Done, PlanStore


def new(workspace: Workspace, values: Plain, *, who: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """A new draft of what is said so far, and its file to go on with."""
    draft = with_goal(workspace, read_draft(values))
    stored = PlanStore(workspace.store_url).add(plain(draft), name_of(who), at(now))
    path = files.write(workspace, stored.id, draft)
    return {**show(workspace, stored.id, now=now), "file": str(path)}


def drafted(
    workspace: Workspace, evaluation: str | None, *, finding: int | None = None, advice: str | None = None
) -> dict[str, Any]:
    """What an evaluation says of a plan as plain values; nothing where none is named."""
    if evaluation is None:
        if finding is not None or advice is not None:
            raise UserError.of(t("A finding or an advice of which evaluation?"), next=t("Add: --from EVALUATION"))
        return {}
    return plain(of_evaluation(workspace, evaluation, finding=finding, advice=advice))


def of_evaluation(workspace: Workspace, id: str, *, finding: int | None = None, advice: str | None = None) -> Draft:
    """What a finding (its place in the list) or an advice (A1) of an evaluation says of a plan."""

    document = EvaluationStore(workspace.store_url).get(id)
    found = list(document["findings"])
    if advice is not None:
        given = next((a for a in document.get("advice", ()) if a["id"].casefold() == advice.casefold()), None)
        if given is None:
            ids = ", ".join(a["id"] for a in document.get("advice", ())) or "–"
            raise UserError.of(
                t("Evaluation {id} has no advice “{advice}”.", id=id, advice=advice),
                next=t("It has: {names}.", names=ids),
            )
        about: Plain = next((f for f in found if all(f.get(key) == v for key, v in given["finding"].items())), {})
        problem, cause = _said(document, about, workspace.catalogue)
        return replace(from_advice(given, about, evaluation=id, problem=problem), cause=cause)
    if finding is None or not 1 <= finding <= len(found):
        raise UserError.of(
            t("Evaluation {id} has no finding {number}.", id=id, number=finding or "?"),
            next=t("Write --finding with a number from 1 to {count}, or --advice.", count=len(found)),
        )
    chosen = found[finding - 1]
    problem, cause = _said(document, chosen, workspace.catalogue)
    return replace(from_finding(chosen, evaluation=id, problem=problem), cause=cause)


def _said(document: Plain, finding: Plain, catalogue: Catalogue) -> tuple[str, str]:
    """A finding in words, and its likely root where a test speaks for one: for whoever plans to judge."""
    from crmeter.reports import judgements
    from crmeter.reports.reading import Reading
    from crmeter.reports.sentences import movement

    if not finding:
        return "", ""
    read = Reading(document, catalogue.cards(language()))
    if finding["kind"] == "risk":
        return judgements.risk(read, finding), ""
    problem = movement(read.by_id[finding["kpi"]], finding["comparison"], read.base_words(finding["comparison"]))
    known = (finding.get("root") or {}).get("kind") not in (None, "unknown")
    return problem, judgements.root_of(read, finding) if known else ""


def edit(
    workspace: Workspace, id: str, values: Plain, *, who: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """Change what a draft says; without ``values`` its file is written anew from what is known of it."""
    store = PlanStore(workspace.store_url)
    stored = store.get(id)
    ensure(stored, "edited")
    draft = with_goal(workspace, read_draft({**plain(draft_of(workspace, stored)), **values}))
    store.change(id, Done("edited", name_of(who), at(now), {"changed": sorted(values)}), content=plain(draft))
    path = files.write(workspace, id, draft)
    return {**show(workspace, id, now=now), "file": str(path)}
