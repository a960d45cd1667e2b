"""Who answers: whether those who do are like those asked, and a score weighted back to everybody.

A weighted score shows how far the raw one may be off because some groups answer less. It mends only what the groups
say; whoever differs from silent people of the same group still does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.intervals import around

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
SMALLEST = 5.0  # expected in every cell, for chi-square to hold
STEPS, CLOSE = 200, 1e-9


@dataclass(frozen=True)
class Weighted:
    """A weighted ratio with its 95% interval; ``effective`` is how many equally weighted answers say as much (Kish)."""

    value: float
    low: float | None
    high: float | None
    effective: float


def unlike(answered: Sequence[float], asked: Sequence[float]) -> float | None:
    """The p-value of Pearson's chi-square: that all groups answer alike. Groups too small for it are taken together;
    None where fewer than two are left.

    >>> round(unlike([30, 50], [100, 100]), 6)
    0.003892
    """
    yes, n = np.array(answered, np.float64), np.array(asked, np.float64)
    if not n.sum() or not 0 < yes.sum() < n.sum():
        return None
    rarer = min(yes.sum(), n.sum() - yes.sum()) / n.sum()
    small = n * rarer < SMALLEST
    if small.any():
        yes, n = np.append(yes[~small], yes[small].sum()), np.append(n[~small], n[small].sum())
        if n[-1] * rarer < SMALLEST:
            yes, n = yes[:-1], n[:-1]
    if len(n) < 2:
        return None
    from scipy.special import gammaincc

    share = yes.sum() / n.sum()
    square = float(((yes - n * share) ** 2 / (n * share * (1 - share))).sum())
    return float(gammaincc((len(n) - 1) / 2, square / 2))


def raked(groups: Sequence[Codes], targets: Sequence[Floats]) -> Floats | None:
    """Weights of mean 1 by which each dimension's groups come out at their shares in ``targets`` (Deming and Stephan
    1940). ``groups`` hold each answer's group by number. None where they do not settle, or where a group that should
    weigh something has no answer.

    >>> raked([np.array([0, 0, 0, 1])], [np.array([0.5, 0.5])]).round(4).tolist()
    [0.6667, 0.6667, 0.6667, 2.0]
    """
    weights = np.ones(len(groups[0])) if groups else np.ones(0)
    for codes, target in zip(groups, targets, strict=True):
        if np.any((np.bincount(codes, minlength=len(target)) == 0) & (target > 0)):
            return None
    for _ in range(STEPS):
        worst = 0.0
        for codes, target in zip(groups, targets, strict=True):
            own = np.bincount(codes, weights, minlength=len(target)) / weights.sum()
            factor = np.divide(target, own, out=np.zeros(len(target)), where=own > 0)
            worst = max(worst, float(np.abs(factor[own > 0] - 1).max()))
            weights = weights * factor[codes]
        if worst < CLOSE:
            return np.asarray(weights / weights.mean(), np.float64)
    return None


def weighted_ratio(above: Floats, below: Floats, weights: Floats) -> Weighted | None:
    """Σ w·above ÷ Σ w·below over respondents, its error linearised; None where nobody counts.

    >>> weighted_ratio(np.array([1.0, 0.0]), np.array([1.0, 1.0]), np.array([1.0, 3.0])).value
    0.25
    """
    whole = float(weights @ below)
    n = len(above)
    if whole <= 0:
        return None
    value = float(weights @ above) / whole
    rest = weights * (above - value * below)
    error = math.sqrt(float(rest @ rest) * n / (n - 1)) / whole if n > 1 else 0.0
    low, high = around(value, error or None) or (None, None)
    return Weighted(value, low, high, float(weights.sum() ** 2 / (weights @ weights)))
