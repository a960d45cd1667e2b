"""Probability distributions, exact to about 1e-12, without a library that takes a second to import."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_NORMAL = NormalDist()
_STEPS = 200_000
_TINY = 1e-300


def normal_cdf(x: float) -> float:
    """The chance that a standard normal value is at most ``x``; keeps its relative precision far out on the left."""
    return 0.5 * math.erfc(-x / math.sqrt(2))


@lru_cache(maxsize=256)
def normal_quantile(p: float) -> float:
    """The standard normal value that is not exceeded with chance ``p``, for 0 < p < 1.

    >>> round(normal_quantile(0.975), 6)
    1.959964
    """
    return _NORMAL.inv_cdf(p)


def two_sided_p(z: float) -> float:
    """The chance of a standard normal value at least as far from 0 as ``z``."""
    return math.erfc(abs(z) / math.sqrt(2))


def incomplete_beta(a: float, b: float, x: float, y: float | None = None) -> float:
    """The regularised incomplete beta function I_x(a, b) for a, b > 0.

    ``y`` is 1 − x where the caller knows it better than the subtraction does.
    """
    y = 1 - x if y is None else y
    if x <= 0:
        return 0.0
    if y <= 0:
        return 1.0
    front = _beta_front(a, b, x, y)
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, y) / b


def _beta_front(a: float, b: float, x: float, y: float) -> float:
    """x^a y^b / B(a, b).

    Written with Stirling's corrections (Loader 2000): the difference of log-gammas loses all digits once a or b is
    large, since ln Γ(1e9) is about 2e10.
    """
    x_mean, y_mean = a / (a + b), b / (a + b)
    off = x - x_mean if x < y else y_mean - y
    exponent = a * _log_minus_linear(off / x_mean, x / x_mean) + b * _log_minus_linear(-off / y_mean, y / y_mean)
    exponent += _stirling_correction(a + b) - _stirling_correction(a) - _stirling_correction(b)
    return math.exp(exponent) * math.sqrt(a * y_mean / (2 * math.pi))


def _log_minus_linear(u: float, one_plus_u: float) -> float:
    """ln(1 + u) − u without cancellation near 0."""
    if abs(u) > 0.4:
        return math.log(one_plus_u) - u
    s = u / (2 + u)
    square, power, total = s * s, s, 0.0
    for k in range(3, 60, 2):
        power *= square
        before, total = total, total + power / k
        if total == before:
            break
    return 2 * total - u * s


def _stirling_correction(a: float) -> float:
    """ln Γ(a) minus Stirling's formula for it."""
    if a < 15:
        return math.lgamma(a) - ((a - 0.5) * math.log(a) - a + 0.5 * math.log(2 * math.pi))
    r = 1 / (a * a)
    return (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / a


def _beta_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of I_x(a, b), by Lentz's method; needs some √max(a, b) steps."""
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            return value
    raise ArithmeticError(f"the incomplete beta function did not settle at a={a}, b={b}, x={x}")


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def student_t_cdf(t: float, df: float) -> float:
    """The chance that Student's t with ``df`` > 0 degrees of freedom is at most ``t``.

    >>> round(student_t_cdf(2.228138852, 10), 9)
    0.975
    """
    tail = 0.5 * student_t_two_sided_p(t, df)
    return 1 - tail if t > 0 else tail


def student_t_two_sided_p(t: float, df: float) -> float:
    """The chance of a t value at least as far from 0 as ``t``."""
    square = t * t
    if math.isinf(square):
        return 0.0
    if df > 1000:  # the incomplete beta function would have to tell 1 from 1 − 1 ÷ df
        return two_sided_p(_normal_equivalent(square, df))
    return incomplete_beta(df / 2, 0.5, df / (df + square), square / (df + square))


def _normal_equivalent(square: float, df: float) -> float:
    """The normal value as unlikely as a t of that square (Hill 1970, CACM 395), to 1e-11 from df 1000."""
    a = df - 0.5
    b = 48 * a * a
    s = a * math.log1p(square / df)
    z = math.sqrt(s)
    correction = s + 3 - (((4 * s + 33) * s + 240) * s + 855) / (10 * (b + 0.8 * s * s + 100))
    return z + correction * z / b


@lru_cache(maxsize=8192)
def student_t_quantile(p: float, df: float) -> float:
    """The t value with ``df`` > 0 degrees of freedom that is not exceeded with chance ``p``, for 0 < p < 1.

    >>> round(student_t_quantile(0.975, 10), 9)
    2.228138852
    """
    if p == 0.5:
        return 0.0
    if p < 0.5:
        return -_upper_t_quantile(p, df)
    return _upper_t_quantile(1 - p, df)


def _upper_t_quantile(tail: float, df: float) -> float:
    """The t > 0 that is exceeded with chance ``tail`` < 0.5."""
    z = -normal_quantile(tail)
    start = _cornish_fisher(z, df)
    if df > 1000 and z < 6.5:  # the expansion is exact to 1e-11 here
        return start
    low, high = 0.0, math.inf
    t = start if start > 0 else 1.0
    for _ in range(400):
        square = t * t
        x, y = df / (df + square), square / (df + square)
        excess = 0.5 * incomplete_beta(df / 2, 0.5, x, y) - tail
        low, high = (t, high) if excess > 0 else (low, t)
        density = _beta_front(df / 2, 0.5, x, y) / t
        following = t + excess / density if density > 0 else math.inf
        if not low < following < high:  # Newton left the bracket: halve it, or double what is known so far
            following = 2 * t if high == math.inf else (math.sqrt(low * high) if low > 0 else high / 2)
        if abs(following - t) <= 1e-14 * t:
            return following
        t = following
    return t


def _cornish_fisher(z: float, df: float) -> float:
    """The t quantile from the normal one, to the fourth power of 1 ÷ df (Abramowitz and Stegun 26.7.5)."""
    s = z * z
    g1 = (s + 1) * z / 4
    g2 = ((5 * s + 16) * s + 3) * z / 96
    g3 = (((3 * s + 19) * s + 17) * s - 15) * z / 384
    g4 = ((((79 * s + 776) * s + 1482) * s - 1920) * s - 945) * z / 92160
    return z + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df


def binomial_cdf(k: int, n: int, p: float) -> float:
    """The chance of at most ``k`` successes in ``n`` independent trials of chance ``p``."""
    if k < 0:
        return 0.0
    if k >= n:
        return 1.0
    return incomplete_beta(n - k, k + 1, 1 - p, p)


def binomial_density(k: int, n: int, p: float) -> float:
    """The chance of exactly ``k`` successes, 0 <= k <= n, 0 < p < 1."""
    return _beta_front(k + 1, n - k + 1, p, 1 - p) / (p * (1 - p) * (n + 1))


def binomial_tail(k: int, n: int, p: float, density: float) -> float:
    """The chance of at most ``k`` successes, ``density`` being that of exactly ``k``; quick where k lies below n p."""
    if n * p * (1 - p) > 10_000:  # the sum below has some six standard deviations of terms
        return binomial_cdf(k, n, p)
    odds, term, total = (1 - p) / p, density, density
    while k > 0 and term > total * 1e-14:
        term *= k / (n - k + 1) * odds
        total += term
        k -= 1
    return total
