"""Segments: where a change comes from.

The change of a ratio is split exactly: with weight w (its part of the denominator) and value r of each segment, and R
the base value of all, the contributions w₁(r₁ − R) − w₀(r₀ − R) of the segments sum to the change. A segment stands out
by what it contributes beyond its weight; that excess is tested, corrected for all the segments looked at. For quantiles
the same split is an approximation, and says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from crmeter.kernel.period import Period
from crmeter.metrics import Kpi, Measurement, Unit, Value
from crmeter.metrics.facts import Group
from crmeter.stats.distributions import two_sided_p
from crmeter.stats.intervals import standard_error_of
from crmeter.stats.multiple import benjamini_hochberg

FEWEST, MOST = 2, 40  # values of a dimension that can be looked through
SHOWN = 5


@dataclass(frozen=True)
class Segment:
    """One group of customers (or cases, deals …) and its part in the change of a KPI."""

    names: tuple[str, ...]
    now: Value
    before: Value
    contribution: float
    excess: float  # contribution beyond the segment's weight
    p: float | None
    exact: bool
    beyond_noise: bool = False

    def as_json(self, change: float) -> dict[str, Any]:
        """The form that stands in the evaluation document."""
        both = self.now.value is not None and self.before.value is not None
        return {
            "by": self.now.by,
            "now": self.now.as_json(),
            "before": self.before.as_json(),
            "change": self.now.value - self.before.value if both else None,  # type: ignore[operator]
            "contribution": self.contribution,
            "share_of_change": self.contribution / change if change else None,
            "exact": self.exact,
            "p": self.p,
            "beyond_noise": self.beyond_noise,
        }


def segments(
    found: Measurement, kpi: Kpi, now: Period, base: Period, slices: Sequence[tuple[str, ...]]
) -> list[Segment]:
    """The segments whose part in the change stands out most in its direction, the first standing out furthest."""
    total, before = found.value(kpi, now), found.value(kpi, base)
    if total.value is None or before.value is None:
        return []
    change = total.value - before.value
    looked_at = [s for names in slices for s in _of_dimension(found, kpi, now, base, names, total, before)]
    beyond = benjamini_hochberg([s.p for s in looked_at])
    judged = [replace(s, beyond_noise=far) for s, far in zip(looked_at, beyond, strict=True)]
    against = [s for s in judged if s.excess * change > 0]
    return sorted(against, key=lambda s: (not s.beyond_noise, -abs(s.excess)))[:SHOWN]


def _of_dimension(
    found: Measurement, kpi: Kpi, now: Period, base: Period, names: tuple[str, ...], total: Value, before: Value
) -> list[Segment]:
    groups = dict.fromkeys((*found.groups(kpi, now, names), *found.groups(kpi, base, names)))
    if not FEWEST <= len(groups) <= MOST:
        return []
    pairs = {group: (found.value(kpi, now, names, group), found.value(kpi, base, names, group)) for group in groups}
    if kpi.formula_is_sum:
        return [_sum_split(kpi, names, new, old, total, before) for new, old in pairs.values()]
    return [
        _ratio_split(names, new, old, total, before, _errors(found, kpi, (now, base), (new, old), names, group))
        for group, (new, old) in pairs.items()
    ]


def _sum_split(kpi: Kpi, names: tuple[str, ...], new: Value, old: Value, total: Value, before: Value) -> Segment:
    """The parts of a sum: each contributes its own change; by its weight it would follow the total."""
    x, y, whole = new.value or 0.0, old.value or 0.0, before.value or 0.0
    change = (total.value or 0.0) - whole
    expected = y / whole * change if whole else 0.0
    excess = x - y - expected
    noise = math.sqrt(_count_noise(kpi, new) + _count_noise(kpi, old))
    return Segment(names, new, old, x - y, excess, two_sided_p(excess / noise) if noise else None, True)


def _count_noise(kpi: Kpi, value: Value) -> float:
    """Variance of a sum: of a count itself, of money about value² ÷ n (compound Poisson with equal amounts)."""
    if kpi.unit is Unit.COUNT:
        return abs(value.value or 0.0)
    return (value.value or 0.0) ** 2 / value.n if value.n else 0.0


def _ratio_split(
    names: tuple[str, ...], new: Value, old: Value, total: Value, before: Value, errors: Sequence[float]
) -> Segment:
    overall = before.value or 0.0
    both = zip((new, old), (total, before), errors, strict=True)
    parts = [_weighed(value, whole, overall, error) for value, whole, error in both]
    contribution = parts[0].amount - parts[1].amount
    change = (total.value or 0.0) - overall
    excess = contribution - parts[0].weight * change
    noise = math.sqrt(parts[0].variance + parts[1].variance)
    exact = _is_ratio(total) and _is_ratio(before)
    return Segment(names, new, old, contribution, excess, two_sided_p(excess / noise) if noise else None, exact)


def _is_ratio(value: Value) -> bool:
    """Whether a value is its numerator ÷ denominator, so that parts of it sum; in points, 100 times that."""
    if value.value is None or value.numerator is None or not value.denominator:
        return False
    ratio = value.numerator / value.denominator
    return any(math.isclose(value.value, scale * ratio, rel_tol=1e-9, abs_tol=1e-12) for scale in (1, 100))


@dataclass(frozen=True)
class _Part:
    weight: float
    amount: float
    variance: float


def _weighed(value: Value, whole: Value, overall: float, error: float) -> _Part:
    """A segment in one period: its weight, weight × (value − overall), and the variance of that.

    Both the value and the number that fall into the segment are left to chance.
    """
    size, sizes = (v.denominator if v.denominator is not None else v.n or 0.0 for v in (value, whole))
    if not size or not sizes or value.value is None:
        return _Part(0.0, 0.0, 0.0)
    weight, apart = size / sizes, value.value - overall
    drawn = value.n or size
    return _Part(weight, weight * apart, (weight * error) ** 2 + apart**2 * weight**2 / max(drawn, 1.0))


def _errors(
    found: Measurement,
    kpi: Kpi,
    periods: tuple[Period, Period],
    values: tuple[Value, Value],
    names: tuple[str, ...],
    group: Group,
) -> tuple[float, float]:
    """The standard errors of a segment's two values: from their intervals, or, of a KPI that has none, half of the
    variance of their difference each.

    Infinite where the sample is too small to know, so that nothing can be said.
    """
    if kpi.formula.has_interval:
        new, old = (_error(value) for value in values)
        return new, old
    difference = found.difference(kpi, *periods, names, group)
    error = difference.standard_error if difference else None
    each = math.inf if error is None else error / math.sqrt(2)
    return each, each


def _error(value: Value) -> float:
    if value.low is None or value.high is None:
        return math.inf
    return standard_error_of((value.low, value.high)) or 0.0
