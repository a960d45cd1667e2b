"""Findings: the strengths, weaknesses and other changes of a period, the largest certain change first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmeter.evaluation.comparison import TARGET, Comparison
from crmeter.metrics import Better, Kpi, Unit

# KPIs that state the fact of another from the other side, or as a bare count: one finding for all.
SAME_FACT = {
    "retention_rate": "churn_rate",
    "customers.lost": "churn_rate",
    "customers.kept": "churn_rate",
    "customers.ended": "churn_rate",
    "customers.new": "acquisition_rate",
}


@dataclass(frozen=True)
class Finding:
    """A change beyond noise: for better (strength), for worse (weakness), or of a KPI of which no direction is good
    (change). ``also`` lists other KPIs and comparisons that say the same."""

    kind: str
    rank: int
    comparison: Comparison
    score: float
    also: tuple[tuple[str, str], ...]


def score(comparison: Comparison) -> float:
    """How large the change is at least: the end of its interval nearer to none, as a share of the base.

    Size and certainty in one number: a large change that is hardly certain and a certain but tiny one both rank low.
    """
    low, high, change = comparison.low, comparison.high, comparison.change
    if change is None or low is None or high is None:
        return 0.0
    nearest = max(min(low, high) if change > 0 else -max(low, high), 0.0)
    if comparison.kpi.unit is Unit.POINTS:
        return nearest / 100
    base = comparison.base.value if comparison.base else (comparison.now.value or 0.0) - change
    scale = abs(base or 0.0) or abs(comparison.now.value or 0.0)
    return nearest / scale if scale else 0.0


def findings(comparisons: Sequence[Comparison]) -> list[Finding]:
    """One finding for each fact and direction, ranked by :func:`score`; weaknesses first."""
    found: list[Finding] = []
    for kind, verdict in (("weakness", "worse"), ("strength", "better"), ("change", "changed")):
        facts: dict[str, list[Comparison]] = {}
        for comparison in comparisons:
            if comparison.verdict == verdict:
                facts.setdefault(fact_of(comparison.kpi), []).append(comparison)
        ordered = [sorted(same, key=_order) for same in facts.values()]
        for rank, same in enumerate(sorted(ordered, key=lambda same: _order(same[0])), 1):
            first, *others = same
            also = tuple((c.kpi.id, c.to) for c in others)
            found.append(Finding(kind, rank, first, score(first), also))
    return found


def fact_of(kpi: Kpi) -> str:
    """What a KPI is about: its measure, or the one that it states in another way."""
    return SAME_FACT.get(kpi.id) or SAME_FACT.get(kpi.measure) or kpi.measure


def _order(comparison: Comparison) -> tuple[bool, float, str, str]:
    """A rate before the counts it is made of: those also grow with the business."""
    counted = comparison.kpi.id in SAME_FACT
    return counted, -score(comparison), comparison.kpi.id, comparison.to


def explained(found: Iterable[Finding], most: int) -> list[Finding]:
    """The weaknesses whose segments are looked for: against an earlier period, the first ``most`` of them."""
    wanted = [
        f
        for f in found
        if f.kind == "weakness" and f.comparison.to != TARGET and f.comparison.kpi.better is not Better.NONE
    ]
    return wanted[:most]
