"""Intervals of a forecast, from the errors that its model made in the backtest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.forecasts.backtest import Paths

Floats = NDArray[np.float64]

LEVELS = (0.8, 0.95)
TAIL = 0.9
PRIOR = 2.0
MOST = 6.0  # times the usual standard error that a holiday makes it at most


@dataclass(frozen=True)
class Spread:
    """How far off a model was: the standard error of each step, on the scale; how many times that it is in periods that
    a movable holiday plays a part in; the errors of all steps, each divided by its standard error; and from how many
    origins that is known."""

    steps: Floats
    unusual: float
    errors: Floats
    known_from: int

    def standard_errors(self, unusual: NDArray[np.bool_]) -> Floats:
        """The standard error of each step."""
        return np.asarray(self.steps * np.where(unusual, self.unusual, 1.0))

    def half_width(self, level: float, unusual: NDArray[np.bool_]) -> Floats:
        """Half the width of the interval of each step."""
        return reach(self, level) * self.standard_errors(unusual)


def spread_of(paths: Paths, model: str) -> Spread | None:
    """The spread of a model's errors; None where fewer than two are known or all are nothing.

    The variance is a straight line of the step that does not fall: of far steps few errors are known.
    """
    errors = np.array([
        scale.bent(seen) - said for scale, seen, said in zip(paths.scales, paths.seen, paths.said[model], strict=True)
    ])  # fmt: skip
    known = ~np.isnan(errors)
    first = int(known[:, 0].sum())
    if first < 2 or not np.nansum(errors**2) > 0:
        return None
    times = _times(errors, known, paths.unusual)
    errors = errors / np.where(paths.unusual, times, 1.0)
    counts = known.sum(axis=0)
    squares = np.where(counts > 0, np.nansum(errors**2, axis=0) / np.maximum(counts, 1), np.nan)
    steps = np.sqrt(_line(squares, counts))
    return Spread(steps, times, (errors / steps)[known], first)


def _times(errors: Floats, known: NDArray[np.bool_], unusual: NDArray[np.bool_]) -> float:
    """How many times the standard error is in unusual periods: at least once, drawn towards once by PRIOR errors."""
    here, there = errors[known & unusual], errors[known & ~unusual]
    usual = float(np.mean(there**2)) if len(there) else 0.0
    if not len(here) or usual <= 0:
        return 1.0
    own = (float(np.sum(here**2)) / usual + PRIOR) / (len(here) + PRIOR)
    return float(np.sqrt(min(max(own, 1.0), MOST**2)))


def _line(squares: Floats, counts: NDArray[np.int64]) -> Floats:
    """a + b × step with a > 0 and b ≥ 0, fitted with the counts as weights."""
    steps = np.arange(len(squares), dtype=float)
    there = counts > 0
    flat = float(np.average(squares[there], weights=counts[there]))
    if there.sum() < 2:
        return np.full(len(squares), flat)
    b, a = np.polyfit(steps[there], squares[there], 1, w=np.sqrt(counts[there]))
    if b <= 0:
        return np.full(len(squares), flat)
    if a <= 0.1 * flat:
        a = 0.1 * flat
        weights, along = counts[there], steps[there]
        b = max(0.0, float(np.sum(weights * along * (squares[there] - a)) / np.sum(weights * along**2)))
    return np.asarray(a + b * steps)


def reach(spread: Spread, level: float) -> float:
    """How many standard errors the interval of a level reaches: as far as that share of the model's own errors did, one
    origin more than there were being counted, and widened for what those errors themselves are uncertain: √(1 + 1/n).

    Beyond nine in ten they are too few to show the tail: there it is no nearer than Student's t says, and widened by
    two parts in the number of origins, for the model was chosen by the same errors.
    """
    from scipy.stats import t

    origins = spread.known_from
    own = float(np.quantile(np.abs(spread.errors), min(1.0, level * (1 + 1 / origins))))
    if level < TAIL:
        return own * float(np.sqrt(1 + 1 / origins))
    return max(own, float(t.ppf((1 + level) / 2, origins - 1))) * (1 + 2 / origins)


def measured(paths: Paths, model: str, level: float) -> tuple[int, int]:
    """How many values of the backtest lay in the interval, and of how many; the spread of each origin comes from the
    others."""
    inside = of = 0
    for place in range(len(paths.origins)):
        spread = spread_of(without(paths, place), model)
        if spread is None:
            continue
        seen = paths.scales[place].bent(paths.seen[place])
        apart = np.abs(seen - paths.said[model][place])
        known = ~np.isnan(apart)
        inside += int((apart[known] <= spread.half_width(level, paths.unusual[place])[known] + 1e-12).sum())
        of += int(known.sum())
    return inside, of


def without(paths: Paths, place: int) -> Paths:
    """The paths of all origins but one."""
    kept = [i for i in range(len(paths.origins)) if i != place]
    return only(paths, kept)


def only(paths: Paths, places: Sequence[int]) -> Paths:
    """The paths of some origins."""
    return Paths(
        tuple(paths.origins[i] for i in places),
        tuple(paths.scales[i] for i in places),
        {name: said[list(places)] for name, said in paths.said.items()},
        paths.seen[list(places)],
        paths.unusual[list(places)],
    )
