"""A smooth function at very many points: calculated at few, read off a Chebyshev curve through them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.clv.histories import Numbers

DIGITS = 28.0  # natural logarithm of how much smaller than the function the error is to be: about 12 decimal digits
BLOCK = 1 << 13  # what a core keeps close by


def along_curve(function: Callable[[Numbers], Numbers], points: Numbers, clear: float = math.pi / 2) -> Numbers:
    """``function`` at ``points``: each for itself where they are few, else from a curve.

    ``clear`` is how far off the real line the function is free of poles and of modest size: it decides how many nodes
    the curve needs.
    """
    low, high = float(points.min()), float(points.max())
    half = (high - low) / 2
    if half <= 1e-12 * max(1.0, abs(low)):
        return np.full(len(points), function(np.array([low]))[0])
    height = clear / half
    nodes = math.ceil(DIGITS / math.log(height + math.hypot(1.0, height))) + 2
    if nodes >= len(points):
        return function(points)
    middle = (high + low) / 2
    turns = np.pi * (np.arange(nodes) + 0.5) / nodes
    values = function(middle + half * np.cos(turns))
    coefficients = np.cos(np.outer(np.arange(nodes), turns)) @ values * (2 / nodes)
    coefficients[0] /= 2
    found = np.empty(len(points))
    for start in range(0, len(points), BLOCK):
        part = slice(start, start + BLOCK)
        found[part] = _clenshaw(coefficients, (points[part] - middle) * (1 / half))
    return found


def _clenshaw(coefficients: Numbers, at: Numbers) -> Numbers:
    """The sum of the Chebyshev polynomials with these coefficients."""
    twice = 2 * at
    later, last = np.zeros(len(at)), np.full(len(at), coefficients[-1])
    for coefficient in coefficients[-2:0:-1]:
        later *= -1.0
        later += coefficient
        later += twice * last
        later, last = last, later
    found: Numbers = at * last - later + coefficients[0]
    return found


def groups(counts: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Each distinct count with the rows that have it."""
    most = int(counts.max(initial=0))
    order = np.argsort(counts.astype(np.uint16) if most < 1 << 16 else counts, kind="stable")
    edges = np.flatnonzero(np.diff(counts[order])) + 1
    for rows in np.split(order, edges):
        yield int(counts[rows[0]]), rows
