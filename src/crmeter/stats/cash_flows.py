"""Dated flows of money: net present value, every internal rate of return, the modified one, and payback.

A flow is (day, amount), costs negative. Time is counted in years by ACT/ACT (ISDA): days in a leap year are 1/366 of
it, all others 1/365. Everything is seen from the day of the first flow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Flow = tuple[date, float]
Array = NDArray[np.float64]

LEAST_RATE = -0.999  # a year after which a thousandth is left
MOST_RATE = 1e12
_NOTHING = 1e-12  # a present value this small beside its parts is rounding


def year_fraction(start: date, end: date) -> float:
    """The years from ``start`` to ``end`` by ACT/ACT (ISDA); negative where ``end`` is earlier.

    >>> year_fraction(date(2025, 1, 1), date(2029, 1, 1))
    4.0
    >>> year_fraction(date(2023, 12, 31), date(2024, 1, 2)) == 1 / 365 + 1 / 366
    True
    """
    if end < start:
        return -year_fraction(end, start)
    years = range(start.year, end.year + 1)
    parts = [(max(start, date(y, 1, 1)), min(end, date(y, 12, 31)), y) for y in years]
    days = [(last - first).days + (last < end) for first, last, _ in parts]  # the last day of a year belongs to it
    return math.fsum(n / _days_in(y) for n, (_, _, y) in zip(days, parts, strict=True))


def _days_in(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days if year < 9999 else 365


def in_order(flows: Sequence[Flow]) -> list[Flow]:
    """One flow a day, first to last; days whose flows cancel out stay."""
    by_day: dict[date, list[float]] = {}
    for day, amount in flows:
        by_day.setdefault(day, []).append(amount)
    return [(day, math.fsum(by_day[day])) for day in sorted(by_day)]


def net_present_value(flows: Sequence[Flow], rate: float) -> float:
    """What the flows are worth on the day of the first, at ``rate`` a year (above −1). 0 without flows.

    >>> years = [date(year, 1, 1) for year in range(2025, 2030)]
    >>> round(net_present_value(list(zip(years, [-100_000, 40_000, 40_000, 40_000, 40_000])), 0.1), 2)
    26794.62
    """
    times, amounts = _arrays(flows)
    return float(amounts @ np.exp(-math.log1p(rate) * times))


def internal_rates(flows: Sequence[Flow]) -> tuple[float, ...]:
    """Every rate from −99.9% a year up at which the flows are worth nothing, from the lowest; a double one once.

    None is missed: the present value is a sum of exponentials of x = log(1 + rate). Times e^(xτ), τ lying between two
    neighbouring flows of unlike sign, its derivative is such a sum with one change of sign less. Between two zeros of
    that the value only rises or only falls, so that it has one zero or none there.

    >>> [round(r, 10) for r in internal_rates([(date(2025 + i, 1, 1), a) for i, a in enumerate((-1000, 2300, -1320))])]
    [0.1, 0.2]
    """
    times, amounts = _arrays(flows)
    kept = amounts != 0
    bounds = math.log1p(LEAST_RATE), math.log1p(MOST_RATE)
    return tuple(math.expm1(x) for x in _zeros(times[kept], amounts[kept], *bounds))


def _zeros(times: Array, amounts: Array, low: float, high: float) -> list[float]:
    """The zeros of Σ amount × e^(−x × time) between two bounds."""
    changes = np.flatnonzero(np.sign(amounts[1:]) != np.sign(amounts[:-1]))
    if not len(changes):
        return []
    turn = (times[changes[0]] + times[changes[0] + 1]) / 2
    slopes = amounts * (turn - times)
    edges = [low, *_zeros(times, slopes / np.abs(slopes).max(), low, high), high]
    signs = [_sign(times, amounts, x) for x in edges]
    found = [x for x, sign in zip(edges, signs, strict=True) if sign == 0]
    for (a, sign), (b, other) in pairwise(zip(edges, signs, strict=True)):
        if sign * other < 0:
            found.append(_between(times, amounts, a, b, sign))
    return sorted(found)


def _sign(times: Array, amounts: Array, x: float) -> int:
    """1, −1, or 0 where nothing but rounding is left."""
    parts = _parts(times, amounts, x)
    value, size = float(parts.sum()), float(np.abs(parts).sum())
    return 0 if abs(value) <= _NOTHING * size else (1 if value > 0 else -1)


def _parts(times: Array, amounts: Array, x: float) -> Array:
    """What each flow is worth, in units of the largest factor: no overflow, whatever the rate."""
    powers = -x * times
    found: Array = amounts * np.exp(powers - powers.max())
    return found


def _between(times: Array, amounts: Array, low: float, high: float, sign_low: int) -> float:
    """The one zero between two bounds, by halving."""
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if (float(_parts(times, amounts, middle).sum()) > 0) == (sign_low > 0):
            low = middle
        else:
            high = middle


def modified_rate(flows: Sequence[Flow], rate: float) -> float | None:
    """The modified internal rate of return: costs are financed and benefits put out again at ``rate`` a year.

    None where there is nothing on one side, all flows fall on one day, or it is beyond MOST_RATE.

    >>> flows = [(date(2025, 1, 1), -120_000), (date(2026, 1, 1), 39_000), (date(2027, 1, 1), 30_000),
    ...     (date(2028, 1, 1), 21_000), (date(2029, 1, 1), 37_000), (date(2030, 1, 1), 46_000)]
    >>> round(modified_rate(flows, 0.12), 4)
    0.1261
    """
    times, amounts = _arrays(flows)
    paid, received = amounts[amounts < 0], amounts[amounts > 0]
    if not len(paid) or not len(received) or times[-1] == 0:
        return None
    growth, last = math.log1p(rate), float(times[-1])
    costs = -float(paid @ np.exp(-growth * times[amounts < 0]))
    benefits = float(received @ np.exp(growth * (last - times[amounts > 0])))
    power = math.log(benefits / costs) / last
    return math.expm1(power) if power <= math.log1p(MOST_RATE) else None


def payback(flows: Sequence[Flow]) -> date | None:
    """The day from which the flows so far have covered the costs for good; None if that is not so at the end.

    >>> payback([(date(2025, 1, 1), -100.0), (date(2026, 1, 1), 60.0), (date(2027, 1, 1), 60.0)])
    datetime.date(2027, 1, 1)
    """
    found: date | None = None
    balance: list[float] = []
    for day, amount in in_order(flows):
        balance.append(amount)
        if math.fsum(balance) < 0:
            found = None
        elif found is None:
            found = day
    return found


def _arrays(flows: Sequence[Flow]) -> tuple[Array, Array]:
    """Years since the first flow, and amounts."""
    ordered = in_order(flows)
    times = [year_fraction(ordered[0][0], day) for day, _ in ordered]
    return np.array(times, dtype=np.float64), np.array([amount for _, amount in ordered], dtype=np.float64)
