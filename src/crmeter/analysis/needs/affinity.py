"""Which items go together: bought by the same customers, or one right after the other, beyond chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from crmeter.analysis.needs.bought import Bought
from crmeter.stats.affinity.choices import followed, together
from crmeter.stats.affinity.lift import Lift, lift
from crmeter.stats.multiple import adjusted_p, benjamini_hochberg

TOGETHER, FOLLOWED, AGAIN = KINDS = ("together", "followed", "again")
MOST_TOGETHER = 40  # items whose pairs are looked at, the most bought


@dataclass(frozen=True)
class Affinity:
    """Two items: bought ``together`` by ``seen`` of the ``of`` customers with two purchases or more; or ``followed``:
    of the ``of`` customers who bought the first and bought something after, ``seen`` took the second right after it
    (``again`` where it is the same). Chance gives ``expected``."""

    kind: str
    first: str
    second: str
    seen: int
    of: int
    expected: float
    lift: Lift
    q: float = 1.0
    beyond_noise: bool = False


def affinities(found: Bought) -> list[Affinity]:
    """Every pair of which chance alone would show enough, judged together; the surest first."""
    looked = [*_together(found), *_followed(found)]
    p = [each.lift.p for each in looked]
    judged = [
        replace(each, q=q or 0.0, beyond_noise=far)
        for each, q, far in zip(looked, adjusted_p(p), benjamini_hochberg(p), strict=True)
    ]
    return sorted(judged, key=lambda a: (not a.beyond_noise, a.lift.value < 1, -a.lift.low, a.kind, a.first, a.second))


def _together(found: Bought) -> Iterator[Affinity]:
    among = np.arange(min(len(found.items), MOST_TOGETHER))
    seen, places = together(found.choices, among)
    for (first, second), k in places.items():
        lifted = lift(float(seen.seen[k]), float(seen.expected[k]), float(seen.variance[k]), float(seen.of))
        if lifted is not None:
            names = found.items[first], found.items[second]
            yield Affinity(TOGETHER, *names, int(seen.seen[k]), int(seen.of), float(seen.expected[k]), lifted)


def _followed(found: Bought) -> Iterator[Affinity]:
    seen = followed(found.choices)
    for first, name in enumerate(found.items):
        for second, after in enumerate(found.items):
            cell = (first, second)
            of = float(seen.of[first])
            lifted = lift(float(seen.seen[cell]), float(seen.expected[cell]), float(seen.variance[cell]), of)
            if lifted is not None:
                kind = AGAIN if first == second else FOLLOWED
                yield Affinity(kind, name, after, int(seen.seen[cell]), int(of), float(seen.expected[cell]), lifted)
