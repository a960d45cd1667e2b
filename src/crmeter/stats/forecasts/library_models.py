"""Models of statsforecast, which comes with the extra ``analysis``; the same form as our own."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmeter.kernel.extras import library
from crmeter.stats.forecasts.naive import Model

Floats = NDArray[np.float64]

FEWEST = 10
LONGEST_ETS = 24  # parts of a season that exponential smoothing of states can hold


def bridged(z: Floats) -> Floats:
    """Gaps filled by a straight line between their neighbours: these models know no gaps."""
    known = ~np.isnan(z)
    return np.interp(np.arange(len(z)), np.flatnonzero(known), z[known])


def _model(make: Callable[[Any, int], Any], *, long: bool = True, seasonal: bool = False) -> Model:
    def fitted(z: Floats, season: int, ahead: int) -> Floats | None:
        known = z[~np.isnan(z)]
        if len(known) < FEWEST or np.ptp(known) == 0 or (season > LONGEST_ETS and not long):
            return None
        if seasonal and len(z) < 2 * season + 1:
            return None
        models = library("statsforecast.models")
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                found = make(models, season if len(z) >= 2 * season + 1 else 1).forecast(y=bridged(z), h=ahead)
            except Exception:  # the library gives up with bare ones on series that a model does not fit
                return None
        mean = np.asarray(found["mean"], dtype=np.float64)
        return mean if np.isfinite(mean).all() else None

    return fitted


LIBRARY: dict[str, Model] = {
    "ets": _model(lambda models, season: models.AutoETS(season_length=season, model="ZZZ"), long=False),
    "theta": _model(lambda models, season: models.AutoTheta(season_length=season, decomposition_type="additive")),
    "mstl": _model(lambda models, season: models.MSTL(season_length=season), seasonal=True),
}


def are_there() -> bool:
    """Whether statsforecast is installed; it is not imported yet."""
    from importlib.util import find_spec

    return find_spec("statsforecast") is not None
