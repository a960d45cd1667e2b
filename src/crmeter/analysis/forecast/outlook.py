"""What is expected of a KPI as plain values: its history, its forecast and backtest, and when its level changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from crmeter.analysis.forecast.changes import Event, changes_of
from crmeter.analysis.forecast.history import History, periods_after
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.errors import UserError
from crmeter.metrics import Unit
from crmeter.stats.forecasts.forecast import Forecast, Refusal, forecast
from crmeter.stats.forecasts.naive import Model

ENDS = {Unit.INDEX: (0.0, 100.0), Unit.POINTS: (-100.0, 100.0)}  # of what cannot lie beyond


def outlook(
    found: History,
    calendar: Calendar,
    ahead: int,
    using: Mapping[str, Model],
    events: Sequence[Event],
    progress: Callable[[float], None] = lambda share: None,
) -> dict[str, Any]:
    """The forecast of one history. Where there is none, ``refused`` says why, and ``forecast`` is empty.

    Change points need ruptures: where it is not installed they are None.
    """
    said = forecast(found.series, ahead, using, progress)
    told: dict[str, Any] = {
        "kpi": found.kpi.id,
        "by": dict(found.by),
        "unit": str(found.kpi.unit),
        "history": [
            {
                "start": value.start.isoformat(),
                "end": value.end.isoformat(),
                "value": value.value,
                "n": value.n,
                "used": not np.isnan(number),
                "reason": "too_few" if few else value.reason if value.value is None else None,
            }
            for value, number, few in zip(found.values, found.series.values.tolist(), found.too_few, strict=True)
        ],
        "used": found.used,
        "gaps": found.gaps,
        "changes": _changes(found, events),
    }
    if isinstance(said, Refusal):
        return {**told, "refused": {"why": said.why, "needed": said.needed, "known": said.known}, "forecast": []}
    return {**told, "refused": None, **_told(found, said, calendar, ahead)}


def _changes(found: History, events: Sequence[Event]) -> list[dict[str, Any]] | None:
    try:
        return changes_of(found, events)
    except UserError:  # the library is not installed
        return None


def _told(found: History, said: Forecast, calendar: Calendar, ahead: int) -> dict[str, Any]:
    coming = periods_after(calendar, found.periods[-1], ahead)
    low, high = ENDS.get(found.kpi.unit, (-np.inf, np.inf))
    if not (np.nanmin(found.series.values) >= low and np.nanmax(found.series.values) <= high):
        low, high = -np.inf, np.inf
    rows = []
    for place, period in enumerate(coming):
        row: dict[str, Any] = {"start": period.start.isoformat(), "end": period.end.isoformat()}
        row["value"] = float(np.clip(said.expected[place], low, high))
        for level, (below, above) in said.bounds.items():
            row[f"low_{level:.0%}".rstrip("%")] = float(np.clip(below[place], low, high))
            row[f"high_{level:.0%}".rstrip("%")] = float(np.clip(above[place], low, high))
        rows.append(row)
    return {
        "forecast": rows,
        "model": said.model,
        "baseline": said.baseline,
        "scale": str(said.scale.shape),
        "days": list(said.days),
        "backtest": {
            "origins": said.origins,
            "periods_ahead": ahead,
            "models": [
                {
                    "model": trial.model,
                    "mean_error": trial.mean_error,
                    "against_baseline": trial.against_baseline if np.isfinite(trial.against_baseline) else None,
                    "mase": trial.mase,
                    "forecasts": trial.forecasts,
                }
                for trial in said.trials
            ],
            "coverage": {
                f"{level:.0%}".rstrip("%"): {"inside": inside, "of": of} for level, (inside, of) in said.covered.items()
            },
        },
    }
