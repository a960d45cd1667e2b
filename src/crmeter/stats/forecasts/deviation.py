"""How far one value lies from what was expected of it, and how often chance alone would bring it there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.forecasts.backtest import (
    Series,
    chosen,
    errors_of,
    expectations,
    needed,
    origins_of,
    trials,
    walk,
)
from crmeter.stats.forecasts.intervals import spread_of
from crmeter.stats.forecasts.naive import Model
from crmeter.stats.forecasts.scales import fitting

Floats = NDArray[np.float64]

#: Degrees of freedom of the errors' distribution: with so few its tails are heavier than the normal's, as those of
#: KPIs are. The study of false alarms in benchmarks/results/studies/alerts.json holds it to the budget.
FREEDOM = 6


@dataclass(frozen=True)
class Deviation:
    """What was ``expected`` of each period after an origin with the interval that chance alone leaves with the
    probability asked for, the value that came, its distance in standard errors (NaN where there is no value), and the
    probability of a distance as large."""

    model: str
    expected: Floats
    low: Floats
    high: Floats
    values: Floats
    distances: Floats

    def p(self, step: int = 0) -> float:
        """The probability that chance alone brings a value as far off."""
        from scipy.stats import t

        return float(2 * t.sf(abs(self.distances[step]), FREEDOM))


def deviation(series: Series, at: int, ahead: int, using: Mapping[str, Model], alpha: float) -> Deviation | None:
    """How far the ``ahead`` values from place ``at`` on lie from what the ``at`` before them led to expect.

    None where those are too few, or never changed.
    """
    from scipy.stats import t

    past = Series(series.values[:at], series.season, series.bound, series.days)
    known = past.values[~np.isnan(past.values)]
    if len(known) < needed(1) or np.ptp(known[-needed(1) :]) == 0:
        return None
    paths = walk(past, 1, using, origins_of(past, 1))
    tried = trials(past, paths)
    spread = spread_of(errors_of(paths, chosen(tried)), paths, fading=1.0) if tried else None
    if spread is None:
        return None
    model = chosen(tried)
    scale = fitting(series.bound, past.values)
    center = expectations(series, at, ahead, {model: using[model]}, scale).get(model)
    if center is None:
        return None
    errors = spread.standard_errors(series.days.unusual_in(at, ahead))[0] * np.sqrt(np.arange(1, ahead + 1))
    if (errors <= 0).any():
        return None
    reach = float(t.ppf(1 - alpha / 2, FREEDOM))
    values = np.full(ahead, np.nan)
    coming = series.values[at : at + ahead]
    values[: len(coming)] = coming
    return Deviation(
        model,
        scale.straight(center),
        scale.straight(center - reach * errors),
        scale.straight(center + reach * errors),
        values,
        np.asarray((scale.bent(values) - center) / errors),
    )
