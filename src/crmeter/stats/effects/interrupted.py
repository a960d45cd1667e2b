"""Interrupted series: what one series became, against what it would have become by its own past.

The past is read as: constant + outside series × coefficients + seasonal pattern + trend + noise, which fades (AR(1)) or
stands beside a level that wanders. How strong each part is nobody knows: a grid of strengths is weighed by how well
each foretells the past (marginal likelihood; the coefficients and the size of the noise are integrated out exactly).
So the expected mean after the start is a finite mixture of Student-t: nothing is drawn, and the same series has the
same interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.effects.effect import LEVEL, Caution, Effect, Method, Path, Placebo, Refusal

Floats = NDArray[np.float64]
Strengths = tuple[tuple[float, float], ...]  # (strength, its weight beforehand)

LEAST_BEFORE = 12  # periods, and twice the number of coefficients
_METHOD = Method.INTERRUPTED_SERIES


def _none_or(none: float, *strengths: float) -> Strengths:
    """A part is not there with chance ``none``, else any of these strengths is as likely."""
    return ((0.0, none), *((strength, (1 - none) / len(strengths)) for strength in strengths))


# Weights and a width under which an interval holds what it promises whichever of these the noise is, not only on
# average over them (matching: Datta and Mukerjee 2004). A level that wanders often looks like noise that fades, and is
# then read with too much confidence; where it is seen to wander, the interval is WIDER to make up for that. Both were
# chosen on made-up series: noise that is white, fades, wanders alone or beside noise, with seasons, with a trend. How
# they do on others is measured by benchmarks/studies/effects.py.
WHITE, FADES, WANDERS, WALKS = 0.32, 0.26, 0.18, 0.24
WIDER = 1.1
FADING = (0.2, 0.4, 0.6, 0.8)  # correlation with the period before
WANDERING = (0.2**2, 0.4**2, 0.8**2, 2.0**2)  # variance of a step ÷ that of the noise
WALK = 8.0**2  # the same of a level beside which there is next to no noise
SEASONAL = _none_or(0.85, 1.0, 10.0)  # variance of a season's mean ÷ that of the noise
TREND = _none_or(0.97, 1.0, 10.0)  # the same of the rise over half the past


def _noises() -> list[tuple[float, float, float]]:
    """(fading, wandering, weight): neither, or one of them in some strength."""
    fading = [(strength, 0.0, FADES / len(FADING)) for strength in FADING]
    wandering = [(0.0, strength, WANDERS / len(WANDERING)) for strength in WANDERING]
    return [(0.0, 0.0, WHITE), *fading, *wandering, (0.0, WALK, WALKS)]


@dataclass(frozen=True)
class Interrupted:
    """A series whose first ``before`` values lie before the start; ``outside`` series (periods × series) that what was
    done cannot have touched; ``season`` values make a cycle (0: none). The ``skipped`` values right after the start,
    when the change was being made, are not looked at."""

    values: Floats
    before: int
    season: int = 0
    outside: Floats | None = None
    skipped: int = 0

    @property
    def first(self) -> int:
        """The place of the first value that counts as after."""
        return self.before + self.skipped

    @property
    def after(self) -> int:
        return len(self.values) - self.first

    def cut(self, start: int, after: int) -> Interrupted:
        """As if something had begun at ``start``, looked at for so many periods."""
        end = start + after
        return Interrupted(self.values[:end], start, self.season, None if self.outside is None else self.outside[:end])

    def earlier(self, start: int) -> Interrupted:
        """As if something had begun at ``start``, for as long as it did or until it did."""
        return self.cut(start, min(self.before - start, self.after))


@dataclass(frozen=True)
class _Mixture:
    """Student-t with ``df`` degrees of freedom each: where, how wide, how likely."""

    centres: Floats
    widths: Floats
    weights: Floats
    df: int

    def below(self, value: float) -> float:
        from scipy.special import stdtr  # a tenth of a second to import

        return float(self.weights @ stdtr(self.df, (value - self.centres) / self.widths))

    def quantile(self, chance: float) -> float:
        """The value that is not exceeded with a chance."""
        from scipy.optimize import brentq

        low = float((self.centres - 60 * self.widths).min())
        high = float((self.centres + 60 * self.widths).max())
        return float(brentq(lambda value: self.below(value) - chance, low, high, xtol=1e-10))

    @property
    def mean(self) -> float:
        return float(self.weights @ self.centres)


def interrupted_series(series: Interrupted, level: float = LEVEL, *, in_time: bool = True) -> Effect:
    """The effect on the mean of the periods after the start; ``in_time`` holds it against earlier starts, and
    tells what was to be expected period by period.

    Refused where the past is too short, does not vary, or where the method finds effects in it that nobody made.
    """
    sizes = {"before": series.before, "after": series.after, "series": _coefficients(series) - 1}
    if series.before < least_before(series):
        return Effect.refused(_METHOD, Refusal.TOO_FEW_PERIODS, level=level, n=sizes)
    past = series.values[: series.before]
    if float(past.std()) <= 1e-9 * max(1.0, float(np.abs(past).max())):
        return Effect.refused(_METHOD, Refusal.NO_VARIATION, level=level, n=sizes)
    found = _effect(series, level, sizes, with_path=in_time)
    if series.season > 1 and series.before < 2 * series.season:
        found = found.noting(Caution.SEASON_UNSEEN)
    return _with_time(found, series, level) if in_time else found


def least_before(series: Interrupted) -> int:
    """How many periods before the start it takes."""
    return max(LEAST_BEFORE, 2 * (_coefficients(series) + 2))


def _coefficients(series: Interrupted) -> int:
    return 1 + (0 if series.outside is None else series.outside.shape[1])


def _effect(series: Interrupted, level: float, sizes: dict[str, int], *, with_path: bool) -> Effect:
    before = series.before
    middle, spread = float(series.values[:before].mean()), float(series.values[:before].std())
    scaled = (series.values - middle) / spread
    past = _read(series, scaled)
    mixture = past.ahead(slice(series.first, None))
    tail = (1 - level) / 2
    seen = float(scaled[series.first :].mean())
    lowest, expected, highest = mixture.quantile(tail), mixture.mean, mixture.quantile(1 - tail)
    below = mixture.below(seen)
    found = Effect(
        _METHOD,
        (seen - expected) * spread,
        (seen - highest) * spread,
        (seen - lowest) * spread,
        2 * min(below, 1 - below),
        level,
        sizes,
        expected * spread + middle,
        path=_path(series, past, middle, spread, tail) if with_path else None,
    )
    return found.noting(Caution.PERSISTENT_NOISE) if past.staying > 0.5 else found


def _with_time(found: Effect, series: Interrupted, level: float) -> Effect:
    """The same method at earlier starts. What it finds there is noise, or it does not understand the series."""
    starts = placebo_starts(series)
    if not starts:
        return found.noting(Caution.FEW_PLACEBOS)
    effects = [interrupted_series(series.earlier(start), level, in_time=False) for start in starts]
    known = [(e.estimate, e.p) for e in effects if e.estimate is not None and e.p is not None]
    least = min((p for _, p in known), default=1.0)
    joint = 1 - (1 - least) ** len(known) if known else None  # Šidák: the most surprising of several
    placebo = Placebo("time", tuple(estimate for estimate, _ in known), joint)
    found = Effect(**{**found.__dict__, "placebos": (*found.placebos, placebo)})
    return found.but(Refusal.PLACEBO_IN_TIME) if joint is not None and joint < 0.01 else found


def placebo_starts(series: Interrupted, at_most: int = 3) -> list[int]:
    """Earlier starts whose windows do not overlap, the latest first, each with enough before it."""
    least = max(least_before(series), 2 * series.season, series.before // 2)
    latest = range(series.before - series.after, least - 1, -series.after)
    return list(latest)[:at_most]


def _path(series: Interrupted, past: _Past, middle: float, spread: float, tail: float) -> Path:
    """What was to be expected period by period; before the start what was seen itself is the expectation."""
    from scipy.special import stdtrit

    seen = series.values[: series.before].tolist()
    expected, low, high = list(seen), list(seen), list(seen)
    for period in range(series.before, len(series.values)):
        mixture = past.ahead(slice(period, period + 1))
        around = float(mixture.weights @ (mixture.widths**2 + (mixture.centres - mixture.mean) ** 2)) ** 0.5
        reach = float(stdtrit(mixture.df, 1 - tail)) * around
        for values, value in ((expected, 0.0), (low, -reach), (high, reach)):
            values.append((mixture.mean + value) * spread + middle)
    return Path(tuple(series.values.tolist()), tuple(expected), series.before, tuple(low), tuple(high))


@dataclass(frozen=True)
class _Model:
    """The grid of strengths: covariances of all periods, what takes those of the past to white noise, weights."""

    covariance: Floats
    whitening: Floats
    log_roots: Floats  # log of the root of each determinant
    log_weights: Floats
    stays: NDArray[np.bool_]


@lru_cache(maxsize=4)
def _model(length: int, before: int, season: int) -> _Model:
    """The grid for series of a length: the same for all of them."""
    seasonal = SEASONAL if season > 1 else ((0.0, 1.0),)
    grid = [(*noise, *s, *r) for noise, s, r in product(_noises(), seasonal, TREND)]
    time = np.arange(length)
    apart = np.abs(time[:, None] - time)
    together = np.minimum.outer(time + 1.0, time + 1.0)
    same_season = (apart % season == 0).astype(float) if season > 1 else np.zeros((length, length))
    slope = (time - (before - 1) / 2) / (before / 2)
    rising = np.outer(slope, slope)
    covariance = np.array(
        [
            (fading**apart if fading else np.eye(length)) + wander * together + pattern * same_season + trend * rising
            for fading, wander, _, pattern, _, trend, _ in grid
        ]
    )
    roots = np.linalg.cholesky(covariance[:, :before, :before])
    return _Model(
        covariance,
        np.linalg.inv(roots),
        np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1),
        np.array([np.log(row[2] * row[4] * row[6]) for row in grid]),
        np.array([row[1] > 0 for row in grid]),
    )


@dataclass(frozen=True)
class _Past:
    """What each strength of the grid makes of the past; ``staying`` is how likely noise is that stays."""

    model: _Model
    regressors: Floats
    design: Floats  # regressors and what is left of the values, whitened
    left: Floats
    gram: Floats
    fitted: Floats
    sizes: Floats  # variance of the noise
    weights: Floats
    df: int

    @property
    def staying(self) -> float:
        return float(self.weights[self.model.stays].sum())

    def ahead(self, periods: slice) -> _Mixture:
        """The expected mean of some periods after the start."""
        before = self.design.shape[1]
        towards = self.model.covariance[:, :before, periods].mean(axis=2)
        own = self.model.covariance[:, periods, periods].mean(axis=(1, 2))
        link = np.matmul(self.model.whitening, towards[:, :, None])[:, :, 0]
        mean = self.regressors[periods].mean(axis=0)
        lever = mean - np.einsum("gni,gn->gi", self.design, link)
        centres = self.fitted @ mean + np.einsum("gn,gn->g", link, self.left)
        variance = own - np.einsum("gn,gn->g", link, link)
        variance += np.einsum("gi,gi->g", lever, np.linalg.solve(self.gram, lever[:, :, None])[:, :, 0])
        widths = np.sqrt(np.maximum(self.sizes * variance, 1e-300)) * np.where(self.model.stays, WIDER, 1.0)
        likely = self.weights > 1e-9
        weights = self.weights[likely] / self.weights[likely].sum()
        return _Mixture(centres[likely], widths[likely], weights, self.df)


def _read(series: Interrupted, scaled: Floats) -> _Past:
    """The past under every strength of the grid, weighed by how well each foretells it."""
    before = series.before
    model = _model(len(scaled), before, series.season)
    regressors = _regressors(series)
    count = regressors.shape[1]
    whitened = model.whitening @ np.column_stack([regressors[:before], scaled[:before]])
    design, values = whitened[:, :, :count], whitened[:, :, count]
    gram = np.einsum("gni,gnj->gij", design, design)
    fitted = np.linalg.solve(gram, np.einsum("gni,gn->gi", design, values)[:, :, None])[:, :, 0]
    left = values - np.einsum("gni,gi->gn", design, fitted)
    squares = np.einsum("gn,gn->g", left, left)
    df = before - count
    chances = model.log_weights - model.log_roots - 0.5 * np.linalg.slogdet(gram)[1] - df / 2 * np.log(squares)
    weights = np.exp(chances - chances.max())
    return _Past(model, regressors, design, left, gram, fitted, squares / df, weights / weights.sum(), df)


def _regressors(series: Interrupted) -> Floats:
    """A constant and the outside series, which have a coefficient each of which nothing is known beforehand."""
    ones = np.ones((len(series.values), 1))
    if series.outside is None:
        return ones
    past = series.outside[: series.before]
    spread = past.std(axis=0)
    return np.column_stack([ones, (series.outside - past.mean(axis=0)) / np.where(spread > 0, spread, 1.0)])
