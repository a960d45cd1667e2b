"""When the level of a KPI became another one, beside its season, and what happened about then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from crmeter.analysis.forecast.history import History
from crmeter.kernel.period import Period
from crmeter.stats.change_points import ChangePoint, change_points
from crmeter.stats.forecasts.days import effects
from crmeter.stats.forecasts.naive import season_of
from crmeter.stats.forecasts.scales import fitting
from crmeter.warehouse.duck import Warehouse

EVENTS = 3  # that are named beside a change at most


@dataclass(frozen=True)
class Event:
    """One thing that happened."""

    on: date
    kind: str
    title: str

    def as_json(self) -> dict[str, str]:
        """Plain values."""
        return {"on": self.on.isoformat(), "kind": self.kind, "title": self.title}


def events_of(warehouse: Warehouse) -> list[Event]:
    """Everything that happened, first to last."""
    rows = warehouse.execute('SELECT "on", kind, title FROM main.event WHERE "on" IS NOT NULL ORDER BY "on", title')
    return [Event(*row) for row in rows]


def changes_of(found: History, events: Sequence[Event]) -> list[dict[str, Any]]:
    """The change points of a history as plain values: the first period of the new level, between which periods it lies
    with 95% certainty, the mean of the KPI (or of its growth) before and after, and the events near it."""
    series, periods = found.series, found.periods
    bent = fitting(series.bound, series.values).bent(series.values)
    rest = bent - effects(bent, series.season, series.days).each[: len(bent)]
    pattern = season_of(rest, series.season)
    if pattern is not None:
        rest = rest - pattern[np.arange(len(rest)) % series.season]
    points = change_points(rest)
    edges = [0, *(point.at for point in points), len(periods)]
    return [
        {
            "period": _period(periods[point.at]),
            "earliest": _period(periods[point.earliest]),
            "latest": _period(periods[min(point.latest, len(periods) - 1)]),
            "of": "growth" if point.of_growth else "level",
            "before": _mean(series.values[edges[i] : point.at]),
            "after": _mean(series.values[point.at : edges[i + 2]]),
            "direction": "up" if point.after > point.before else "down",
            "events": [event.as_json() for event in _near(point, periods, events)],
        }
        for i, point in enumerate(points)
    ]


def _near(point: ChangePoint, periods: Sequence[Period], events: Sequence[Event]) -> list[Event]:
    """Those from one period before the earliest date to the end of the latest, the nearest to the change first."""
    start = periods[max(point.earliest - 1, 0)].start
    end = periods[min(point.latest, len(periods) - 1)].end
    inside = [event for event in events if start <= event.on < end]
    return sorted(inside, key=lambda event: (abs((event.on - periods[point.at].start).days), event.title))[:EVENTS]


def _mean(values: Any) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _period(period: Period) -> dict[str, str]:
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}
