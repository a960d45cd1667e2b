"""Which periods a snapshot holds: those that a face shows before anybody asks for others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Grain, Period

WINDOW: Mapping[Grain, int] = {Grain.YEAR: 3, Grain.QUARTER: 8, Grain.MONTH: 24}
"""How many periods of each length before the newest one, for the total."""

RECENT: Mapping[Grain, int] = {Grain.YEAR: 1, Grain.QUARTER: 4}
"""The same for values by a dimension: what the newest are compared with."""

_FISCAL = {Grain.YEAR: Grain.FISCAL_YEAR, Grain.QUARTER: Grain.FISCAL_QUARTER}


def periods(window: Mapping[Grain, int], calendar: Calendar, as_of: date, first: date | None = None) -> list[Period]:
    """The newest period of each length, which may be in progress, and those before it, newest first; none that is over
    before ``first``. Fiscal ones are among them where the fiscal year is another than the calendar's.

    >>> [p.start.isoformat() for p in periods({Grain.QUARTER: 2}, Calendar(), date(2026, 1, 1))]
    ['2025-10-01', '2025-07-01', '2025-04-01']
    """
    found: list[Period] = []
    for grain, count in window.items():
        alike = [grain, _FISCAL[grain]] if grain in _FISCAL and calendar.fiscal_start != (1, 1) else [grain]
        for each in alike:
            period = calendar.containing(as_of - timedelta(days=1), each)
            for _ in range(count + 1):
                if first is None or period.end > first:
                    found.append(period)
                period = calendar.previous(period)
    return found
