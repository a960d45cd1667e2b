"""The rolling-origin backtest: what each model would have said at earlier points, from what was known then alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.forecasts.days import Days, effects
from crmeter.stats.forecasts.naive import Model
from crmeter.stats.forecasts.scales import Bound, Scale, fitting

Floats = NDArray[np.float64]

BASELINES = ("seasonal_naive", "last")  # the first that can be used is what others have to beat
BETTER = 0.97  # of the baseline's error: less of an advantage may be luck of the choice
ORIGINS = 24
FEWEST_ORIGINS = 8
FEWEST_BEFORE = 8  # periods that a model has seen before it is asked for the first time
FESTIVALS = 2  # years whose festival seasons are gone back to, where one is forecast


@dataclass(frozen=True)
class Series:
    """What was seen: one value a period, NaN where it is not known; the length of the season in periods, what bounds
    the values, and the days of these periods and those ahead."""

    values: Floats
    season: int
    bound: Bound
    days: Days


@dataclass(frozen=True)
class Paths:
    """What the models said at each origin (the number of periods known then), up to ``ahead`` periods from it."""

    origins: tuple[int, ...]
    scales: tuple[Scale, ...]  # as chosen at each origin
    said: Mapping[str, Floats]  # model → origin × step, on the scale; NaN where the model could not tell
    seen: Floats  # origin × step: what came of it; NaN where that is not known (yet)
    unusual: NDArray[np.bool_]  # origin × step: whether a movable holiday plays a part in that period


def needed(ahead: int) -> int:
    """The periods with a value that a forecast of ``ahead`` periods needs.

    >>> needed(3)
    18
    """
    return FEWEST_BEFORE + FEWEST_ORIGINS + ahead - 1


def origins_of(series: Series, ahead: int, most: int = ORIGINS, *, with_festivals: bool = False) -> tuple[int, ...]:
    """The origins of the backtest, oldest first: the newest ``most`` that leave enough to learn from, two years and
    more where there are. ``with_festivals`` adds those just before the last festivals where one is forecast: what weeks
    of autumn err by says nothing of it."""
    n = len(series.values)
    known = np.cumsum(~np.isnan(series.values))
    two_years = 2 * series.season
    before = two_years if n - two_years >= FEWEST_ORIGINS + ahead - 1 else FEWEST_BEFORE
    fit = (known[:-1] >= FEWEST_BEFORE) & (known[:-1] < known[-1])
    there = (np.flatnonzero(fit[before - 1 :]) + before).tolist()
    newest, older = there[-most:], there[:-most]
    if not with_festivals or not series.days.unusual_in(n, ahead).any():
        return tuple(newest)
    recent = [at for at in older if n - at <= FESTIVALS * series.season and series.days.unusual_in(at, 1)[0]]
    return (*recent, *newest)


def expectations(series: Series, at: int, ahead: int, models: Mapping[str, Model], scale: Scale) -> dict[str, Floats]:
    """What models say of the ``ahead`` periods after the first ``at``, knowing those alone; on the scale. Those that
    cannot tell are left out. The naive baselines know nothing of days."""
    bent = scale.bent(series.values[:at])
    added = effects(bent, series.season, series.days).each
    coming = np.zeros(ahead)
    coming[: len(added[at : at + ahead])] = added[at : at + ahead]
    said = {}
    for name, model in models.items():
        plain = name in BASELINES
        found = model(bent if plain else bent - added[:at], series.season, ahead)
        if found is not None and np.isfinite(found).all():
            said[name] = found if plain else found + coming
    return said


def walk(
    series: Series,
    ahead: int,
    models: Mapping[str, Model],
    origins: Sequence[int],
    progress: Callable[[float], None] = lambda share: None,
) -> Paths:
    """Ask every model at every origin."""
    scales = tuple(fitting(series.bound, series.values[:at]) for at in origins)
    said = {name: np.full((len(origins), ahead), np.nan) for name in models}
    seen = np.full((len(origins), ahead), np.nan)
    unusual = np.array([series.days.unusual_in(at, ahead) for at in origins]).reshape(len(origins), ahead)
    for place, (at, scale) in enumerate(zip(origins, scales, strict=True)):
        for name, expected in expectations(series, at, ahead, models, scale).items():
            said[name][place] = expected
        after = series.values[at : at + ahead]
        seen[place, : len(after)] = after
        progress((place + 1) / len(origins))
    return Paths(tuple(origins), scales, said, seen, unusual)


@dataclass(frozen=True)
class Trial:
    """How one model did: its mean absolute error over all origins and steps, that error as a share of the baseline's,
    and the mean absolute scaled error (Hyndman and Koehler 2006): as a share of what the value of the year before (or
    the period before) errs by from one period to the next within what was known."""

    model: str
    mean_error: float
    against_baseline: float
    mase: float | None
    forecasts: int


def trials(series: Series, paths: Paths) -> list[Trial]:
    """How each model did that could tell at every origin, the best first."""
    errors = {name: absolute_errors(paths, name) for name in paths.said}
    whole = {name: e for name, e in errors.items() if not np.isnan(paths.said[name]).any()}
    baseline = next((name for name in BASELINES if name in whole), None)
    if baseline is None:
        return []
    base = float(np.nanmean(whole[baseline]))
    scale = _naive_error(series.values[: paths.origins[0]], series.season if baseline == BASELINES[0] else 1)
    found = []
    for name, error in whole.items():
        mean = float(np.nanmean(error))
        against = mean / base if base > 0 else (1.0 if mean == 0 else np.inf)
        found.append(Trial(name, mean, against, mean / scale if scale else None, int((~np.isnan(error)).sum())))
    return sorted(found, key=lambda trial: (trial.mean_error, trial.model not in BASELINES))


def baseline_of(found: Sequence[Trial]) -> str:
    """The naive model that others were held against."""
    there = {trial.model for trial in found}
    return next(name for name in BASELINES if name in there)


def chosen(found: Sequence[Trial]) -> str:
    """The best model; the naive one where none beats it clearly."""
    return found[0].model if found[0].against_baseline < BETTER else baseline_of(found)


def errors_of(paths: Paths, model: str) -> Floats:
    """Origin × step, on the scale: what came less what the model said; NaN where what came is not known."""
    rows = [scale.bent(seen) for scale, seen in zip(paths.scales, paths.seen, strict=True)]
    return np.asarray(np.array(rows) - paths.said[model])


def errors_of_choosing(paths: Paths) -> Floats:
    """Origin × step, on the scale: the errors of the whole procedure, choice of the model included. At each origin they
    are those of the model that the other origins would have chosen. The errors of the model that did best on all of
    them are too small, the more so the more models there are and the fewer origins (Stone 1974; Varma and Simon
    2006)."""
    names = [name for name, said in paths.said.items() if not np.isnan(said).any()]
    apart = np.array([absolute_errors(paths, name) for name in names])
    sums, counts = np.nansum(apart, axis=2), (~np.isnan(apart)).sum(axis=2)
    others = sums.sum(axis=1, keepdims=True) - sums
    means = others / np.maximum(counts.sum(axis=1, keepdims=True) - counts, 1)  # of each model without each origin
    baseline = names.index(next(name for name in BASELINES if name in names))
    best = means.argmin(axis=0)
    clearly = means.min(axis=0) < BETTER * means[baseline]
    errors = np.array([errors_of(paths, name) for name in names])
    return np.asarray(errors[np.where(clearly, best, baseline), np.arange(len(paths.origins))])


def absolute_errors(paths: Paths, model: str) -> Floats:
    """Origin × step, in the unit of the series; NaN where what came is not known."""
    rows = [scale.straight(row) for scale, row in zip(paths.scales, paths.said[model], strict=True)]
    return np.asarray(np.abs(paths.seen - np.array(rows)))


def _naive_error(values: Floats, season: int) -> float | None:
    apart = np.abs(values[season:] - values[:-season]) if len(values) > season else np.array([])
    apart = apart[~np.isnan(apart)]
    return float(apart.mean()) if len(apart) and apart.mean() > 0 else None
