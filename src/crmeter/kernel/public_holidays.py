"""Public holidays and make-up working days of Taiwan and mainland China, as far as they have been published.

Which days are off is decided year by year in both places: rules alone give neither make-up days nor bridges. A year
that has not been published, or that the library does not know, is None and never worked out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

# The working calendars of government offices that the library was checked against. Later years it only estimates.
TAIWAN = range(2001, 2027)


@dataclass(frozen=True)
class PublicYear:
    """``holidays`` are days off (weekends that are holidays among them), ``workdays`` weekend days that are worked."""

    holidays: frozenset[date]
    workdays: frozenset[date]


@cache
def public_year(country: str, year: int) -> PublicYear | None:
    """The published year of a country (``TW``, ``CN``); None where it is not known.

    >>> sorted(public_year("TW", 2025).workdays)
    [datetime.date(2025, 2, 8)]
    """
    return COUNTRIES[country](year)


def _taiwan(year: int) -> PublicYear | None:
    if year not in TAIWAN:
        return None
    from holidays import country_holidays

    found = country_holidays("TW", years=year)
    return PublicYear(
        frozenset(day for day in found if day.year == year),
        frozenset(day for day in found.weekend_workdays if day.year == year),
    )


def _china(year: int) -> PublicYear | None:
    from chinese_calendar import constants

    off, worked = ({day for day in days if day.year == year} for days in (constants.holidays, constants.workdays))
    return PublicYear(frozenset(off), frozenset(worked)) if off else None


COUNTRIES: dict[str, Callable[[int], PublicYear | None]] = {"TW": _taiwan, "CN": _china}
