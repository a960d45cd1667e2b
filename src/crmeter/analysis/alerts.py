"""Alerts: KPIs whose newest value lies further from what was to be expected than the budget of false alarms allows.

Each watched KPI is forecast one period ahead from the periods before, by the model that did best on them; how far off
its forecasts were says how far a value may lie from them. The probability at which that is an alert is the budget ÷ the
number of values looked at in a quarter, so that quiet KPIs together raise as many false alarms as the budget allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from crmeter.analysis.forecast.history import GRAINS, History
from crmeter.kernel.period import Grain, Period
from crmeter.metrics import Better, Kpi
from crmeter.model.rules import Rules
from crmeter.stats.distributions import two_sided_p
from crmeter.stats.forecasts.deviation import Deviation, deviation
from crmeter.stats.forecasts.naive import OWN
from crmeter.warehouse.duck import Warehouse

WORSE = 1.5  # times as far off as when it was last told: an ongoing deviation is told again
OVER = 12  # months after which a deviation is what is usual now
SEASON_P = 0.05  # an alert of the festival's season must also differ that much from the same days a year before


@dataclass(frozen=True)
class Ongoing:
    """A deviation that was told and has not ended: when it started, which way, how far off it was when last told."""

    kpi: str
    started_on: date
    direction: str  # above, or below
    distance: float


@dataclass(frozen=True)
class Judgement:
    """What is to be told of a KPI in a period: a ``new`` deviation, one that is ``worse``, ``ongoing`` (told already),
    ``ended``, or ``usual`` now that it has lasted a year."""

    kind: str
    kpi: Kpi
    period: Period
    started: Period
    direction: str
    distance: float
    p: float
    value: float
    expected: float
    low: float
    high: float
    model: str

    def verdict(self, rules: Rules) -> str:
        """Whether that is better or worse for the company."""
        good = self.kpi.direction(rules)
        if good is Better.NONE:
            return "changed"
        return "better" if (self.direction == "above") == (good is Better.UP) else "worse"


def alpha_of(budget: float, watched: int, grain: Grain) -> float:
    """The probability at which one value is an alert.

    >>> round(alpha_of(1, 80, Grain.MONTH), 5)  # 80 KPIs in three months
    0.00417
    """
    return min(0.05, budget / max(watched * GRAINS[grain] / 4, 1))


def judge(found: History, period: Period, ongoing: Ongoing | None, alpha: float) -> Judgement | None:
    """What is to be said of a KPI in a period that is over; None where nothing is, or nothing can be."""
    places = {each.start: place for place, each in enumerate(found.periods)}
    at = places.get(period.start)
    if at is None or np.isnan(found.series.values[at]):
        return None
    began = places.get(ongoing.started_on) if ongoing else None
    if ongoing and began is not None and began < at:
        return _followed(found, began, at, ongoing, alpha)
    told = deviation(found.series, at, 1, OWN, alpha)
    if told is None or not told.p() < alpha:
        return None
    return _judgement("new", found, at, at, told)


def _followed(found: History, began: int, at: int, ongoing: Ongoing, alpha: float) -> Judgement | None:
    """A deviation that was told before, held against what was expected before it began."""
    step = at - began
    told = deviation(found.series, began, step + 1, OWN, alpha)
    if told is None:
        return None
    apart = float(told.distances[step])
    same = (apart > 0) == (ongoing.direction == "above")
    if not same or two_sided_p(apart) > SEASON_P:
        kind = "ended"
    elif step >= OVER * GRAINS[found.periods[0].grain] / 12:
        kind = "usual"
    else:
        # told again by its distance in the errors of one step: those of later ones are wider
        kind = "worse" if abs(apart) * np.sqrt(step + 1) > WORSE * ongoing.distance else "ongoing"
    return _judgement(kind, found, at, began, told)


def _judgement(kind: str, found: History, at: int, began: int, told: Deviation) -> Judgement:
    step = at - began
    apart = float(told.distances[step]) * float(np.sqrt(step + 1))
    return Judgement(
        kind,
        found.kpi,
        found.periods[at],
        found.periods[began],
        "above" if apart > 0 else "below",
        abs(apart),
        told.p(step),
        float(told.values[step]),
        float(told.expected[step]),
        float(told.low[step]),
        float(told.high[step]),
        told.model,
    )


def watched_by_default(kpis: Sequence[Kpi], rules: Rules) -> list[Kpi]:
    """The KPIs with a direction that are one value a period."""
    return [kpi for kpi in kpis if not kpi.always_by and kpi.direction(rules) is not Better.NONE]


def lateness(warehouse: Warehouse, kpis: Sequence[Kpi]) -> Mapping[str, dict[str, Any]]:
    """Of each table that KPIs rest on: the newest day with rows, how many days usually lie between two of them, and
    within how many days of it nearly all rows of a day have come (from what later loads brought)."""
    from crmeter.warehouse.lateness import lateness_of

    tables = sorted({table for kpi in kpis for table in kpi.tables})
    return {table: found for table in tables if (found := lateness_of(warehouse, table)) is not None}


def is_waited_for(kpi: Kpi, period: Period, late: Mapping[str, dict[str, Any]], as_of: date) -> dict[str, Any] | None:
    """What a period still waits for: a table whose newest rows do not reach its end, or whose rows usually come later
    than the data horizon is now. None where it is complete."""
    if period.end > as_of:
        return {"table": None, "why": "in_progress"}
    for table in kpi.tables:
        found = late.get(table)
        if found is None:
            continue
        if (period.last_day - found["newest"]).days > found["gap"]:
            return {"table": table, "why": "no_rows", "newest": found["newest"].isoformat()}
        if (as_of - period.end).days < found["late"]:
            return {"table": table, "why": "late_rows", "days": found["late"]}
    return None
