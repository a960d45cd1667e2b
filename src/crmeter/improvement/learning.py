"""What verified plans teach: what was done, for whom, and what came of it."""

from __future__ import annotations

from typing import Any

from crmeter.improvement.drafts import Plain
from crmeter.improvement.registration import Registration


def learning(document: Plain, verification: Plain) -> dict[str, Any]:
    """What a verified plan teaches whoever looks for advice: ``do`` are its steps, ``change`` with its bounds what it
    did to the KPI in its unit, ``relative`` the same as a share of what would have been without."""
    registration, result = Registration(document), verification["result"]
    draft, effect = registration.draft, result["effect"]
    return {
        "plan": document["id"],
        "verification": verification["id"],
        "title": draft.title,
        "problem": draft.problem,
        "cause": draft.cause,
        "kind": str(draft.kind),
        "do": [step.what for step in draft.steps],
        "kpi": registration.design.kpi,
        "by": {draft.group.by: list(draft.group.target)} if draft.group.by else {},
        "where": list(draft.group.where),
        "verdict": verification["verdict"],
        "method": result["effect"]["method"],
        "change": effect["estimate"],
        "low": effect["low"],
        "high": effect["high"],
        "relative": effect["relative"],
        "unit": result["unit"],
    }
