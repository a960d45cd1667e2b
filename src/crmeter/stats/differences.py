"""Differences now − base: how large, between what bounds, and how likely without any real change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from crmeter.stats.distributions import binomial_cdf, student_t_two_sided_p, two_sided_p
from crmeter.stats.intervals import (
    LEVEL,
    Interval,
    around,
    nps_standard_error,
    sample_variance,
    two_sided_z,
    wilson,
)

_SMALL_COUNT = 1000  # events of both periods together, up to which the exact test of two counts is taken


@dataclass(frozen=True)
class Difference:
    """``change`` is now − base (a ratio − 1 for relative changes), ``low`` and ``high`` bound it, ``p`` is two-sided.

    Bounds and p are None where the data say nothing about the noise.
    """

    change: float
    low: float | None = None
    high: float | None = None
    p: float | None = None

    @property
    def standard_error(self) -> float | None:
        """The standard error that a 95% normal interval of this width has."""
        if self.low is None or self.high is None:
            return None
        return (self.high - self.low) / (2 * two_sided_z(LEVEL))


class Moments(NamedTuple):
    """n independent values: how many, their sum and the sum of their squares."""

    n: float
    total: float
    squares: float


def shares(k: float, n: float, base_k: float, base_n: float, level: float = LEVEL) -> Difference | None:
    """Of two independent shares: Newcombe's hybrid score interval (his method 10), p by the pooled score test.

    >>> found = shares(56, 70, 48, 80)
    >>> round(found.change, 4), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    now, base = wilson(k, n, level), wilson(base_k, base_n, level)
    if now is None or base is None:
        return None
    share, base_share = k / n, base_k / base_n
    change = share - base_share
    low = change - math.hypot(share - now[0], base[1] - base_share)
    high = change + math.hypot(now[1] - share, base_share - base[0])
    pooled = (k + base_k) / (n + base_n)
    variance = pooled * (1 - pooled) * (1 / n + 1 / base_n)
    p = two_sided_p(change / math.sqrt(variance)) if variance > 0 else 1.0
    return Difference(change, low, high, p)


def means(now: Moments, base: Moments, level: float = LEVEL) -> Difference | None:
    """Of the means of two independent samples (Welch); without bounds where neither sample varies or one has n < 2."""
    if now.n <= 0 or base.n <= 0:
        return None
    change = now.total / now.n - base.total / base.n
    if now.n < 2 or base.n < 2:
        return Difference(change)
    parts = [(sample_variance(*m) or 0.0) / m.n for m in (now, base)]
    variance = sum(parts)
    if variance == 0:
        return Difference(change)
    weight = parts[0] / variance  # Satterthwaite's degrees of freedom, written so that nothing under- or overflows
    df = 1 / (weight**2 / (now.n - 1) + (1 - weight) ** 2 / (base.n - 1))
    error = math.sqrt(variance)
    return _difference(change, around(change, error, level, df), student_t_two_sided_p(change / error, df))


def nps(
    promoters: float,
    detractors: float,
    n: float,
    base_promoters: float,
    base_detractors: float,
    base_n: float,
    level: float = LEVEL,
) -> Difference | None:
    """Of two independent net promoter scores, in points; n counts all answers."""
    if n <= 0 or base_n <= 0:
        return None
    error = nps_standard_error(promoters, detractors, n)
    base_error = nps_standard_error(base_promoters, base_detractors, base_n)
    change = 100 * ((promoters - detractors) / n - (base_promoters - base_detractors) / base_n)
    if error is None and base_error is None:
        return Difference(change)
    return _normal(change, math.hypot(error or 0.0, base_error or 0.0), level)


def counts(n: float, base_n: float, level: float = LEVEL) -> Difference:
    """Of two counts of independent events (Poisson): variance n + base, exact p while they are few.

    Without bounds where nothing happened in either.
    """
    total = n + base_n
    if total == 0:
        return Difference(0.0, p=1.0)
    found = _normal(n - base_n, math.sqrt(total), level)
    if total > _SMALL_COUNT:
        return found
    p = min(1.0, 2 * binomial_cdf(int(min(n, base_n)), int(total), 0.5))
    return Difference(found.change, found.low, found.high, p)


def sums(now: float, base: float, squared_changes: float, level: float = LEVEL) -> Difference:
    """Of two sums over customers; ``squared_changes`` is Σ(now − base)² of each customer's own sums."""
    return estimates(now, math.sqrt(max(squared_changes, 0.0)), base, 0.0, level=level)


def estimates(
    value: float,
    standard_error: float | None,
    base: float,
    base_standard_error: float | None,
    covariance: float = 0.0,
    level: float = LEVEL,
) -> Difference:
    """Of any two values with normal errors. ``covariance`` is that of the two estimates (the same customers in both).

    Without bounds where an error is unknown or both are 0.
    """
    change = value - base
    if standard_error is None or base_standard_error is None:
        return Difference(change)
    variance = standard_error**2 + base_standard_error**2 - 2 * covariance
    return _normal(change, math.sqrt(max(variance, 0.0)), level)


def relative(
    value: float,
    standard_error: float | None,
    base: float,
    base_standard_error: float | None,
    covariance: float = 0.0,
    level: float = LEVEL,
) -> Difference | None:
    """value ÷ base − 1, with bounds on the log scale where both are positive; None where base is 0."""
    if base == 0:
        return None
    change = value / base - 1
    if standard_error is None or base_standard_error is None or value <= 0 or base <= 0:
        return Difference(change)
    variance = (standard_error / value) ** 2 + (base_standard_error / base) ** 2 - 2 * covariance / (value * base)
    if variance <= 0:
        return Difference(change)
    log_ratio, error = math.log(value / base), math.sqrt(variance)
    reach = two_sided_z(level) * error
    return Difference(
        change, math.expm1(log_ratio - reach), math.expm1(log_ratio + reach), two_sided_p(log_ratio / error)
    )


def _normal(change: float, error: float, level: float) -> Difference:
    if error == 0:
        return Difference(change)
    return _difference(change, around(change, error, level), two_sided_p(change / error))


def _difference(change: float, interval: Interval | None, p: float) -> Difference:
    return Difference(change, *interval, p) if interval else Difference(change)
