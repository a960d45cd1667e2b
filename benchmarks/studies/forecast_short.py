"""Coverage of forecast intervals on made-up series that are as short as those of quarters: 18 values, the fewest that a
forecast of three periods is made from. A company has few quarters, and what befalls one of them befalls many KPIs: how
well the intervals of short series hold can only be told from many series that have nothing to do with each other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.studies.forecast import AHEAD, GROWING, KINDS, made_up
from crmeter.stats.forecasts.backtest import needed
from crmeter.stats.forecasts.intervals import LEVELS

SERIES, SEED, SEASON = 200, 11, 4


def study() -> dict[str, Any]:
    """The coverage by kind, and of all kinds of the forecast study together."""
    found = {
        kind: made_up(kind, SERIES, SEED + place, needed(AHEAD), SEASON) for place, kind in enumerate((*KINDS, GROWING))
    }
    names = [f"{level:.0%}" for level in LEVELS]
    together = {name: round(float(np.mean([found[kind][name]["all"] for kind in KINDS])), 4) for name in names}
    return {"periods": needed(AHEAD), "season": SEASON, "series_of_a_kind": SERIES, "all": together, "made_up": found}
