"""How much more often those end who are exposed to something: Cox's hazard ratio of one condition that may come and go.

With one condition that holds or not, Cox's partial likelihood needs only how many are at risk at each end, and how many
of them are exposed then. So it is exact for any number of customers, with conditions that begin and stop.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crmeter.stats.distributions import two_sided_p
from crmeter.stats.intervals import LEVEL, two_sided_z
from crmeter.stats.survival.comparison import by_group
from crmeter.stats.survival.curve import at_risk, checked

Ints = NDArray[np.int64]
_STEPS = 60


@dataclass(frozen=True)
class RiskSets:
    """At each time at which somebody ends: those at risk, the exposed of them, all who end, the exposed of them."""

    risk: Ints
    exposed: Ints
    ends: Ints
    exposed_ends: Ints

    @classmethod
    def together(cls, parts: Sequence[RiskSets]) -> RiskSets:
        """The risk sets of strata: each is compared with its like alone."""
        joined = (np.concatenate([getattr(p, name) for p in parts]) for name in cls.__dataclass_fields__)
        return cls(*joined)


@dataclass(frozen=True)
class HazardRatio:
    """How many times as often the exposed end, its 95% interval, and the chance of one as far from 1 if it were 1."""

    value: float
    low: float
    high: float
    p: float
    ends: int
    exposed_ends: int


def fixed_exposure(
    durations: ArrayLike, observed: ArrayLike, exposed: ArrayLike, entry: ArrayLike | None = None
) -> RiskSets:
    """The risk sets of a condition that holds from first to last."""
    lasted, ended, entered = checked(durations, observed, entry)
    times = np.unique(lasted[ended])
    of = np.asarray(exposed, dtype=bool).astype(np.int64)
    risk, ends = by_group(times, lasted, ended, entered, of, 2)
    return RiskSets(risk.sum(axis=0), risk[1], ends.sum(axis=0), ends[1])


def changing_exposure(
    durations: ArrayLike,
    observed: ArrayLike,
    whose: ArrayLike,
    since: ArrayLike,
    until: ArrayLike,
    entry: ArrayLike | None = None,
) -> RiskSets:
    """The risk sets of a condition that holds from after ``since`` up to and including ``until``.

    ``whose`` is the place of its duration; stretches of one that overlap count once.
    """
    lasted, ended, entered = checked(durations, observed, entry)
    times = np.unique(lasted[ended])
    owner, first, last = _merged(np.asarray(whose, dtype=np.int64), np.asarray(since, float), np.asarray(until, float))
    first, last = np.maximum(first, entered[owner]), np.minimum(last, lasted[owner])
    kept = first < last
    owner, first, last = owner[kept], first[kept], last[kept]
    exposed_ends = ended[owner] & (last == lasted[owner])
    return RiskSets(
        at_risk(times, lasted, entered),
        at_risk(times, last, first),
        np.bincount(np.searchsorted(times, lasted[ended]), minlength=len(times)),
        np.bincount(np.searchsorted(times, last[exposed_ends]), minlength=len(times)),
    )


def _merged(
    owner: Ints, first: NDArray[np.float64], last: NDArray[np.float64]
) -> tuple[Ints, NDArray[np.float64], NDArray[np.float64]]:
    """Stretches of one owner that overlap or touch, as one."""
    order = np.lexsort((last, first, owner))
    found: list[list[float]] = []
    for who, start, end in zip(owner[order].tolist(), first[order].tolist(), last[order].tolist(), strict=True):
        if found and found[-1][0] == who and start <= found[-1][2]:
            found[-1][2] = max(found[-1][2], end)
        else:
            found.append([who, start, end])
    columns = np.array(found, dtype=float).reshape(-1, 3)
    return columns[:, 0].astype(np.int64), columns[:, 1], columns[:, 2]


def hazard_ratio(sets: RiskSets, level: float = LEVEL) -> HazardRatio | None:
    """The maximum of Cox's partial likelihood, ties by Efron (1977); None where all or none of the ends that could
    have been either are of the exposed, so that no ratio is the most likely."""
    steps = _draws(sets)
    drawn = int(sets.exposed_ends[(sets.exposed > 0) & (sets.exposed < sets.risk)].sum())
    ends = int(sets.ends[(sets.exposed > 0) & (sets.exposed < sets.risk)].sum())
    if not 0 < drawn < ends:
        return None
    value, information = 0.0, 0.0
    for _ in range(_STEPS):
        odds = math.exp(value)
        share = steps[0] * odds / (steps[0] * odds + steps[1])
        information = float(np.sum(share * (1 - share)))
        step = (drawn - float(share.sum())) / information
        value += max(-1.0, min(1.0, step))
        if abs(step) < 1e-10:
            break
    error = 1 / math.sqrt(information)
    z = two_sided_z(level)
    bounds = [math.exp(value + sign * z * error) for sign in (-1, 0, 1)]
    return HazardRatio(
        bounds[1], bounds[0], bounds[2], two_sided_p(value / error), int(sets.ends.sum()), int(sets.exposed_ends.sum())
    )


def _draws(sets: RiskSets) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Exposed and not exposed from whom each single end is drawn: of d that end together, the later ones are drawn
    from those left when a part of the d is taken out."""
    mixed = (sets.exposed > 0) & (sets.exposed < sets.risk)
    risk, exposed, ends, own = (getattr(sets, n)[mixed].astype(float) for n in sets.__dataclass_fields__)
    times = np.repeat(np.arange(len(ends)), ends.astype(np.int64))
    before = np.arange(len(times)) - np.repeat(np.cumsum(ends) - ends, ends.astype(np.int64))
    gone = before / ends[times]
    of_exposed = exposed[times] - gone * own[times]
    of_others = (risk - exposed)[times] - gone * (ends - own)[times]
    return of_exposed, of_others
