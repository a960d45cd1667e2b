"""A forecast of one series: the model that did best in the backtest, and intervals from its errors there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.forecasts.backtest import (
    Paths,
    Series,
    Trial,
    baseline_of,
    chosen,
    errors_of_choosing,
    expectations,
    needed,
    origins_of,
    trials,
    walk,
)
from crmeter.stats.forecasts.days import effects
from crmeter.stats.forecasts.intervals import LEVELS, Spread, measured, spread_of
from crmeter.stats.forecasts.library_models import LIBRARY
from crmeter.stats.forecasts.library_models import are_there as library_is_there
from crmeter.stats.forecasts.naive import OWN, Model
from crmeter.stats.forecasts.scales import Scale, fitting

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Forecast:
    """``expected`` of each period ahead (the median), ``bounds`` of each level, ``model`` and ``baseline`` as chosen by
    the ``trials`` at ``origins`` origins. ``covered`` says of each level how many values of the backtest lay inside,
    of how many. ``days`` are the groups of days that count."""

    expected: Floats
    bounds: Mapping[float, tuple[Floats, Floats]]
    model: str
    baseline: str
    trials: Sequence[Trial]
    origins: int
    covered: Mapping[float, tuple[int, int]]
    days: tuple[str, ...]
    scale: Scale
    spread: Spread


@dataclass(frozen=True)
class Refusal:
    """Why there is no forecast: too_short (with the periods that are ``needed`` and ``known``), or constant."""

    why: str
    needed: int = 0
    known: int = 0


def models(*, library: bool | None = None) -> dict[str, Model]:
    """The models there are: our own, and those of statsforecast where it is installed and wanted."""
    wanted = library_is_there() if library is None else library
    return {**OWN, **(LIBRARY if wanted else {})}


def refused(series: Series, ahead: int) -> Refusal | None:
    """Why a series cannot be forecast; None where it can."""
    known = series.values[~np.isnan(series.values)]
    if len(known) < needed(ahead) or len(origins_of(series, ahead)) < 2:
        return Refusal("too_short", needed(ahead), len(known))
    return Refusal("constant") if np.ptp(known[-needed(ahead) :]) == 0 else None


def forecast(
    series: Series,
    ahead: int,
    using: Mapping[str, Model],
    progress: Callable[[float], None] = lambda share: None,
) -> Forecast | Refusal:
    """Forecast ``ahead`` periods. The days of the series reach as far as the forecast."""
    if refusal := refused(series, ahead):
        return refusal
    paths = walk(series, ahead, using, origins_of(series, ahead, with_festivals=True), progress)
    return finished(series, ahead, using, paths)


def finished(series: Series, ahead: int, using: Mapping[str, Model], paths: Paths) -> Forecast | Refusal:
    """The forecast that follows from a backtest."""
    tried = trials(series, paths)
    n = len(series.values)
    scale = fitting(series.bound, series.values)
    if not tried:
        return Refusal("too_short", needed(ahead), int((~np.isnan(series.values)).sum()))
    name = chosen(tried)
    said = expectations(series, n, ahead, {name: using[name]}, scale)
    errors = errors_of_choosing(paths)
    spread = spread_of(errors, paths)
    if name not in said or spread is None:
        return Refusal("constant")
    center = said[name]
    bounds = {
        level: (scale.straight(center - half), scale.straight(center + half))
        for level, half in ((level, spread.half_width(level, series.days.unusual_in(n, ahead))) for level in LEVELS)
    }
    return Forecast(
        expected=scale.straight(center),
        bounds=bounds,
        model=name,
        baseline=baseline_of(tried),
        trials=tried,
        origins=len(paths.origins),
        covered={level: measured(errors, paths, level) for level in LEVELS},
        days=effects(scale.bent(series.values), series.season, series.days).names,
        scale=scale,
        spread=spread,
    )
