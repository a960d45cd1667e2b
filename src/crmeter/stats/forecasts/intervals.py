"""Intervals of a forecast, from the errors that the procedure made in the backtest.

They rest on four things. The errors are out of sample, and those of the whole procedure: a model that was chosen for
its small errors errs more than they say (``errors_of_choosing``). Newer errors weigh more, FADING a period (RiskMetrics
1996), since companies grow and change. How far a standard error reaches is Student's t, with the degrees of freedom
that the weights leave and that errors which overlap leave: of one forecast three periods ahead and the next one two
periods are the same (Satterthwaite 1946; Harvey, Leybourne and Newbold 1997). In the tail it is no nearer than as far
as the errors themselves did reach, one more being counted than there were (conformal prediction: Vovk et al. 2005); so
that it holds if either the errors are normal or the future is as the past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.distributions import student_t_quantile
from crmeter.stats.forecasts.backtest import Paths

Floats = NDArray[np.float64]

LEVELS = (0.8, 0.95)
TAIL = 0.9  # from here on few errors are out there, and normal tails may be too short
FADING = 0.94  # what an error weighs beside that of a period later
PRIOR = 2.0
MOST = 6.0  # times the usual standard error that a holiday makes it at most


@dataclass(frozen=True)
class Spread:
    """How far off forecasts were: the standard error of each step, on the scale, and the degrees of freedom from which
    it is known; how many times that it is in periods that a movable holiday plays a part in; the errors of all steps,
    each divided by its standard error; and from how many origins that is known."""

    steps: Floats
    freedom: Floats
    unusual: float
    errors: Floats
    known_from: int

    def standard_errors(self, unusual: NDArray[np.bool_]) -> Floats:
        """The standard error of each step."""
        return np.asarray(self.steps * np.where(unusual, self.unusual, 1.0))

    def half_width(self, level: float, unusual: NDArray[np.bool_]) -> Floats:
        """Half the width of the interval of each step."""
        return np.asarray(reach(self, level) * self.standard_errors(unusual))


def spread_of(errors: Floats, paths: Paths, *, fading: float = FADING) -> Spread | None:
    """The spread of errors (origin × step) in the backtest; None where fewer than two are known or all are nothing.

    The variance is a straight line of the step that does not fall: of far steps few errors are known.
    """
    known = ~np.isnan(errors)
    first = known[:, 0]
    if first.sum() < 2 or not np.nansum(errors**2) > 0:
        return None
    times = _times(errors, known, paths.unusual)
    errors = errors / np.where(paths.unusual, times, 1.0)
    origins = np.array(paths.origins)
    weights = fading ** (origins[-1] - origins).astype(float)
    counts = known.sum(axis=0)
    heavy = np.where(known, weights[:, None], 0.0)
    sums = heavy.sum(axis=0)
    squares = np.where(counts > 0, np.nansum(heavy * errors**2, axis=0) / np.maximum(sums, 1e-300), np.nan)
    steps = np.sqrt(_line(squares, counts))
    freedom = _freedom(weights[first], origins[first], errors.shape[1])
    return Spread(steps, freedom, times, (errors / steps)[known], int(first.sum()))


def _freedom(weights: Floats, origins: NDArray[np.int64], ahead: int) -> Floats:
    """The degrees of freedom of a weighted mean of squares whose errors of h steps are alike as far as they overlap:
    r = 1 − distance/h, as those of a random walk are."""
    apart = np.abs(origins[:, None] - origins[None, :])
    pairs = weights[:, None] * weights[None, :]
    alike = [np.maximum(0.0, 1 - apart / step) for step in range(1, ahead + 1)]
    return np.array([weights.sum() ** 2 / float((pairs * r * r).sum()) for r in alike])


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


def reach(spread: Spread, level: float) -> Floats:
    """How many standard errors the interval of a level reaches at each step."""
    normal = np.array([student_t_quantile((1 + level) / 2, freedom) for freedom in spread.freedom.tolist()])
    if level < TAIL:
        return normal
    own = float(np.quantile(np.abs(spread.errors), min(1.0, level * (1 + 1 / spread.known_from))))
    return np.asarray(np.maximum(normal, own))


def measured(errors: Floats, paths: Paths, level: float) -> tuple[int, int]:
    """How many errors of the backtest lay in the interval, and of how many; the spread of each origin comes from the
    others."""
    inside = of = 0
    for place in range(len(paths.origins)):
        others = [i for i in range(len(paths.origins)) if i != place]
        spread = spread_of(errors[others], only(paths, others))
        if spread is None:
            continue
        known = ~np.isnan(errors[place])
        half = spread.half_width(level, paths.unusual[place])
        inside += int((np.abs(errors[place])[known] <= half[known] + 1e-12).sum())
        of += int(known.sum())
    return inside, of


def only(paths: Paths, places: Sequence[int]) -> Paths:
    """The paths of some origins."""
    return Paths(
        tuple(paths.origins[i] for i in places),
        tuple(paths.scales[i] for i in places),
        {name: said[list(places)] for name, said in paths.said.items()},
        paths.seen[list(places)],
        paths.unusual[list(places)],
    )
