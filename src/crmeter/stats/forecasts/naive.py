"""Models of our own, in numpy: the naive ones every other model has to beat, and exponential smoothing.

Each takes a series on its scale (NaN is a gap), the length of the season and how many periods ahead, and gives the
expected values; None where the series is too short for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Model = Callable[[Floats, int, int], Floats | None]

WEIGHTS = np.array([0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0])  # of the newest value, that smoothing tries
SLOPE_WEIGHTS = np.array([0.05, 0.15, 0.3, 0.5])
FADING = 0.9
FEWEST = 4


def last(z: Floats, season: int, ahead: int) -> Floats | None:
    """The last value, for ever."""
    known = z[~np.isnan(z)]
    return np.full(ahead, known[-1]) if len(known) else None


def seasonal_naive(z: Floats, season: int, ahead: int) -> Floats | None:
    """The value of the same part of the year before."""
    if season < 2 or len(z) < season:
        return None
    year = z[-season:].copy()
    if len(z) >= 2 * season:
        year = np.where(np.isnan(year), z[-2 * season : -season], year)
    return None if np.isnan(year).any() else np.asarray(year[np.arange(ahead) % season])


def mean(z: Floats, season: int, ahead: int) -> Floats | None:
    """The mean of the last year."""
    known = z[-max(season, FEWEST) :]
    known = known[~np.isnan(known)]
    return np.full(ahead, known.mean()) if len(known) >= FEWEST else None


def seasonal_growth(z: Floats, season: int, ahead: int) -> Floats | None:
    """The same part of the year before, moved by what the last year grew."""
    year = seasonal_naive(z, season, season)
    if year is None or len(z) < 2 * season:
        return None
    grown = z[-season:] - z[-2 * season : -season]
    grown = grown[~np.isnan(grown)]
    if len(grown) < season // 2:
        return None
    years = 1 + np.arange(ahead) // season
    return np.asarray(year[np.arange(ahead) % season] + years * grown.mean())


def smoothed(z: Floats, season: int, ahead: int) -> Floats | None:
    """Simple exponential smoothing; the weight is the one that would have erred least."""
    level = _level(z)
    return None if level is None else np.full(ahead, level)


def smoothed_trend(z: Floats, season: int, ahead: int) -> Floats | None:
    """Smoothing with half the slope of the straight line through the last two years (the theta method)."""
    level = _level(z)
    recent = z[-2 * max(season, FEWEST) :]
    places = np.flatnonzero(~np.isnan(recent))
    if level is None or len(places) < 2 * FEWEST:
        return None
    slope = np.polyfit(places.astype(float), recent[places], 1)[0]
    return np.asarray(level + slope / 2 * np.arange(1, ahead + 1))


def damped_trend(z: Floats, season: int, ahead: int) -> Floats | None:
    """Smoothing of a level and of its slope (Holt), the slope fading by a tenth a period; all weights at once."""
    known = z[~np.isnan(z)]
    if len(known) < 2 * FEWEST:
        return None
    levels, slopes = (grid.ravel() for grid in np.meshgrid(WEIGHTS, SLOPE_WEIGHTS))
    level = np.full(len(levels), known[:FEWEST].mean())
    slope = np.full(len(levels), (known[FEWEST : 2 * FEWEST].mean() - known[:FEWEST].mean()) / FEWEST)
    squares = np.zeros(len(levels))
    for value in known[1:]:
        expected = level + FADING * slope
        error = value - expected
        squares += error * error
        level = expected + levels * error
        slope = FADING * slope + levels * slopes * error
    best = int(np.argmin(squares))
    return np.asarray(level[best] + slope[best] * np.cumsum(FADING ** np.arange(1, ahead + 1)))


def seasonal(model: Model) -> Model:
    """``model`` on the series without its season, to which the season is added again."""

    def with_season(z: Floats, season: int, ahead: int) -> Floats | None:
        pattern = season_of(z, season)
        if pattern is None:
            return None
        found = model(z - pattern[np.arange(len(z)) % season], season, ahead)
        return None if found is None else found + pattern[(len(z) + np.arange(ahead)) % season]

    return with_season


def season_of(z: Floats, season: int) -> Floats | None:
    """What each part of the year is above or below the rest, summing to 0; None with less than two years.

    Parts that differ no more than chance explains are drawn together (empirical Bayes); a long season, such as that of
    weeks, is a few waves instead of a number for each part.
    """
    return None if season < 2 or len(z) < 2 * season else _season_of(z.tobytes(), season)


@lru_cache(maxsize=4)  # several models ask for the same series one after the other
def _season_of(values: bytes, season: int) -> Floats | None:
    z = np.frombuffer(values)
    apart = z - trend_of(z, season)
    known = ~np.isnan(apart)
    if known.sum() < 1.5 * season:
        return None
    part = np.arange(len(z)) % season
    if season > 12:
        found = _waves(apart[known], part[known], season)
        return np.asarray(found - found.mean())
    means = np.array([apart[known & (part == p)].mean() if (known & (part == p)).any() else 0.0 for p in range(season)])
    counts = np.array([max((known & (part == p)).sum(), 1) for p in range(season)])
    rest = apart[known] - means[part[known]]
    free = max(len(rest) - season, 1)
    noise = float(rest @ rest) / free / counts.mean()
    spread = float(np.var(means, ddof=1))
    kept = max(0.0, 1 - noise / spread) if spread > 0 else 0.0
    return np.asarray((means - means.mean()) * kept)


def trend_of(z: Floats, season: int) -> Floats:
    """The mean of the year around each period; at the ends a straight line through the nearest year and a half."""
    half, n = season // 2, len(z)
    weights = np.ones(2 * half + 1)
    weights[[0, -1]] = 0.5 if season % 2 == 0 else 1.0
    held, there = np.nan_to_num(z), (~np.isnan(z)).astype(float)
    sums, counts = np.convolve(held, weights, "same"), np.convolve(there, weights, "same")
    found = np.where(counts > 0, sums / np.maximum(counts, 1e-9), np.nan)
    span = min(n, 3 * half + 2)
    for edge, inside in ((slice(0, half), slice(0, span)), (slice(n - half, n), slice(n - span, n))):
        places = np.arange(n)[inside]
        known = places[~np.isnan(z[places])]
        if len(known) > 2:
            # through whole years alone would be unbiased; over a year and a half the season nearly cancels
            found[edge] = np.polyval(np.polyfit(known, z[known], 1), np.arange(n)[edge])
    return np.asarray(found)


def _waves(apart: Floats, part: NDArray[np.int64], season: int) -> Floats:
    """Sines and cosines of up to six waves a year, as many as the corrected Akaike criterion wants."""
    best, chosen = np.inf, np.zeros(season)
    for waves in range(7):
        design, every = (fourier(places, season, waves) for places in (part, np.arange(season)))
        solved = np.linalg.lstsq(design, apart, rcond=None)[0]
        rest = apart - design @ solved
        judged = akaike(float(rest @ rest), len(apart), design.shape[1])
        if judged < best:
            best, chosen = judged, every @ solved
    return np.asarray(chosen)


def fourier(places: NDArray[np.int64], season: int, waves: int) -> Floats:
    """A constant and the sines and cosines of 1 to ``waves`` waves a season."""
    angles = 2 * np.pi * np.outer(places, np.arange(1, waves + 1)) / season
    return np.hstack((np.ones((len(places), 1)), np.sin(angles), np.cos(angles)))


def akaike(squares: float, n: int, parameters: int) -> float:
    """The corrected Akaike criterion of a least-squares fit; infinite where the data do not carry it."""
    free = n - parameters - 2
    if free <= 0 or squares <= 0:
        return np.inf
    return float(n * np.log(squares / n) + 2 * (parameters + 1) * n / free)


def _level(z: Floats) -> float | None:
    """Where the series stands at its end: all weights at once, the one with the least squared one-step error."""
    known = z[~np.isnan(z)]
    return None if len(known) < FEWEST else _level_of(known.tobytes())


@lru_cache(maxsize=4)
def _level_of(values: bytes) -> float:
    known = np.frombuffer(values)
    level = np.full(len(WEIGHTS), known[:FEWEST].mean())
    squares = np.zeros(len(WEIGHTS))
    for value in known[1:]:
        error = value - level
        squares += error * error
        level = level + WEIGHTS * error
    return float(level[int(np.argmin(squares))])


OWN: dict[str, Model] = {
    "last": last,
    "seasonal_naive": seasonal_naive,
    "mean": mean,
    "seasonal_growth": seasonal_growth,
    "smoothed": smoothed,
    "smoothed_trend": smoothed_trend,
    "damped_trend": damped_trend,
    "seasonal_smoothed": seasonal(smoothed),
    "seasonal_trend": seasonal(smoothed_trend),
}
