"""Change points: when the level of a series became another one (kernel change-point detection of ruptures, the linear
kernel, which looks for shifts of the mean).

The penalty of a change point is PENALTY × long-run variance × log(periods). The long-run variance counts that periods
hang together: σ² (1 + ρ) ÷ (1 − ρ). Where they hang together so much that no level can be told from a drift, the
changes from one period to the next are looked at instead, and a change point is one of growth. How often a point is
found where there is none stands in benchmarks/results/studies/forecast.json.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.kernel.extras import library

Floats = NDArray[np.float64]

PENALTY = 3.0
SHORTEST = 3  # periods of a level
FEWEST = 12  # periods that are looked through
STAIRS = 4  # steps in one direction that are rather a drift
DRIFT = 0.55  # autocorrelation from which on growth is looked at
ASIDE = 0.15  # of the differences, that may be due to shifts
UNSURE = 6.0  # 2 log 20: how much worse the fit may be, in variances, at the other dates that are possible at 95%


@dataclass(frozen=True)
class ChangePoint:
    """``at`` is the first period of the new level, between ``earliest`` and ``latest`` with 95% certainty; ``before``
    and ``after`` are the levels, of growth where ``of_growth``."""

    at: int
    earliest: int
    latest: int
    before: float
    after: float
    of_growth: bool


def change_points(z: Floats) -> list[ChangePoint]:
    """The change points of a series without season and gaps (NaN is bridged), first to last."""
    known = ~np.isnan(z)
    if known.sum() < FEWEST or np.ptp(z[known]) == 0:
        return []
    filled = np.interp(np.arange(len(z)), np.flatnonzero(known), z[known])
    pilot, together = _pilot(filled)
    of_growth = together > DRIFT or _drifts(filled, pilot)
    looked_at = np.diff(filled) if of_growth else filled
    if of_growth:
        _, together = _pilot(looked_at)
    variance = _variance(looked_at, together)
    return _told(looked_at, _segmented(looked_at, variance), variance, of_growth)


def _pilot(z: Floats) -> tuple[list[int], float]:
    """First levels, and how much neighbours hang together beside them: the larger of two estimates, since the levels
    take up some of it."""
    places = _segmented(z, _variance(z, 0.3))
    if _squares_apart(z, 1) <= 0:  # it mostly stays the same: what is left beside the levels is no noise
        return places, 0.0
    left = autocorrelation(z - _levels(z, places), len(places) + 1)
    return places, max(left, autocorrelation_beside_shifts(z))


def autocorrelation(rest: Floats, levels: int = 1) -> float:
    """The correlation of neighbours, corrected for its bias in short series; from 0 to 0.95."""
    below = float(rest @ rest)
    if below <= 1e-18 or len(rest) < 4:  # less is rounding
        return 0.0
    found = float(rest[1:] @ rest[:-1]) / below
    return float(np.clip(found + (levels + 3 * found) / len(rest), 0.0, 0.95))


def autocorrelation_beside_shifts(z: Floats) -> float:
    """The correlation of neighbours from how much faster values two and three periods apart differ than neighbours do:
    V₂ ÷ V₁ = 1 + ρ and V₃ ÷ V₁ = 1 + ρ + ρ². The largest differences are left aside, so that a few shifts of the level
    do not count; from 0 to 0.95."""
    one, two, three = (_squares_apart(z, lag) for lag in (1, 2, 3))
    if one <= 0:
        return 0.0
    by_two = two / one - 1
    by_three = (np.sqrt(max(4 * three / one - 3, 0.0)) - 1) / 2
    return float(np.clip((by_two + by_three) / 2, 0.0, 0.95))


def _squares_apart(z: Floats, lag: int) -> float:
    apart = np.sort(np.abs(z[lag:] - z[:-lag]))
    kept = apart[: max(3, int(np.ceil(len(apart) * (1 - ASIDE))))]
    return float(np.mean(kept**2))


def _drifts(filled: Floats, pilot: list[int]) -> bool:
    """Whether the levels of a pilot are a staircase: so many steps, all but a few in one direction."""
    levels = [part.mean() for part in np.split(filled, pilot)]
    steps = np.sign(np.diff(levels))
    return len(steps) >= STAIRS and abs(steps.sum()) >= len(steps) - 1


def _variance(z: Floats, together: float) -> float:
    """The long-run variance, from the median step between neighbours, which level shifts do not move."""
    steps = np.diff(z)
    middle = float(np.median(np.abs(steps - np.median(steps)))) * 1.4826
    spread = middle if middle > 0 else _smallest(steps)
    own = spread**2 / (2 * (1 - together)) if together < 1 else spread**2
    return own * (1 + together) / (1 - together)


def _smallest(steps: Floats) -> float:
    """Of a series that mostly stays the same: a tenth of the smallest step that it ever took."""
    taken = np.abs(steps)[np.abs(steps) > 1e-12]
    return float(taken.min()) / 10 if len(taken) else 0.0


def _segmented(z: Floats, variance: float) -> list[int]:
    """The first periods of all levels but the first."""
    if variance <= 0 or len(z) < 2 * SHORTEST:
        return []
    penalty = PENALTY * variance * float(np.log(len(z)))
    # the kernel's cost is ½ Σ of squares for its scale: ruptures sums squares themselves for the linear kernel
    search = library("ruptures").KernelCPD(kernel="linear", min_size=SHORTEST).fit(z.reshape(-1, 1))
    return [int(place) for place in search.predict(pen=penalty)[:-1]]


def _levels(z: Floats, places: list[int]) -> Floats:
    return np.concatenate([np.full(len(part), part.mean()) for part in np.split(z, places)])


def _told(z: Floats, places: list[int], variance: float, of_growth: bool) -> list[ChangePoint]:
    edges = [0, *places, len(z)]
    found = []
    shift = 1 if of_growth else 0
    for start, at, end in zip(edges, edges[1:], edges[2:], strict=False):
        costs = {place: _cost(z[start:place]) + _cost(z[place:end]) for place in range(start + 1, end)}
        possible = [place for place, cost in costs.items() if cost - costs[at] <= UNSURE * variance]
        before, after = float(z[start:at].mean()), float(z[at:end].mean())
        found.append(ChangePoint(at + shift, min(possible) + shift, max(possible) + shift, before, after, of_growth))
    return found


def _cost(part: Floats) -> float:
    return float(((part - part.mean()) ** 2).sum())
