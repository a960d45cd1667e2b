"""Whether values rise one after the other, and not by chance: Mann's test of trend, exact for few values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache


def rising_p(values: Sequence[float]) -> float:
    """The chance that values in random order rise at least as much: Kendall's S of value and place, one-sided.

    Exact where no two are equal; ties count neither way, and with ties it is not too small.

    >>> rising_p([1, 2, 3, 4])  # one of 24 orders
    0.041666666666666664
    """
    n = len(values)
    s = sum((values[j] > values[i]) - (values[j] < values[i]) for i in range(n) for j in range(i + 1, n))
    most = n * (n - 1) // 2
    # S = most − 2 × inversions; as many inversions at most
    fewest = -((s - most) // 2)
    counts = _inversions(n)
    return sum(counts[: fewest + 1]) / sum(counts)


@cache
def _inversions(n: int) -> tuple[int, ...]:
    """How many orders of ``n`` things have 0, 1, 2 … inversions."""
    counts = [1]
    for size in range(2, n + 1):
        wide = [0] * (len(counts) + size - 1)
        for place, number in enumerate(counts):
            for more in range(size):
                wide[place + more] += number
        counts = wide
    return tuple(counts)
