"""The members of a dimension as groups large enough to compare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST = 30  # customers; members with fewer are taken together
MOST = 12  # groups, the others included


@dataclass(frozen=True)
class Level:
    """One group: a member (None: without one), or the ``merged`` rare ones together."""

    member: str | None
    customers: int
    merged: int = 0

    @property
    def key(self) -> str | None:
        """The member; for the others together a name that no member can have."""
        return self.member if not self.merged else OTHERS


OTHERS = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True)
class Levels:
    """The groups, the largest first, and for each customer the number of its group (−1: of none)."""

    levels: tuple[Level, ...]
    of: NDArray[np.int64]


def grouped(values: Sequence[str | None], least: int = LEAST, most: int = MOST) -> Levels:
    """The members of at least ``least`` customers, the largest first, and the rest together where that is as many.

    A rest of fewer is in no group: two customers are no segment.

    >>> found = grouped(["a"] * 40 + ["b"] * 35 + ["c", "d"], least=30)
    >>> [(level.member, level.customers) for level in found.levels], int(found.of[-1])
    ([('a', 40), ('b', 35)], -1)
    """
    counts = Counter(values)
    ordered = sorted(counts, key=lambda member: (-counts[member], member is None, member or ""))
    kept = [member for member in ordered if counts[member] >= least]
    if len(kept) > most or (len(kept) == most and len(ordered) > most):
        kept = kept[: most - 1]
    rest = [member for member in ordered if member not in set(kept)]
    levels = [Level(member, counts[member]) for member in kept]
    of_rest = sum(counts[member] for member in rest)
    places: dict[str | None, int] = {member: place for place, member in enumerate(kept)}
    if of_rest >= least:
        places |= dict.fromkeys(rest, len(kept))
        only = rest[0] if len(rest) == 1 else None
        levels.append(Level(only, of_rest, 0 if len(rest) == 1 else len(rest)))
    return Levels(tuple(levels), np.array([places.get(value, -1) for value in values], dtype=np.int64))
