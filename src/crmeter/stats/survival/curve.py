"""The survival curve: which share lasts longer than t (Kaplan and Meier 1958)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crmeter.stats.intervals import LEVEL, two_sided_z

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_EVEN = 1e-9  # a curve this close to a share has reached it: 0.5 as a product of fractions is not always 0.5


@dataclass(frozen=True)
class Estimate:
    """A share with its 95% interval (None where the data say nothing about it) and those at risk just before."""

    value: float
    low: float | None
    high: float | None
    at_risk: int


@dataclass(frozen=True)
class Curve:
    """A step at each time at which something ended.

    ``standard_error`` is Greenwood's; ``low`` and ``high`` bound the share by the log(−log) interval, which stays
    between 0 and 1; None where everybody has left. ``last`` is the longest duration seen: beyond it nothing is known.
    """

    times: Floats
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    survival: Floats
    standard_error: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    count: int
    last: float

    @property
    def total_events(self) -> int:
        return int(self.events.sum())

    def at(self, time: float) -> Estimate | None:
        """The share that lasts longer than ``time``; None beyond the last duration unless all have left."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if time > self.last and not (place >= 0 and self.survival[place] == 0):
            return None
        if place < 0:
            return Estimate(1.0, None, None, self.count)
        value = float(self.survival[place])
        return Estimate(value, self.low[place], self.high[place], int(self.at_risk[place]))

    def quantile(self, lost: float = 0.5) -> tuple[float | None, float | None, float | None]:
        """The time by which a share ``lost`` has left, and its interval (Brookmeyer and Crowley 1982); None for what
        lies beyond the data."""
        kept = 1 - lost + _EVEN
        value = self._first(np.asarray(self.survival), kept)
        # where everybody has left both bounds are as far down as they were before
        bands = [np.array([0.0 if b is None else b for b in band]) for band in (self.low, self.high)]
        low, high = (self._first(band, kept) for band in bands)
        return value, low, high

    def _first(self, shares: Floats, kept: float) -> float | None:
        reached = np.flatnonzero(shares <= kept)
        return float(self.times[reached[0]]) if len(reached) else None


def at_risk(times: Floats, durations: Floats, entry: Floats) -> NDArray[np.int64]:
    """How many are under observation just before each time: entered before it and not gone before it."""
    gone = np.searchsorted(np.sort(durations), times, side="left")
    not_in = len(entry) - np.searchsorted(np.sort(entry), times, side="left")
    return (len(durations) - gone - not_in).astype(np.int64)


def checked(durations: ArrayLike, observed: ArrayLike, entry: ArrayLike | None = None) -> tuple[Floats, Bools, Floats]:
    """The three as arrays of one length; ValueError where a duration is no number or does not exceed its entry."""
    lasted, ended = np.asarray(durations, dtype=float), np.asarray(observed, dtype=bool)
    entered = np.full(len(lasted), -np.inf) if entry is None else np.asarray(entry, dtype=float)
    if not len(lasted) == len(ended) == len(entered):
        raise ValueError("durations, observed and entry must have one length")
    if not np.all(np.isfinite(lasted)) or np.any(np.isnan(entered)) or np.any(entered >= lasted):
        raise ValueError("every duration must be a number larger than its entry")
    return lasted, ended, entered


def kaplan_meier(
    durations: ArrayLike, observed: ArrayLike, entry: ArrayLike | None = None, level: float = LEVEL
) -> Curve | None:
    """The curve of ``durations``, of which those ``observed`` ended; None where there is no duration.

    >>> curve = kaplan_meier([1, 2, 2, 3], [True, True, False, True])
    >>> [round(float(share), 4) for share in curve.survival]
    [0.75, 0.5, 0.0]
    """
    lasted, ended, entered = checked(durations, observed, entry)
    if not len(lasted):
        return None
    times, events = np.unique(lasted[ended], return_counts=True)
    risk = at_risk(times, lasted, entered)
    survival = np.cumprod((risk - events) / risk, dtype=float)
    survival[survival < 1e-300] = 0.0
    with np.errstate(divide="ignore"):
        spread = np.cumsum(events / (risk * (risk - events)))
    bounds = [_log_log(s, v, level) for s, v in zip(survival.tolist(), spread.tolist(), strict=True)]
    return Curve(
        times=times,
        at_risk=risk,
        events=events.astype(np.int64),
        survival=survival,
        standard_error=tuple(
            s * math.sqrt(v) if s > 0 else None for s, v in zip(survival.tolist(), spread.tolist(), strict=True)
        ),
        low=tuple(low for low, _ in bounds),
        high=tuple(high for _, high in bounds),
        count=len(lasted),
        last=float(lasted.max()),
    )


def _log_log(share: float, spread: float, level: float) -> tuple[float | None, float | None]:
    """share^exp(± z × √spread ÷ |log share|), the interval of log(−log share) taken back."""
    if not 0 < share < 1 or not math.isfinite(spread):
        return None, None
    half = two_sided_z(level) * math.sqrt(spread) / abs(math.log(share))
    if half > 700:  # e^700 is as far as a float goes: nothing is known
        return 0.0, 1.0
    return share ** math.exp(half), share ** math.exp(-half)
