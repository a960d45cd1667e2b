"""Periods: half-open stretches of business days."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property


class Grain(StrEnum):
    """The length of a period. The retail grains are those of a year of whole weeks, such as 4-4-5; ``custom`` is any
    other stretch of days."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    FISCAL_MONTH = "fiscal_month"
    FISCAL_QUARTER = "fiscal_quarter"
    FISCAL_YEAR = "fiscal_year"
    RETAIL_MONTH = "retail_month"
    RETAIL_QUARTER = "retail_quarter"
    RETAIL_YEAR = "retail_year"
    CUSTOM = "custom"


MONTHS = {
    Grain.MONTH: 1,
    Grain.QUARTER: 3,
    Grain.HALF: 6,
    Grain.YEAR: 12,
    Grain.FISCAL_MONTH: 1,
    Grain.FISCAL_QUARTER: 3,
    Grain.FISCAL_YEAR: 12,
}
FISCAL = frozenset({Grain.FISCAL_MONTH, Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR})
RETAIL = frozenset({Grain.RETAIL_MONTH, Grain.RETAIL_QUARTER, Grain.RETAIL_YEAR})


@dataclass(frozen=True, order=True)
class Period:
    """The business days ``start <= day < end``.

    >>> Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER).days
    92
    """

    start: date
    end: date
    grain: Grain = Grain.CUSTOM

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a period must end after it starts: {self.start} .. {self.end}")

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Worked out once: values are looked up by their periods."""
        return hash((self.start, self.end, self.grain))

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    def until(self, day: date) -> Period | None:
        """The part before ``day``; None if nothing is left."""
        if day >= self.end:
            return self
        return Period(self.start, day, self.grain) if day > self.start else None


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later, or the last of that month where it is shorter.

    >>> add_months(date(2024, 2, 29), 12)
    datetime.date(2025, 2, 28)
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(period: Period) -> int | None:
    """How many whole months a period covers from a day to the same day, None if it does not."""
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
    return months if months > 0 and add_months(period.start, months) == period.end else None
