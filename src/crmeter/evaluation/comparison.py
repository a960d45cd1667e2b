"""Comparisons: each KPI against the period before, the same period last year, and its target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Period
from crmeter.metrics import Better, Kpi, Measurement, Status, Value
from crmeter.stats.differences import Difference
from crmeter.stats.distributions import two_sided_p
from crmeter.stats.intervals import standard_error_of
from crmeter.stats.multiple import adjusted_p, benjamini_hochberg

FALSE_DISCOVERY_RATE = 0.05
PREVIOUS, YEAR, TARGET = "previous", "year", "target"


@dataclass(frozen=True)
class Comparison:
    """One KPI against one thing. ``change`` is now − base; ``verdict`` is better, worse, no_change (within noise),
    changed (beyond noise, where no direction is good), or unknown."""

    kpi: Kpi
    to: str
    now: Value
    base: Value | None
    change: float | None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    q: float | None = None  # p adjusted for everything that was looked at
    beyond_noise: bool = False
    reason: str | None = None
    better: Better | None = None  # which way is good here, where that is not the KPI's own

    @property
    def verdict(self) -> str:
        if self.change is None or self.p is None:
            return "unknown"
        if not self.beyond_noise:
            return "no_change"
        good = self.better or self.kpi.better
        if good is Better.NONE:
            return "changed"
        return "better" if (self.change > 0) == (good is Better.UP) else "worse"

    @property
    def relative(self) -> float | None:
        """The change as a share of the base; None where that is no size."""
        base = self.base.value if self.base else None
        if self.change is None or not base or base < 0 or self.kpi.unit in ("points", "share"):
            return None
        return self.change / base

    def as_json(self) -> dict[str, Any]:
        """The form that stands in the evaluation document."""
        return {
            "base": self.base.as_json() if self.base else None,
            "change": self.change,
            "relative": self.relative,
            "low": self.low,
            "high": self.high,
            "p": self.p,
            "q": self.q,
            "beyond_noise": self.beyond_noise,
            "verdict": self.verdict,
            "reason": self.reason,
        }


def base_periods(calendar: Calendar, period: Period, as_of: Any) -> dict[str, Period]:
    """What a period is compared with: the same elapsed part, where it is not over."""
    bases = {PREVIOUS: calendar.previous(period), YEAR: calendar.year_before(period)}
    return {to: calendar.elapsed_match(period, base, as_of) for to, base in bases.items()}


def compare(
    found: Measurement, kpis: Sequence[Kpi], period: Period, bases: Mapping[str, Period], targets: Mapping[str, float]
) -> list[Comparison]:
    """Every comparison of every KPI, judged together at the false discovery rate."""
    made: list[Comparison] = []
    for kpi in kpis:
        now = found.value(kpi, period)
        for to, base_period in bases.items():
            base = found.value(kpi, base_period)
            made.append(_between(kpi, to, now, base, found.difference(kpi, period, base_period)))
        if kpi.id in targets:
            made.append(_against(kpi, now, targets[kpi.id]))
    p_values = [c.p for c in made]
    beyond = benjamini_hochberg(p_values, FALSE_DISCOVERY_RATE)
    return [
        replace(c, beyond_noise=far, q=q, better=c.kpi.direction(found.rules))
        for c, far, q in zip(made, beyond, adjusted_p(p_values), strict=True)
    ]


def _between(kpi: Kpi, to: str, now: Value, base: Value, difference: Difference | None) -> Comparison:
    if difference is None:
        reason = (now.reason if now.value is None else base.reason if base.value is None else None) or "not_comparable"
        return Comparison(kpi, to, now, base, None, reason=reason)
    if Status.SMALL_SAMPLE in (now.status, base.status):
        # the intervals hold for large samples: what rests on a handful is shown, not judged
        return Comparison(kpi, to, now, base, difference.change, difference.low, difference.high, reason="small_sample")
    found = Comparison(kpi, to, now, base, difference.change, difference.low, difference.high, difference.p)
    if difference.p is None:
        return replace(found, reason="no_noise")
    return found


def _against(kpi: Kpi, now: Value, target: float) -> Comparison:
    """The distance from the target; noise is that of the value alone."""
    if now.value is None:
        return Comparison(kpi, TARGET, now, None, None, reason=now.reason)
    change = now.value - target
    if now.status is Status.SMALL_SAMPLE:
        return Comparison(kpi, TARGET, now, None, change, reason="small_sample")
    if now.low is None or now.high is None:
        return Comparison(kpi, TARGET, now, None, change, reason="no_interval")
    error = standard_error_of((now.low, now.high))
    p = two_sided_p(change / error) if error else None
    return Comparison(kpi, TARGET, now, None, change, now.low - target, now.high - target, p)
