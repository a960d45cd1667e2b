"""What a quantity comes to over a stretch of several periods, some of which may be over: expected, and how surely.

A quarter's rate is not the mean of its months' rates. What the months of a stretch make of it is learnt from earlier
stretches, and how far off such a forecast is from what it would have said of those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.distributions import student_t_cdf, student_t_quantile
from crmeter.stats.forecasts.backtest import Series, chosen, expectations, needed, origins_of, trials, walk
from crmeter.stats.forecasts.forecast import Refusal, refused
from crmeter.stats.forecasts.naive import Model
from crmeter.stats.forecasts.scales import Scale, fitting

Floats = NDArray[np.float64]

ORIGINS = 60  # at most: every one that leaves enough to learn from helps where stretches are long
FEWEST_APART = 2.0  # stretches that do not overlap, below which nothing is known of the errors
RECENT = 12  # stretches from which it is learnt what their periods make of them


@dataclass(frozen=True)
class Windows:
    """Values over stretches of ``length`` periods, one for each period at which a stretch begins that is over; NaN
    where there is none. ``adds`` says whether a stretch's value is the sum of its periods' values."""

    values: Floats
    length: int
    adds: bool = False


@dataclass(frozen=True)
class WindowForecast:
    """``center`` and ``standard_error`` on the scale; errors have the tails of Student's t with ``apart`` degrees of
    freedom: as many stretches of the backtest as do not overlap, of ``tried`` ones."""

    center: float
    standard_error: float
    apart: float
    tried: int
    model: str
    scale: Scale

    @property
    def expected(self) -> float:
        """The median, in the quantity's unit."""
        return self._straight(self.center)

    def bounds(self, level: float) -> tuple[float, float]:
        """Between what it lies with chance ``level``."""
        reach = student_t_quantile((1 + level) / 2, self.apart) * self.standard_error
        return self._straight(self.center - reach), self._straight(self.center + reach)

    def chance_of_at_least(self, value: float) -> float:
        """The chance that it comes to ``value`` or more."""
        there = float(self.scale.bent(np.array([value]))[0])
        return student_t_cdf((self.center - there) / self.standard_error, self.apart)

    def _straight(self, bent: float) -> float:
        return float(self.scale.straight(np.array([bent]))[0])


def window_forecast(
    series: Series, windows: Windows, begin: int, using: Mapping[str, Model]
) -> WindowForecast | Refusal:
    """Forecast the stretch that begins ``begin`` periods after the last known one: 0 is the next, −1 one of which one
    period is known. The days of the series reach as far as its end."""
    ahead = begin + windows.length
    if refusal := refused(series, ahead):
        return refusal
    paths = walk(series, ahead, using, origins_of(series, ahead, ORIGINS))
    tried = trials(series, paths)
    known = int((~np.isnan(series.values)).sum())
    if not tried:
        return Refusal("too_short", needed(ahead), known)
    name = chosen(tried)
    stretch = _Stretch(series, windows, begin, fitting(series.bound, windows.values))
    said_before = zip(paths.origins, paths.scales, paths.said[name], strict=True)
    tries = (stretch.error(at, scale.straight(said)) for at, scale, said in said_before)
    errors = [error for error in tries if error is not None]
    apart = (len(errors) + ahead - 1) / ahead if errors else 0.0
    if apart < FEWEST_APART:
        return Refusal("too_short", needed(ahead) + int(np.ceil((FEWEST_APART - apart) * ahead)), known)
    shift, spread = _bias_and_spread(np.array(errors), apart)
    n = len(series.values)
    scale = fitting(series.bound, series.values)
    said_now = expectations(series, n, ahead, {name: using[name]}, scale)
    center = stretch.center(n, scale.straight(said_now[name])) if name in said_now else None
    if center is None or spread == 0:
        return Refusal("constant")
    error = spread * float(np.sqrt(1 + 1 / apart))
    return WindowForecast(center + shift, error, apart, len(errors), name, stretch.scale)


def _bias_and_spread(errors: Floats, apart: float) -> tuple[float, float]:
    """By how much the model is always off on one side, as far as that is more than chance (drawn towards nothing as
    James and Stein do), and how far off it is beside that."""
    bias = float(errors.mean())
    chance = float(errors.var()) / apart
    shift = bias * max(0.0, 1 - chance / bias**2) if bias else 0.0
    return shift, float(np.sqrt(np.mean(np.square(errors - shift))))


@dataclass(frozen=True)
class _Stretch:
    series: Series
    windows: Windows
    begin: int
    scale: Scale

    def error(self, at: int, said: Floats) -> float | None:
        """By how much the stretch came out above what was said of it after ``at`` periods; None if unknown."""
        first = at + self.begin
        if not 0 <= first < len(self.windows.values):
            return None
        seen, center = self._bent(self.windows.values[first]), self.center(at, said)
        return None if center is None or np.isnan(seen) else seen - center

    def center(self, at: int, said: Floats) -> float | None:
        """What was to be expected of the stretch, on the scale, knowing ``at`` periods and what is ``said`` of those
        after them."""
        first, length = at + self.begin, self.windows.length
        if first < 0:
            return None
        whole = np.concatenate((self.series.values[:at], said))[first : first + length]
        together = self._together(whole)
        usual = self._usual(at)
        return None if together is None or usual is None else self._bent(together) + usual

    def _usual(self, at: int) -> float | None:
        """What a stretch is usually above what its periods make together."""
        length = self.windows.length
        found = []
        for first in range(max(0, at - length - RECENT + 1), at - length + 1):
            together = self._together(self.series.values[first : first + length])
            seen = self.windows.values[first] if first < len(self.windows.values) else np.nan
            if together is not None and not np.isnan(seen):
                found.append(self._bent(seen) - self._bent(together))
        return float(np.median(found)) if found else None

    def _together(self, values: Floats) -> float | None:
        known = values[~np.isnan(values)]
        if 2 * len(known) < len(values) or not len(known):
            return None
        return float(known.mean()) * (self.windows.length if self.windows.adds else 1)

    def _bent(self, value: float) -> float:
        return float(self.scale.bent(np.array([value]))[0])
