"""Lift: how many times as often as by chance, with an interval and the chance of seeing as much by chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

from crmeter.stats.distributions import two_sided_p
from crmeter.stats.intervals import LEVEL, wilson

LEAST_EXPECTED = 5.0  # cases by chance, below which a lift is not judged


@dataclass(frozen=True)
class Lift:
    """``value`` = seen ÷ expected with a 95% interval; ``p`` is two-sided, against no affinity."""

    value: float
    low: float
    high: float
    p: float


def lift(seen: float, expected: float, variance: float, of: float, level: float = LEVEL) -> Lift | None:
    """The lift of ``seen`` of ``of`` cases where chance gives ``expected``, with its ``variance``; None where chance
    gives fewer than LEAST_EXPECTED, or everything is certain.

    The interval is Wilson's of the share seen, in units of the share expected; p by the normal approximation with the
    variance that chance has.

    >>> found = lift(30, 20, 16, 100)
    >>> round(found.value, 2), round(found.low, 3), round(found.high, 3), round(found.p, 4)
    (1.5, 1.095, 1.979, 0.0124)
    """
    bounds = wilson(seen, of, level)
    if expected < LEAST_EXPECTED or variance <= 0 or bounds is None:
        return None
    low, high = (bound * of / expected for bound in bounds)
    return Lift(seen / expected, low, high, two_sided_p((seen - expected) / math.sqrt(variance)))
