"""How often a target comes true that was said to have a chance of so much, on made-up series of months.

Each series goes on after the forecast; the chance of at least what came is uniform where probabilities hold.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.forecasts.backtest import Series
from crmeter.stats.forecasts.days import Days
from crmeter.stats.forecasts.forecast import Refusal, models
from crmeter.stats.forecasts.scales import Bound
from crmeter.stats.forecasts.windows import Windows, window_forecast

Floats = NDArray[np.float64]
SERIES = 60
KNOWN = (36, 60)  # months
#: what is forecast: stretches of so many months that begin so many months from now
STRETCHES = {"quarter": (3, 0), "year": (12, 0)}
KINDS = ("stable", "wandering", "seasonal", "growing")
SAID = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def study() -> dict[str, Any]:
    """For each kind and stretch: the share of series in which the chance of what came was below each level."""
    rng = np.random.default_rng(20260101)
    using = models(library=False)
    rows = []
    for known in KNOWN:
        for kind in KINDS:
            for name, (length, begin) in STRETCHES.items():
                chances = []
                for _ in range(SERIES):
                    values = made_up(kind, known + begin + length, rng)
                    chance = chance_of_truth(values, known, length, begin, using)
                    chances += [] if chance is None else [chance]
                held = {f"{said:g}": round(float(np.mean(np.array(chances) < said)), 3) for said in SAID}
                rows.append({"kind": kind, "months": known, "stretch": name, "told": len(chances), "below": held})
    return {"series": SERIES, "rows": rows}


def made_up(kind: str, months: int, rng: np.random.Generator) -> Floats:
    """Amounts above 0 whose logarithm is noise, a random walk, has a season, or grows."""
    place = np.arange(months)
    noise = rng.normal(0, 0.1, months)
    log = {
        "stable": noise,
        "wandering": np.cumsum(rng.normal(0, 0.05, months)) + noise / 2,
        "seasonal": 0.3 * np.sin(2 * np.pi * place / 12) + noise,
        "growing": 0.01 * place + noise,
    }[kind]
    return np.asarray(np.exp(5 + log))


def chance_of_truth(values: Floats, known: int, length: int, begin: int, using: Any) -> float | None:
    """The chance that was said of at least what came; None where nothing was said."""
    past = values[:known]
    stretches = np.array([past[i : i + length].sum() for i in range(known - length + 1)])
    series = Series(past, 12, Bound.POSITIVE, Days.none(known + begin + length))
    said = window_forecast(series, Windows(stretches, length, adds=True), begin, using)
    if isinstance(said, Refusal):
        return None
    return said.chance_of_at_least(float(values[known + begin : known + begin + length].sum()))
