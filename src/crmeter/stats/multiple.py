"""Many tests at once: how many of the differences that look real may be none (Benjamini and Hochberg 1995)."""

from __future__ import annotations

from collections.abc import Sequence


def adjusted_p(p_values: Sequence[float | None]) -> list[float | None]:
    """Each p-value as the smallest false discovery rate at which it still counts; None stays None and is no test.

    >>> adjusted_p([0.01, 0.04, None, 0.03])
    [0.03, 0.04, None, 0.04]
    """
    order = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    found: list[float | None] = [None] * len(p_values)
    smallest = 1.0
    for rank in range(len(order), 0, -1):
        p, place = order[rank - 1]
        smallest = min(smallest, p * len(order) / rank)
        found[place] = smallest
    return found


def benjamini_hochberg(p_values: Sequence[float | None], q: float = 0.05) -> list[bool]:
    """Which tests are beyond noise when at most a share ``q`` of those called so may be wrong; None never is.

    >>> benjamini_hochberg([0.001, 0.9, None])
    [True, False, False]
    """
    order = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    beyond = [False] * len(p_values)
    called = 0
    for rank, (p, _) in enumerate(order, start=1):
        if p <= q * rank / len(order):
            called = rank
    for _, place in order[:called]:
        beyond[place] = True
    return beyond
