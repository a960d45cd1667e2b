"""Rank correlation, bare and with other things held alike, and what one point goes with.

Spearman's ρ asks whether the one rises with the other, not whether along a straight line; ties share their mean rank.
Its interval is Fisher's z with the variance (1 + ρ² ÷ 2) ÷ (n − 3 − controls) of Bonett and Wright (2000).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.distributions import student_t_quantile, two_sided_p
from crmeter.stats.intervals import LEVEL, two_sided_z

Floats = NDArray[np.float64]
FEWEST = 10  # pairs, beyond those that the controls use up
ROUNDS, FEWEST_ROUNDS, _WORK = 500, 100, 2e6


@dataclass(frozen=True)
class Correlation:
    """ρ of ``n`` pairs with its 95% interval, ``p`` for ρ = 0, and the bootstrap's interval to check it by."""

    rho: float
    n: int
    low: float
    high: float
    p: float
    bootstrap: tuple[float, float] | None = None
    effective: float | None = None  # as many independent pairs say as much, of pairs that follow one another


@dataclass(frozen=True)
class Slope:
    """How much y changes with one unit of x in the mean, its standard error (HC3) and 95% interval."""

    value: float
    standard_error: float
    low: float
    high: float
    n: int


def ranks(values: Floats) -> Floats:
    """The ranks from 1, ties at their mean.

    >>> ranks(np.array([10.0, 30.0, 10.0, 20.0])).tolist()
    [1.5, 4.0, 1.5, 3.0]
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[place], dtype=np.float64)


def correlation(
    x: Floats,
    y: Floats,
    controls: Floats | None = None,
    *,
    bootstrap: bool = True,
    fewest: int = FEWEST,
    in_order: bool = False,
) -> Correlation | None:
    """Spearman's ρ of two columns, partial where ``controls`` (n × k) are given: the correlation of what the controls
    leave of the ranks (of columns of 0 and 1 as they are, of others of their ranks).

    Pairs ``in_order`` of time are no independent ones: as many count as :func:`effective_pairs` says. None where fewer
    than ``fewest`` pairs are left beyond the controls, or where nothing varies.
    """
    columns = np.empty((len(x), 0)) if controls is None else controls
    free = len(x) - columns.shape[1]
    rho = _rho(x, y, columns) if free >= fewest else None
    if rho is None:
        return None
    count = effective_pairs(x, y) if in_order else float(len(x))
    low, high = fisher(rho, count, columns.shape[1])
    error = math.sqrt((1 + rho * rho / 2) / (count - columns.shape[1] - 3))
    p = two_sided_p(math.atanh(rho) / error) if abs(rho) < 1 else 0.0
    drawn = _bootstrap(x, y, columns) if bootstrap else None
    return Correlation(rho, len(x), low, high, p, drawn, count if in_order else None)


def effective_pairs(x: Floats, y: Floats) -> float:
    """How many independent pairs say as much as these, which follow one another (Bartlett 1935): n ÷ (1 + 2 Σ of the
    products of the two autocorrelations of the ranks), at most n and at least 4."""
    both = [each - each.mean() for each in (ranks(x), ranks(y))]
    if not all(float(each @ each) for each in both):
        return float(len(x))
    lags = range(1, len(x) // 4 + 1)
    own = [[float(each[k:] @ each[:-k]) / float(each @ each) for k in lags] for each in both]
    inflation = 1 + 2 * math.fsum(a * b for a, b in zip(*own, strict=True))
    return max(len(x) / max(inflation, 1.0), 4.0)


def fisher(rho: float, n: float, controls: int = 0, level: float = LEVEL) -> tuple[float, float]:
    """The interval of a rank correlation of ``n`` pairs.

    >>> [round(bound, 4) for bound in fisher(0.5, 30)]
    [0.1481, 0.7395]
    """
    if abs(rho) >= 1:
        return rho, rho
    half = two_sided_z(level) * math.sqrt((1 + rho * rho / 2) / (n - 3 - controls))
    return math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)


def _rho(x: Floats, y: Floats, controls: Floats) -> float | None:
    sides = np.column_stack([ranks(x), ranks(y)])
    return _of_rest(sides, np.column_stack([_ranked(column) for column in controls.T]) if controls.size else controls)


def _ranked(column: Floats) -> Floats:
    return column if np.isin(column, (0.0, 1.0)).all() else ranks(column)


def _of_rest(sides: Floats, controls: Floats) -> float | None:
    """Pearson's correlation of what the controls leave; None where nothing is left of one side."""
    design = np.column_stack([np.ones(len(sides)), controls])
    rest = sides - design @ np.linalg.lstsq(design, sides, rcond=None)[0]
    spread = (rest**2).sum(axis=0)
    if np.any(spread <= 1e-9 * np.maximum((sides**2).sum(axis=0), 1.0)):
        return None
    return float(np.clip((rest[:, 0] @ rest[:, 1]) / math.sqrt(spread[0] * spread[1]), -1.0, 1.0))


def _bootstrap(x: Floats, y: Floats, controls: Floats, level: float = LEVEL) -> tuple[float, float] | None:
    """The interval of the middle ``level`` of ρ over samples drawn from the pairs; the seed is fixed."""
    rng, found = np.random.default_rng(0), []
    for _ in range(int(np.clip(_WORK / len(x), FEWEST_ROUNDS, ROUNDS))):
        drawn = rng.integers(0, len(x), len(x))
        rho = _rho(x[drawn], y[drawn], controls[drawn])
        if rho is not None:
            found.append(rho)
    if len(found) < FEWEST_ROUNDS // 2:
        return None
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def slope(x: Floats, y: Floats, controls: Floats | None = None, level: float = LEVEL) -> Slope | None:
    """What one unit of x goes with in y, in the mean, the controls held alike: least squares, with errors that need no
    equal spread (HC3). None where fewer than FEWEST are left beyond the controls, or x does not vary beyond them.

    >>> found = slope(np.array([1.0, 2.0, 3.0, 4.0] * 3), np.array([3.0, 5.0, 7.0, 9.0] * 3))
    >>> round(found.value, 9), round(found.high, 9)
    (2.0, 2.0)
    """
    columns = np.empty((len(x), 0)) if controls is None else controls
    design = np.column_stack([np.ones(len(x)), columns, x])
    free = len(x) - design.shape[1]
    rest_of_x = x - design[:, :-1] @ np.linalg.lstsq(design[:, :-1], x, rcond=None)[0]
    square = float(rest_of_x @ rest_of_x)
    if free < FEWEST or square <= 1e-12 * max(float(x @ x), 1.0):
        return None
    rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    own, *_ = np.linalg.svd(design, full_matrices=False)
    rank = int(np.linalg.matrix_rank(design))
    leverage = np.minimum((own[:, :rank] ** 2).sum(axis=1), 1 - 1e-9)
    value = float(rest_of_x @ y) / square
    error = math.sqrt(float(((rest_of_x * rest / (1 - leverage)) ** 2).sum())) / square
    half = student_t_quantile(0.5 + level / 2, free) * error
    return Slope(value, error, value - half, value + half, len(x))


def dummies(members: Sequence[str | None]) -> Floats:
    """A column of 0 and 1 for each member but the most frequent.

    >>> dummies(["a", "b", "a", None]).tolist()
    [[0.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]
    """
    known = sorted(set(members), key=lambda m: (m is not None, m or ""))
    often = max(known, key=list(members).count)
    return np.array([[float(m == k) for k in known if k != often] for m in members]).reshape(len(members), -1)
