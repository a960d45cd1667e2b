"""The retail year: whole weeks, 52 or 53 of them, in quarters of 4-4-5 weeks or the like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from crmeter.kernel.period import Grain, Period, add_months

WEEK = timedelta(days=7)
WEEKS = 13  # of a quarter
PARTS = {Grain.RETAIL_MONTH: 12, Grain.RETAIL_QUARTER: 4, Grain.RETAIL_YEAR: 1}


@dataclass(frozen=True)
class RetailYear:
    """Years end on a ``weekday`` (0 = Monday): the ``last`` one of a ``month``, or the one ``nearest`` to its end.

    ``pattern`` is the weeks of the three months of a quarter; a 53rd week goes to the last month. A year is named after
    the calendar year in which it ends, or with ``named`` "start" in which it begins. By default the year is that of
    the ISO weeks: 2026 has 53.

    >>> RetailYear().weeks(2026)
    53
    """

    pattern: tuple[int, int, int] = (4, 4, 5)
    ends: str = "nearest"
    weekday: int = 6
    month: int = 12
    named: str = "end"

    @property
    def label(self) -> str:
        """What stands before the year in the name of a period: ``445``."""
        return "".join(map(str, self.pattern))

    def start(self, year: int) -> date:
        """The first day of the year of that name."""
        return self._end(year - 1)

    def _end(self, year: int) -> date:
        """The first day after the year of that name."""
        # the month in which a year named after its start ends is in the next year, but for December
        ending = year + (self.named == "start" and self.month != 12)
        last = add_months(date(ending, self.month, 1), 1) - timedelta(days=1)
        back = (last.weekday() - self.weekday) % 7
        day = last - timedelta(days=back)
        if self.ends == "nearest" and back > 3:
            day += WEEK
        return day + timedelta(days=1)

    def weeks(self, year: int) -> int:
        """52 or 53."""
        return (self._end(year) - self.start(year)).days // 7

    def nth(self, grain: Grain, year: int, part: int = 1) -> Period:
        """The ``part``-th month or quarter of a year, or the year; ValueError where it has no such part."""
        count = PARTS[grain]
        if not 1 <= part <= count:
            raise ValueError(f"a year has no part {part} of {count}")
        start = self.start(year)
        first = start + WEEK * self._weeks_before((part - 1) * 12 // count)
        last = self._end(year) if part == count else start + WEEK * self._weeks_before(part * 12 // count)
        return Period(first, last, grain)

    def _weeks_before(self, months: int) -> int:
        quarters, rest = divmod(months, 3)
        return quarters * WEEKS + sum(self.pattern[:rest])

    def year_of(self, day: date) -> int:
        """The name of the year in which a day lies."""
        year = day.year + 1
        while self.start(year) > day:
            year -= 1
        return year

    def part_of(self, day: date, grain: Grain) -> tuple[int, int]:
        """The name of the year and the number of the part in which a day lies.

        >>> RetailYear().part_of(date(2026, 12, 31), Grain.RETAIL_MONTH)
        (2026, 12)
        """
        year = self.year_of(day)
        for part in range(1, PARTS[grain] + 1):
            if day < self.nth(grain, year, part).end:
                return year, part
        raise AssertionError(f"{day} lies in no part of {year}")
