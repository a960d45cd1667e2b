"""Empirical Bayes: what is known of each of several alike is drawn towards all of them, the more the less is known.

A share of few cases says little about whoever has it; the spread among all tells how much of a difference is chance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from crmeter.stats.distributions import incomplete_beta
from crmeter.stats.intervals import LEVEL, two_sided_z


@dataclass(frozen=True)
class Shrunk:
    """An estimate drawn towards the others, and the interval it lies in with the chance asked for."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Beta:
    """How shares are spread among all: as if each had ``wins`` and ``losses`` beforehand."""

    wins: float
    losses: float


def spread_of_shares(wins: Sequence[float], counts: Sequence[float]) -> Beta | None:
    """The beta distribution of shares of which ``wins`` of ``counts`` were seen, by moments (Kleinman 1973).

    Where they differ no more than by chance there is no end to its weight: it is then that of all cases seen, since the
    common share is known no better. None without a case, or where all were won or all lost.

    >>> spread_of_shares([8, 2], [10, 10])
    Beta(wins=0.225..., losses=0.225...)
    """
    known = [(k, n) for k, n in zip(wins, counts, strict=True) if n > 0]
    total = sum(n for _, n in known)
    mean = sum(k for k, _ in known) / total if total else 0.0
    if not 0 < mean < 1:
        return None
    squares = math.fsum(n * (k / n - mean) ** 2 for k, n in known) / (mean * (1 - mean))
    free = len(known) - 1
    above = total - math.fsum(n * n for _, n in known) / total - free
    alike = (squares - free) / above if above > 0 else 0.0
    weight = min(total, (1 - alike) / alike) if alike > 0 else total
    weight = max(weight, 1e-6)  # nothing in common at all: each stands for itself
    return Beta(mean * weight, (1 - mean) * weight)


def shrunk_share(wins: float, count: float, spread: Beta, level: float = LEVEL) -> Shrunk:
    """The share of one of them, with the middle ``level`` of its distribution.

    >>> shrunk_share(3, 4, Beta(50, 50)).value
    0.509...
    """
    a, b = spread.wins + wins, spread.losses + count - wins
    tail = (1 - level) / 2
    return Shrunk(a / (a + b), beta_quantile(tail, a, b), beta_quantile(1 - tail, a, b))


def beta_quantile(p: float, a: float, b: float) -> float:
    """The value that a beta distribution does not exceed with chance ``p``, to about 1e-14.

    >>> round(beta_quantile(0.25, 2, 1), 12)
    0.5
    """
    low, high = 0.0, 1.0
    while high - low > 1e-14:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if incomplete_beta(a, b, middle) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def spread_of_means(values: Sequence[float], errors: Sequence[float]) -> tuple[float, float]:
    """The mean of what the values stand for, and its variance among them beyond their errors (DerSimonian and Laird
    1986): 0 where they differ no more than by chance. ``errors`` are standard errors, all above 0.

    >>> spread_of_means([1.0, 3.0], [1.0, 1.0])
    (2.0, 1.0)
    """
    weights = [1 / error**2 for error in errors]
    total = math.fsum(weights)
    mean = math.fsum(w * x for w, x in zip(weights, values, strict=True)) / total
    excess = math.fsum(w * (x - mean) ** 2 for w, x in zip(weights, values, strict=True)) - (len(values) - 1)
    scale = total - math.fsum(w * w for w in weights) / total
    variance = max(0.0, excess / scale) if scale > 0 else 0.0
    weights = [1 / (error**2 + variance) for error in errors]
    return math.fsum(w * x for w, x in zip(weights, values, strict=True)) / math.fsum(weights), variance


def shrunk_means(values: Sequence[float], errors: Sequence[float], level: float = LEVEL) -> list[Shrunk]:
    """Each value drawn towards the mean of all, with an interval that also holds the error of that mean."""
    if not values:
        return []
    mean, variance = spread_of_means(values, errors)
    mean_error = 1 / math.fsum(1 / (error**2 + variance) for error in errors)
    z, found = two_sided_z(level), []
    for value, error in zip(values, errors, strict=True):
        own = variance / (variance + error**2)
        half = z * math.sqrt(own * error**2 + (1 - own) ** 2 * mean_error)
        centre = own * value + (1 - own) * mean
        found.append(Shrunk(centre, centre - half, centre + half))
    return found
