"""Spring Festival: the same days of the year before, counted from Lunar New Year's Day.

The festival moves between 21 January and 20 February, and with it the weeks in which people buy ahead and shops close.
Where the same dates of two years hold different parts of that season, they are no fair comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from crmeter.kernel.period import Period

BEFORE, AFTER = 21, 15  # days of the season before the festival, and from it on to the day after the Lantern Festival
TOLERANCE = 0.1  # of the days of a period may lie in another part of the season than those a year before
YEARS = range(1901, 2100)  # of the lunar calendar that is known


@cache
def new_year(year: int) -> date | None:
    """Lunar New Year's Day of a year; None where the lunar calendar is not known.

    >>> new_year(2025), new_year(2026)
    (datetime.date(2025, 1, 29), datetime.date(2026, 2, 17))
    """
    if year not in YEARS:
        return None
    from lunardate import LunarDate

    found: date = LunarDate(year, 1, 1).to_solar_date()
    return found


@dataclass(frozen=True)
class Alignment:
    """``base`` lies as far from ``base_festival`` as the period from ``festival``; ``plain`` are the same dates."""

    festival: date
    base_festival: date
    base: Period
    plain: Period


def aligned(period: Period, plain: Period) -> Alignment | None:
    """The stretch a year before that lies as a period does to the festival.

    None where ``plain``, the same dates a year before, holds the same days of the season, or nearly so: then it stands.
    That is so for most months, and for quarters, which as a rule hold the whole season or nothing of it.

    >>> january = Period(date(2026, 1, 1), date(2026, 2, 1))
    >>> found = aligned(january, Period(date(2025, 1, 1), date(2025, 2, 1)))
    >>> found.base.start, found.base.end
    (datetime.date(2024, 12, 13), datetime.date(2025, 1, 13))
    """
    festival = _nearest(period)
    base_festival = festival and new_year(festival.year - 1)
    if festival is None or base_festival is None:
        return None
    if not is_uneven(period, plain):
        return None
    shift = festival - base_festival
    return Alignment(festival, base_festival, Period(period.start - shift, period.end - shift), plain)


def is_uneven(period: Period, other: Period) -> bool:
    """Whether the two hold different parts of the season, by more days than the tolerance."""
    here, there = season(period), season(other)
    return max(len(here - there), len(there - here)) > TOLERANCE * period.days


def festivals_near(period: Period) -> list[date]:
    """The festivals of whose season a period has a day."""
    years = range(period.start.year, period.end.year + 2)
    return [found for year in years if (found := new_year(year)) and _days(period, found)]


def season(period: Period) -> frozenset[int]:
    """The days of a period that lie in a festival season, each as its distance from the festival.

    Of a period that holds days of two seasons those of both are taken together.
    """
    return frozenset(distance for festival in festivals_near(period) for distance in _days(period, festival))


def _days(period: Period, festival: date) -> range:
    """The days of a period in the season of one festival, as distances from it."""
    return range(max((period.start - festival).days, -BEFORE), min((period.end - festival).days, AFTER))


def _nearest(period: Period) -> date | None:
    """The festival nearest to the middle of a period; None where one beside it is not known."""
    middle = period.start + timedelta(days=period.days // 2)
    around = [new_year(middle.year + n) for n in (-1, 0, 1)]
    festivals = [festival for festival in around if festival]
    return min(festivals, key=lambda festival: abs(festival - middle)) if len(festivals) == len(around) else None
