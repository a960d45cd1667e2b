"""Intervals of single values. Each returns (low, high), or None where the data say nothing about the spread.

The choice of method per kind of value is the catalogue's: Wilson for shares, t for means of independent answers, the
delta method clustered by customer for ratios, order statistics for quantiles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from operator import mul

from crmeter.stats.distributions import binomial_density, binomial_tail, normal_quantile, student_t_quantile

LEVEL = 0.95

# A spread this small beside the squares it is computed from is rounding: sums of squares in float64 carry about 16
# digits, of which the sums of some million rows lose three or four.
_ROUNDING = 1e-12

Interval = tuple[float, float]


@cache
def two_sided_z(level: float) -> float:
    """The normal value that bounds the middle ``level`` of the distribution."""
    return normal_quantile(0.5 + level / 2)


def wilson(k: float, n: float, level: float = LEVEL) -> Interval | None:
    """Wilson's score interval of the share k ÷ n; None where n is 0 or k is no part of n.

    >>> [round(bound, 4) for bound in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    if n <= 0 or not 0 <= k <= n:
        return None
    z = two_sided_z(level)
    share, square = k / n, z * z / n
    centre = share + square / 2
    half = z * math.sqrt(share * (1 - share) / n + square / (4 * n))
    low = 0.0 if k == 0 else max(0.0, (centre - half) / (1 + square))
    high = 1.0 if k == n else min(1.0, (centre + half) / (1 + square))
    return low, high


def count_ratio(above: float, below: float, level: float = LEVEL) -> Interval | None:
    """The interval of a count of events ÷ another that is independent of it (both Poisson); None where below is 0.

    Given how many there are of both, the first is a binomial part of them: Wilson's interval of that share, taken back
    to the ratio.

    >>> [round(bound, 4) for bound in count_ratio(50, 100)]
    [0.3566, 0.701]
    """
    if below <= 0 or above < 0:
        return None
    share = wilson(above, above + below, level)
    if share is None:
        return None
    low, high = share
    return low / (1 - low), high / (1 - high)


def annualise(share: float, k: float) -> float:
    """The churn of a year from that of a period that fits ``k`` times into it: 1 − (1 − share)^k.

    >>> round(annualise(0.05, 12), 4)
    0.4596
    """
    if share >= 1:
        return 1.0
    return -math.expm1(k * math.log1p(-share))


def annualised_wilson(lost: float, n: float, k: float, level: float = LEVEL) -> Interval | None:
    """Wilson's interval of lost ÷ n, each end taken to the year by :func:`annualise`."""
    bounds = wilson(lost, n, level)
    return bounds and (annualise(bounds[0], k), annualise(bounds[1], k))


def sample_variance(n: float, total: float, squares: float) -> float | None:
    """The variance (n − 1) of n values from their sum and sum of squares; None where n < 2 or it is 0.

    Its relative error is about 1e-16 × (1 + mean² ÷ variance). A standard deviation of less than a millionth of the
    root mean square cannot be told from rounding and counts as 0.
    """
    if n < 2:
        return None
    spread = squares - total * (total / n)
    return spread / (n - 1) if spread > _ROUNDING * squares else None


def mean_t(n: float, total: float, squares: float, level: float = LEVEL) -> Interval | None:
    """Student's interval of the mean of n independent values, from their sum and sum of squares."""
    variance = sample_variance(n, total, squares)
    if variance is None:
        return None
    return around(total / n, math.sqrt(variance / n), level, n - 1)


def around(
    value: float, standard_error: float | None, level: float = LEVEL, df: float | None = None
) -> Interval | None:
    """value ± quantile × standard error: Student's with ``df`` degrees of freedom, normal without."""
    if standard_error is None or (df is not None and df <= 0):
        return None
    quantile = two_sided_z(level) if df is None else student_t_quantile(0.5 + level / 2, df)
    return value - quantile * standard_error, value + quantile * standard_error


def standard_error_of(interval: Interval | None, level: float = LEVEL) -> float | None:
    """The standard error that a normal interval of that width has; for comparing quantiles."""
    return (interval[1] - interval[0]) / (2 * two_sided_z(level)) if interval else None


def nps_standard_error(promoters: float, detractors: float, n: float) -> float | None:
    """The standard error of a net promoter score, in points; None where n is 0 or all answers are of one kind."""
    if n <= 0:
        return None
    # n² × variance of an answer that is 1, 0 or −1: exact in whole numbers, so that 0 is 0
    spread = n * (promoters + detractors) - (promoters - detractors) ** 2
    return 100 * math.sqrt(spread / n) / n if spread > 0 else None


def nps(promoters: float, detractors: float, n: float, level: float = LEVEL) -> Interval | None:
    """The interval of a net promoter score in points, from the variance of the three-valued answer.

    >>> [round(bound, 1) for bound in nps(50, 20, 100)]
    [14.7, 45.3]
    """
    error = nps_standard_error(promoters, detractors, n)
    if error is None:
        return None
    low, high = around(100 * (promoters - detractors) / n, error, level) or (0.0, 0.0)
    return max(low, -100.0), min(high, 100.0)


def quantile_ranks(n: int, q: float) -> tuple[int, int, float] | None:
    """Where the type-7 quantile of n sorted values lies: ranks (from 1) below and above, and the weight of the upper.

    >>> quantile_ranks(4, 0.5)
    (2, 3, 0.5)
    """
    if n < 1 or not 0 <= q <= 1:
        return None
    place = (n - 1) * q
    if abs(place - round(place)) < 1e-9:  # 0.1 × 30 is meant to be 3
        place = float(round(place))
    lower = math.floor(place)
    weight = place - lower
    return lower + 1, min(lower + (2 if weight else 1), n), weight


@lru_cache(maxsize=65536)
def order_statistic_ranks(n: int, q: float, level: float = LEVEL) -> tuple[int, int] | None:
    """The ranks (from 1) of the sorted values that bound the q-quantile with at least ``level`` certainty.

    Exact for every continuous distribution, at most (1 − level) ÷ 2 on either side. None where n is too small for both
    bounds (6 for a median, 36 for a ninth decile at 95%).

    >>> order_statistic_ranks(20, 0.5)
    (6, 15)
    """
    tail = (1 - level) / 2
    if n < 1 or not 0 < q < 1:
        return None
    below = _largest_rank(n, q, tail)
    above = _largest_rank(n, 1 - q, tail)  # the same from the other end
    return (below, n + 1 - above) if below and above else None


def _largest_rank(n: int, q: float, tail: float) -> int:
    """The largest rank whose value lies above the q-quantile with chance ``tail`` at most; 0 if there is none.

    That chance is the binomial one of fewer than ``rank`` successes: guessed from the normal, then walked to.
    """
    if n * math.log1p(-q) > math.log(tail):
        return 0
    z = normal_quantile(tail)
    guess = round(n * q + z * math.sqrt(n * q * (1 - q)) + (z * z - 1) * (1 - 2 * q) / 6 + 0.5)
    fewer = min(max(guess, 1), n) - 1  # the rank less 1
    density = binomial_density(fewer, n, q)
    chance = binomial_tail(fewer, n, q, density)
    odds = q / (1 - q)
    while chance <= tail:
        fewer += 1
        density *= (n - fewer + 1) / fewer * odds
        chance += density
    while chance > tail:
        chance -= density
        density *= fewer / (n - fewer + 1) / odds
        fewer -= 1
    return fewer + 1


def clustered_ratio(
    n_clusters: float, sx: float, sy: float, sxx: float, sxy: float, syy: float
) -> tuple[float, float | None] | None:
    """Σy ÷ Σx over customers, and its standard error by the delta method; None where Σx is 0.

    ``n_clusters`` customers, each with one x (its part of the denominator) and one y (of the numerator); the other
    arguments are Σx, Σy, Σx², Σxy, Σy². The error is √(n ÷ (n−1) × Σ(y − value·x)²) ÷ |Σx|, None for fewer than two
    customers or no spread. Its relative precision is that of the moments divided by the share of the spread in
    Σy²; a spread below 1e-12 of it counts as none.

    >>> value, error = clustered_ratio(4, 10, 20, 30, 56, 112)
    >>> value, round(error, 6)
    (2.0, 0.326599)
    """
    if sx == 0:
        return None
    value = sy / sx
    spread = syy - 2 * value * sxy + value * value * sxx
    size = syy + 2 * abs(value * sxy) + value * value * sxx
    if n_clusters < 2 or spread <= _ROUNDING * size:
        return value, None
    return value, math.sqrt(spread * n_clusters / (n_clusters - 1)) / abs(sx)


def clustered_standard_error(
    n_clusters: float, sums: Sequence[float], products: Sequence[Sequence[float]], gradient: Sequence[float]
) -> float | None:
    """The standard error of any smooth function of sums over customers, by the delta method.

    ``sums[i]`` is Σ of the i-th part over customers, ``products[i][j]`` Σ of the product of the i-th and j-th,
    ``gradient[i]`` the derivative of the function by ``sums[i]``. None for fewer than two customers or no spread.
    """
    if n_clusters < 2:
        return None
    terms = [
        one * two * product
        for one, row in zip(gradient, products, strict=True)
        for two, product in zip(gradient, row, strict=True)
    ]
    shift = math.fsum(map(mul, gradient, sums))
    spread = math.fsum(terms) - shift * shift / n_clusters
    if spread <= _ROUNDING * math.fsum(map(abs, terms)):
        return None
    return math.sqrt(spread * n_clusters / (n_clusters - 1))
