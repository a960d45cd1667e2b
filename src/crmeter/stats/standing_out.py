"""Which groups of customers stand out in a change, corrected for having looked at many.

Every customer has a part in the change; those of a group are compared with those of all others by Welch's t. What t a
search as wide as this finds where there is nothing to find is learned by giving the parts to the customers at random,
time and again: a group stands out where its t is larger than the largest of nearly all such rounds. So of searches in
data without a story at most the stated share finds one (Westfall and Young 1993). Labels move together, so groups that
overlap do not count as so many searches of their own; and since t is studentised, groups may vary unequally (Janssen
1997).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]  # the group of each customer by number, −1 for none

SMALLEST = 30  # customers in a group, and outside of it
ROUNDS, FEWEST_ROUNDS = 999, 199
_WORK = 2e9  # customers × dimensions × rounds that a search may take


@dataclass(frozen=True)
class StandingOut:
    """A group: its dimension (by place) and number, Σ of its customers' parts, Welch's ``t``, and ``p``: the chance
    that the largest |t| of a search without a story is as large."""

    dimension: int
    group: int
    customers: int
    total: float
    t: float
    p: float


@dataclass(frozen=True)
class Search:
    """``found``: all groups looked at, the largest |t| first; ``rounds`` is how often parts were given at random."""

    found: tuple[StandingOut, ...]
    rounds: int


def search(parts: Floats, dimensions: Sequence[Codes], seed: int = 0, rounds: int | None = None) -> Search:
    """Look through every group of every dimension that has SMALLEST customers inside and outside.

    ``parts`` should sum to about 0: what the customers did beyond what all did. The seed is fixed, so that the same
    data give the same answer.
    """
    groups = [
        (place, group, int(size))
        for place, codes in enumerate(dimensions)
        for group, size in enumerate(np.bincount(codes[codes >= 0]))
        if size >= SMALLEST and len(parts) - size >= SMALLEST
    ]
    if not groups or not np.any(parts):
        return Search((), 0)
    members, sizes = _members(dimensions, groups, len(parts)), np.array([float(size) for *_, size in groups])
    sums = members @ parts
    t = _welch(sums, members @ parts**2, sizes, parts)
    rounds = rounds or int(np.clip(_WORK / (len(parts) * len(dimensions)), FEWEST_ROUNDS, ROUNDS))
    largest = _largest(parts, members, sizes, rounds, np.random.default_rng(seed))
    p = (1 + (largest[None, :] >= np.abs(t)[:, None] * (1 - 1e-9)).sum(axis=1)) / (rounds + 1)
    found = [
        StandingOut(place, group, size, float(sums[i]), float(t[i]), float(p[i]))
        for i, (place, group, size) in enumerate(groups)
    ]
    return Search(tuple(sorted(found, key=lambda s: (-abs(s.t), s.dimension, s.group))), rounds)


def without(parts: Floats, inside: NDArray[np.bool_]) -> Floats:
    """``parts`` after a group has been told: centred within the group and outside of it, so that a further search
    finds what else there is."""
    left = parts.copy()
    left[inside] -= parts[inside].mean()
    left[~inside] -= parts[~inside].mean()
    return left


def _members(dimensions: Sequence[Codes], groups: Sequence[tuple[int, int, int]], n: int) -> Any:
    """Groups × customers, 1 where a customer is of the group."""
    from scipy.sparse import csr_array

    order = [np.argsort(codes, kind="stable") for codes in dimensions]
    starts = [np.searchsorted(codes[o], np.arange(-1, codes.max() + 2)) for codes, o in zip(dimensions, order,
                                                                                            strict=True)]  # fmt: skip
    columns = [order[place][starts[place][group + 1] : starts[place][group + 2]] for place, group, _ in groups]
    ends = np.cumsum([0, *(len(c) for c in columns)])
    return csr_array((np.ones(ends[-1]), np.concatenate(columns), ends), shape=(len(groups), n))


def _welch(sums: Any, squares: Any, sizes: Floats, parts: Floats) -> Any:
    """Welch's t of each group (rows; of each round in columns) against all others; 0 where nobody varies."""
    shape = (-1,) + (1,) * (sums.ndim - 1)
    n, total, square = sizes.reshape(shape), parts.sum(), float(parts @ parts)
    rest = len(parts) - n
    means = sums / n, (total - sums) / rest
    spreads = [
        np.maximum(squares - n * means[0] ** 2, 0) / (n - 1) / n,
        np.maximum(square - squares - rest * means[1] ** 2, 0) / (rest - 1) / rest,
    ]
    error = np.sqrt(spreads[0] + spreads[1])
    tiny = 1e-12 * np.sqrt(square / len(parts))
    return np.where(error > tiny, (means[0] - means[1]) / np.maximum(error, tiny), 0.0)


def _largest(parts: Floats, members: Any, sizes: Floats, rounds: int, rng: np.random.Generator) -> Floats:
    """The largest |t| of each round in which the parts are given to the customers at random."""
    found = []
    batch = max(1, min(64, int(5e6 / len(parts))))
    for first in range(0, rounds, batch):
        shuffled = np.column_stack([rng.permutation(parts) for _ in range(min(batch, rounds - first))])
        t = _welch(members @ shuffled, members @ shuffled**2, sizes, parts)
        found.append(np.abs(t).max(axis=0))
    return np.concatenate(found)
