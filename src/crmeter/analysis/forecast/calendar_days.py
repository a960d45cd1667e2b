"""The days of a period that play a part in a forecast: those around Spring Festival, and those worked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Grain, Period
from crmeter.kernel.spring_festival import BEFORE, festivals_near
from crmeter.kernel.working_time import WorkingTime
from crmeter.model.rules import Rules
from crmeter.stats.forecasts.days import Days

Floats = NDArray[np.float64]

FESTIVAL, WORKDAYS = "festival", "workdays"
STRETCHES = ((-BEFORE, -3), (-2, 7))  # days from the festival: people buy ahead; then much is closed
YEARS = range(2000, 2060)  # over which it is asked what is usual at a time of year
PART = 0.02  # of a period's days, from which on the festival plays a part in it


def days_of(periods: Sequence[Period], rules: Rules) -> Days:
    """What days there are in each period beyond those usual at its time of year.

    The festival counts where the workspace aligns to it, working days where public holidays are set and known. Quarters
    hold the whole season or nothing of it.
    """
    grain = periods[0].grain
    columns: list[Floats] = []
    groups: dict[str, tuple[int, ...]] = {}
    unusual = np.zeros(len(periods), dtype=bool)
    if grain not in (Grain.MONTH, Grain.WEEK):
        return Days.none(len(periods))
    if rules.calendar.spring_festival:
        found = np.array([_festival(period) for period in periods])
        usual = np.array([_usual_festival(grain, _part(period), rules.calendar.week_start) for period in periods])
        groups[FESTIVAL] = (0, 1)
        columns.append(found - usual)
        unusual = (found.sum(axis=1) > 0) | (usual.sum(axis=1) > PART)
    if rules.working.country and all(rules.working.is_known(period.start.year) for period in periods):
        found = np.array([_worked(period, rules.working) for period in periods])
        groups[WORKDAYS] = (sum(c.shape[1] for c in columns),)
        columns.append((found - _usual_of_series(periods, found)).reshape(-1, 1))
    return Days(np.hstack(columns) if columns else np.zeros((len(periods), 0)), groups, unusual)


def _festival(period: Period) -> tuple[float, ...]:
    """The share of a period's days in each stretch around the festival."""
    counts = [0] * len(STRETCHES)
    for festival in festivals_near(period):
        first, last = (period.start - festival).days, (period.last_day - festival).days
        for place, (low, high) in enumerate(STRETCHES):
            counts[place] += max(0, min(last, high) - max(first, low) + 1)
    return tuple(count / period.days for count in counts)


def _part(period: Period) -> int:
    """Which part of the year it is: the month, or the week by the day of the year on which its middle lies."""
    return (
        period.start.month
        if period.grain is Grain.MONTH
        else (period.start + timedelta(days=3)).timetuple().tm_yday // 7
    )


@lru_cache(maxsize=256)
def _usual_festival(grain: Grain, part: int, week_start: int) -> tuple[float, ...]:
    """The mean of the festival's days over many years, at the same part of the year."""
    calendar = Calendar(week_start=week_start)
    days = [
        date(year, part, 1) if grain is Grain.MONTH else date(year, 1, 1) + timedelta(days=7 * part) for year in YEARS
    ]
    rows = [_festival(calendar.containing(day, grain)) for day in days]
    return tuple(float(each) for each in np.mean(np.array(rows), axis=0))


def _worked(period: Period, working: WorkingTime) -> float:
    return working.workdays_between(period.start, period.end) / period.days


def _usual_of_series(periods: Sequence[Period], found: Floats) -> Floats:
    """The mean of the same part of the year over the years of the series."""
    parts = np.array([_part(period) for period in periods])
    means = {part: float(found[parts == part].mean()) for part in set(parts.tolist())}
    return np.array([means[part] for part in parts.tolist()])
