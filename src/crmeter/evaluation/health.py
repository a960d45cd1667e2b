"""The health of the CRM's use and of the evaluation itself: each pitfall computed from data, with its threshold.

The thresholds are ours, told beside each figure: they say from where on somebody should look, not what is usual.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmeter.evaluation.scope import Scope

Plain = Mapping[str, Any]
OK, WARNING, FAILING, CANNOT_TELL = STATES = ("ok", "warning", "failing", "cannot_tell")
_WORST_FIRST = (FAILING, WARNING, OK, CANNOT_TELL)
#: A KPI, and another that must not get worse for it to be better.
COUNTERPARTS = (
    ("handle_minutes.mean", "csat.mean"),
    ("handle_minutes.mean", "first_contact_resolution"),
    ("first_response_hours.median", "resolution_hours.median"),
    ("deals_won", "average_deal_value"),
    ("customers.new", "churn_rate.cohort"),
    ("customers.new", "clv.profit"),
    ("response_rate", "nps"),
    ("actions_per_day", "completeness"),
)


@dataclass(frozen=True)
class Limits:
    """The figures from which on there is a warning, and from which on it fails; ``above`` says which side is bad."""

    warning: float
    failing: float
    above: bool = True

    def state(self, figure: float | None) -> str:
        """The state of a figure."""
        if figure is None:
            return CANNOT_TELL
        side = 1 if self.above else -1
        if side * figure >= side * self.failing:
            return FAILING
        return WARNING if side * figure >= side * self.warning else OK


GOALS_SET = Limits(0.5, 0.0, above=False)
ADOPTION = Limits(0.7, 0.5, above=False)
BROKEN, DUPLICATE = Limits(0.01, 0.05), Limits(0.02, 0.05)
UNUSED_FIELDS = Limits(0.3, 0.5)
UNLINKED_AREAS, UNLINKED_ROWS = Limits(1, 3), Limits(0.05, 0.2)
CHASED, AGAINST = Limits(0.01, 0.5), Limits(1, 3)


def health(scope: Scope, data: Plain, kpis: Sequence[Plain], headline: Sequence[str]) -> dict[str, Any]:
    """The six pitfalls (R200 to R205), and what the evaluation lacks itself: KPIs without goals, goals without KPIs."""
    by_id = {told["kpi"]: told for told in kpis}
    led = _led(scope)
    checks = [
        _check("no_clear_goals", "R200", _of_goals(led, headline)),
        _check("low_adoption", "R201", _of_adoption(by_id)),
        _check("poor_data", "R202", _of_data(data)),
        _check("over_customised", "R203", _of_fields(data)),
        _check("not_integrated", "R204", _of_links(data)),
        _check("number_chasing", "R205", _of_chasing(scope, led, by_id)),
    ]
    return {
        "checks": checks,
        "kpis_without_goals": [id for id in headline if id not in led],
        "goals_without_kpis": [
            *({"objective": about} for kind, about in scope.lacks if kind == "objective_without_kpi"),
            *({"goal": g.id, "kpi": g.kpi} for g in scope.goals if _value(by_id, g.kpi) is None),
        ],
        "lacks": [{"kind": kind, "about": about} for kind, about in scope.lacks],
    }


def _led(scope: Scope) -> set[str]:
    """The KPIs that have an open goal, or a target."""
    return {goal.kpi for goal in scope.goals} | set(scope.targets)


def _part(
    what: str, figure: float | None, limits: Limits, unit: str, reason: str | None = None, **more: Any
) -> dict[str, Any]:
    """One figure with the thresholds that it is held against."""
    return {
        "what": what,
        "figure": figure,
        "unit": unit,
        "warning": limits.warning,
        "failing": limits.failing,
        "bad": "above" if limits.above else "below",
        "state": limits.state(figure),
        "reason": reason,
        **more,
    }


def _check(name: str, requirement: str, parts: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """A check is as bad as its worst part."""
    found = list(parts)
    worst = min(found, key=lambda part: _WORST_FIRST.index(part["state"]))
    return {
        "check": name,
        "requirement": requirement,
        "state": worst["state"],
        "reason": worst["reason"],
        "parts": found,
    }


def _value(by_id: Mapping[str, Plain], kpi: str) -> float | None:
    told = by_id.get(kpi)
    return None if told is None else told["value"]["value"]


def _of_goals(led: set[str], headline: Sequence[str]) -> Iterator[dict[str, Any]]:
    share = sum(id in led for id in headline) / len(headline) if headline else None
    yield _part("led_kpis", share, GOALS_SET, "share", None if headline else "no_kpi", with_goal=len(led),
                of=len(headline))  # fmt: skip


def _of_adoption(by_id: Mapping[str, Plain]) -> Iterator[dict[str, Any]]:
    value = _value(by_id, "adoption_rate")
    reason = None if value is not None else (by_id.get("adoption_rate") or {"value": {}})["value"].get("reason")
    yield _part("adoption_rate", value, ADOPTION, "share", reason or (None if value is not None else "no_data"))


def _of_data(data: Plain) -> Iterator[dict[str, Any]]:
    errors = [c for c in data["checks"] if c["severity"] == "error"]
    asked = sum(c["checks"] for c in errors)
    share = sum(c["checks"] - c["passed"] for c in errors) / asked if asked else None
    worst = max(errors, key=lambda c: (c["checks"] - c["passed"]) / c["checks"] if c["checks"] else 0.0, default=None)
    yield _part("errors", share, BROKEN, "share", None if asked else "no_data",
                worst=worst and {"table": worst["table"], "rule": worst["rule"]})  # fmt: skip
    single = next((c for c in data["checks"] if c["rule"] == "no_duplicate" and c["checks"]), None)
    twice = (single["checks"] - single["passed"]) / single["checks"] if single else None
    yield _part("duplicates", twice, DUPLICATE, "share", None if single else "no_data")


def _of_fields(data: Plain) -> Iterator[dict[str, Any]]:
    fields = data["fields"]
    share = fields["hardly_filled"] / fields["custom"] if fields["custom"] else None
    yield _part("unused_fields", share, UNUSED_FIELDS, "share", None if fields["custom"] else "no_data", **fields)


def _of_links(data: Plain) -> Iterator[dict[str, Any]]:
    missing = [area for area, there in data["areas"].items() if not there]
    yield _part("areas_without_data", float(len(missing)), UNLINKED_AREAS, "count", None, missing=missing,
                of=len(data["areas"]))  # fmt: skip
    worst = max(data["links"], key=lambda link: 1 - link["linked"] / link["rows"], default=None)
    share = 1 - worst["linked"] / worst["rows"] if worst else None
    yield _part("rows_without_customer", share, UNLINKED_ROWS, "share", None if worst else "no_data",
                table=worst and worst["table"])  # fmt: skip


def _of_chasing(scope: Scope, led: set[str], by_id: Mapping[str, Plain]) -> Iterator[dict[str, Any]]:
    decided = {i.kpi for i in scope.indicators.indicators if i.active and i.objectives and i.decision}
    decided |= {goal.kpi for goal in scope.goals if goal.objective or goal.decision}
    chased = sorted(led - decided)
    yield _part("without_decision", len(chased) / len(led) if led else None, CHASED, "share",
                None if led else "no_goals", kpis=chased)  # fmt: skip
    pairs = [
        [kpi, other]
        for kpi, other in COUNTERPARTS
        if _verdict(by_id, kpi) == "better" and _verdict(by_id, other) == "worse"
    ]
    yield _part(
        "better_at_a_price", float(len(pairs)), AGAINST, "count", None, pairs=pairs, looked_at=len(COUNTERPARTS)
    )


def _verdict(by_id: Mapping[str, Plain], kpi: str) -> str:
    told = by_id.get(kpi)
    return str(((told["comparisons"].get("previous") if told else None) or {}).get("verdict", "unknown"))
