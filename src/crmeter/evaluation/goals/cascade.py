"""Whether the goals of teams add up to the goal of the company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crmeter.evaluation.goals.goal import Goal
from crmeter.kpis.catalogue import BUILT_IN, Catalogue
from crmeter.metrics import Kpi

NEAR = 1e-6  # parts of the value within which a formula is taken to be numerator ÷ denominator


@dataclass(frozen=True)
class Together:
    """What the parts come to. ``value`` is the whole's value where every part reaches its target and what is in no part
    (``rest``, its baseline) stays as it was; ``enough`` whether that reaches the whole's target; ``needed`` what the
    rest would have to come to for it. ``counted`` are the parts that were added, ``others`` those that are of another
    KPI or period, or whose scopes cannot be told to be apart. ``how`` is sum or weighted; None, with the ``reason``,
    where the parts cannot be added."""

    how: str | None
    counted: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    value: float | None = None
    rest: float | None = None
    needed: float | None = None
    enough: bool | None = None
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**self.__dict__, "counted": list(self.counted), "others": list(self.others)}


def together(whole: Goal, parts: Sequence[Goal], catalogue: Catalogue = BUILT_IN) -> Together:
    """Add the targets of the parts up to the whole's: sums by adding, rates weighted with what they are rates of."""
    (kpi,) = catalogue.chosen([whole.kpi])
    counted = _apart(whole, parts)
    others = tuple(part.id for part in parts if part not in counted)
    if not counted:
        return Together(None, others=others, reason="not_apart")
    ids = tuple(part.id for part in counted)
    if kpi.formula_is_sum:
        return _summed(whole, counted, ids, others, kpi)
    return _weighted(whole, counted, ids, others, kpi)


def _apart(whole: Goal, parts: Sequence[Goal]) -> list[Goal]:
    """The parts whose scopes share nothing: each is the whole's and, of one dimension, values that no other has."""
    found: list[tuple[Goal, str, frozenset[str | None]]] = []
    for part in parts:
        own = [f for f in part.filters if str(f) not in {str(g) for g in whole.filters}]
        alike = (part.kpi, part.period, part.base) == (whole.kpi, whole.period, whole.base)
        if alike and len(own) == 1 and own[0].among:
            found.append((part, own[0].name, frozenset(own[0].values)))
    kept: list[Goal] = []
    taken: set[str | None] = set()
    for part, name, values in found:
        if name == found[0][1] and not values & taken:
            kept.append(part)
            taken |= values
    return kept


def _summed(whole: Goal, parts: Sequence[Goal], ids: tuple[str, ...], others: tuple[str, ...], kpi: Kpi) -> Together:
    rest = whole.start_value - sum(part.start_value for part in parts)
    targets = sum(part.target for part in parts)
    value = targets + rest
    return Together("sum", ids, others, value, rest, whole.target - targets, _reaches(whole, value, kpi))


def _weighted(whole: Goal, parts: Sequence[Goal], ids: tuple[str, ...], others: tuple[str, ...], kpi: Kpi) -> Together:
    scale = _scale(whole)
    if scale is None or any(_scale(part) is None for part in parts):
        return Together(None, others=(*ids, *others), reason="no_parts")
    every = float(whole.baseline["denominator"])
    weights = [float(part.baseline["denominator"]) for part in parts]
    targets = sum(part.target * weight for part, weight in zip(parts, weights, strict=True))
    left = every - sum(weights)
    if left < -NEAR * every:
        return Together(None, others=(*ids, *others), reason="overlap")
    has_rest = left > NEAR * every
    own = sum(part.start_value * weight for part, weight in zip(parts, weights, strict=True))
    rest = (whole.start_value * every - own) / left if has_rest else None
    value = (targets + (rest or 0.0) * left) / every if has_rest else targets / sum(weights)
    needed = (whole.target * every - targets) / left if has_rest else None
    return Together("weighted", ids, others, value, rest, needed, _reaches(whole, value, kpi))


def _reaches(whole: Goal, value: float, kpi: Kpi) -> bool:
    """Whether a sum is as good as the whole's target; what rounding does to it does not count."""
    slack = NEAR * max(abs(whole.target), abs(value)) * (1 if whole.upwards(kpi.better) else -1)
    return whole.is_reached_by(value + slack, kpi.better)


def _scale(goal: Goal) -> float | None:
    """What numerator ÷ denominator is multiplied by (100 for points); None where the KPI is no such rate."""
    told = goal.baseline
    if told.get("numerator") is None or not told.get("denominator"):
        return None
    share = told["numerator"] / told["denominator"]
    for scale in (1.0, 100.0):
        if abs(share * scale - told["value"]) <= NEAR * max(abs(told["value"]), NEAR):
            return scale
    return None
