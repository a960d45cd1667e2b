"""The eight stages of evaluating a CRM, each with its state in this evaluation and where it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.evaluation.scope import Scope

Plain = Mapping[str, Any]
DONE, PARTLY, OPEN = STATES = ("done", "partly", "open")
STAGES = (
    "overview", "definitions", "collection", "models", "process", "interpretation", "improvement",
    "continuous_improvement",
)  # fmt: skip
_RUNNING = ("registered", "running", "verifying")


def stages(scope: Scope, document: Plain, steps: Sequence[Plain]) -> list[dict[str, Any]]:
    """The stages in their order: ``state``, the ``figures`` it follows from, and ``where`` to go on (a command)."""
    found = (
        _overview(scope),
        _definitions(document),
        _collection(document["data"]),
        _models(document),
        _process(steps),
        _interpretation(document),
        _improvement(scope),
        _continuous(scope),
    )
    return [
        {"stage": name, "state": state, "figures": figures, "where": where}
        for name, (state, figures, where) in zip(STAGES, found, strict=True)
    ]


Found = tuple[str, dict[str, Any], list[str]]


def _overview(scope: Scope) -> Found:
    """What the company wants: objectives, and goals on KPIs."""
    objectives, goals = len(scope.indicators.objectives), len(scope.goals) + len(scope.targets)
    state = DONE if objectives and goals else PARTLY if objectives or goals else OPEN
    return state, {"objectives": objectives, "goals": goals}, ["crmeter objective wizard", "crmeter goal"]


def _definitions(document: Plain) -> Found:
    kpis = document["kpis"]
    defined = sum(told["value"]["value"] is not None for told in kpis)
    state = DONE if kpis and defined == len(kpis) else PARTLY if defined else OPEN
    return state, {"kpis": len(kpis), "defined": defined}, ["crmeter kpis", "crmeter kpi explain"]


def _collection(data: Plain) -> Found:
    rows = sum(each["rows"] for each in data["tables"])
    quarantined = sum(each["quarantined"] for each in data["tables"])
    missing = sum(not there for there in data["areas"].values())
    state = OPEN if not rows else PARTLY if missing or quarantined > 0.01 * rows else DONE
    return (
        state,
        {"rows": rows, "quarantined": quarantined, "areas_missing": missing},
        ["crmeter ingest", "crmeter check"],
    )


def _models(document: Plain) -> Found:
    """What was looked at beyond the bare values: comparisons, drivers, forecasts of goals."""
    weak = [f for f in document["findings"] if f["kind"] == "weakness"]
    explained = sum(f["drivers"]["looked_for"] for f in weak)
    compared = document["tests"]["looked_at"]
    forecasts = sum(bool(goal.get("expected")) for goal in document["goals"])
    state = OPEN if not compared else DONE if explained or not weak else PARTLY
    figures = {"comparisons": compared, "explained": explained, "forecasts": forecasts}
    return state, figures, ["crmeter drivers", "crmeter forecast", "crmeter clv", "crmeter churn"]


def _process(steps: Sequence[Plain]) -> Found:
    """The steps up to this one; the last is this evaluation."""
    return DONE, {"steps": len(steps) + 1}, ["crmeter evaluate", "crmeter evaluations"]


def _interpretation(document: Plain) -> Found:
    found, advised = len(document["findings"]), len(document["advice"])
    return DONE, {"findings": found, "advice": advised}, ["crmeter report"]


def _improvement(scope: Scope) -> Found:
    running = sum(plan.get("state") in _RUNNING for plan in scope.plans)
    state = DONE if running else PARTLY if scope.plans else OPEN
    return state, {"plans": len(scope.plans), "running": running}, ["crmeter plan"]


def _continuous(scope: Scope) -> Found:
    """Whether what was planned is verified, and evaluations follow one another."""
    verified = sum(bool(plan.get("verdict")) for plan in scope.plans)
    earlier = len(scope.earlier)
    overdue = sum(kind == "overdue_review" for kind, _ in scope.lacks)
    state = DONE if verified and earlier and not overdue else PARTLY if verified or earlier else OPEN
    figures = {"verified": verified, "earlier": earlier, "overdue_reviews": overdue}
    return state, figures, ["crmeter verify", "crmeter changes", "crmeter objective check"]
