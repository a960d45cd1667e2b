"""What days do: the part of a series that goes with movable holidays and working days, not with the time of year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.forecasts.naive import akaike, fourier

Floats = NDArray[np.float64]

YEARS = 3  # at least, so that a holiday has moved twice
STRONG = 5.0  # residual standard errors: what a whole period of such days is expected to add or take at most


@dataclass(frozen=True)
class Days:
    """Numbers of each period, past and to come, one column each: days of a kind beyond those usual at that time of
    year, as shares of its days. ``groups`` are columns that stand or fall together, by name. ``unusual`` says in which
    periods a movable holiday plays a part: there errors may be larger than elsewhere."""

    columns: Floats
    groups: dict[str, tuple[int, ...]] = field(default_factory=dict)
    unusual: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))

    @classmethod
    def none(cls, periods: int) -> Days:
        """Days that play no part."""
        return cls(np.zeros((periods, 0)))

    def unusual_in(self, start: int, ahead: int) -> NDArray[np.bool_]:
        """Which of the periods from ``start`` on are unusual."""
        found = np.zeros(ahead, dtype=bool)
        there = self.unusual[start : start + ahead]
        found[: len(there)] = there
        return found


@dataclass(frozen=True)
class Effects:
    """``names`` are the groups that count, ``each`` what they add to each period, past and to come."""

    names: tuple[str, ...]
    each: Floats


def effects(z: Floats, season: int, days: Days) -> Effects:
    """What the days add to each period of a series and those after it, as far as the corrected Akaike criterion
    believes it beside a smooth trend and the time of year. Nothing with less than three years."""
    n, every = len(z), len(days.columns)
    nothing = Effects((), np.zeros(every))
    if season < 2 or n < YEARS * season or not days.groups:
        return nothing
    known = ~np.isnan(z)
    base = _base(n, season)[known]
    chosen: tuple[str, ...] = ()
    least, added = _fit(base, base[:, :0], z[known])
    for _ in days.groups:
        tried = [(*chosen, name) for name in days.groups if name not in chosen and _varies(days, name, known)]
        fits = [(_fit(base, _of(days, names)[:n][known], z[known]), names) for names in tried]
        if not fits:
            break
        (judged, found), names = min(fits, key=lambda fit: fit[0][0])
        if judged >= least:
            break
        least, added, chosen = judged, found, names
    return Effects(chosen, np.asarray(_of(days, chosen) @ added)) if chosen else nothing


@lru_cache(maxsize=256)
def _base(n: int, season: int) -> Floats:
    """A smooth trend, and the time of year."""
    along = np.linspace(-1, 1, n)
    trend = np.polynomial.legendre.legvander(along, min(2 + n // season, 6))[:, 1:]
    part = np.arange(n) % season
    year = np.eye(season)[part] if season <= 12 else fourier(part, season, 6)
    return np.hstack((year, trend))


def _fit(base: Floats, columns: Floats, z: Floats) -> tuple[float, Floats]:
    """The criterion, and what each of the columns adds; drawn towards nothing (ridge), for a holiday has been seen a
    few times only and in the same months."""
    design = np.hstack((base, columns))
    drawn = np.zeros((columns.shape[1], design.shape[1]))
    drawn[:, base.shape[1] :] = np.eye(columns.shape[1]) / STRONG
    solved = np.linalg.lstsq(np.vstack((design, drawn)), np.concatenate((z, np.zeros(len(drawn)))), rcond=None)[0]
    rest = z - design @ solved
    return akaike(float(rest @ rest), len(z), design.shape[1]), np.asarray(solved[base.shape[1] :])


def _of(days: Days, names: Sequence[str]) -> Floats:
    return days.columns[:, [column for name in names for column in days.groups[name]]]


def _varies(days: Days, name: str, known: NDArray[np.bool_]) -> bool:
    past = _of(days, [name])[: len(known)][known]
    return bool(len(past) and (np.ptp(past, axis=0) > 1e-9).all())
