"""When something is due: each day, week, month or quarter at an hour of the wall clock, whatever clocks do."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LONGEST = 93  # days between two quarters' days


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True)
class Cadence:
    """``on`` is the weekday of a week (0 = Monday), or the day of a month or of the first month of a quarter: the last
    one where the month is shorter, or where it is 0."""

    every: Every
    at: time
    on: int = 1

    def is_on(self, day: date) -> bool:
        """Whether it is due on a day.

        >>> Cadence(Every.MONTH, time(8), 31).is_on(date(2026, 2, 28))
        True
        """
        match self.every:
            case Every.DAY:
                return True
            case Every.WEEK:
                return day.weekday() == self.on
            case _:
                last = monthrange(day.year, day.month)[1]
                fits = day.day == (min(self.on, last) or last)
                return fits and (self.every is Every.MONTH or day.month % 3 == 1)

    def instant(self, day: date, zone: ZoneInfo) -> datetime:
        """The moment of a day, in UTC. A time that the clocks leave out is as much later as they jump; of one that they
        go through twice the first counts. So each day has one.

        >>> Cadence(Every.DAY, time(2, 30)).instant(date(2026, 3, 29), ZoneInfo("Europe/Berlin")).isoformat()
        '2026-03-29T01:30:00+00:00'
        """
        return datetime.combine(day, self.at, zone).astimezone(UTC)

    def latest(self, zone: ZoneInfo, now: datetime) -> datetime:
        """The newest moment at which it was due, up to ``now``."""
        return next(moment for moment in self._moments(zone, now, -1) if moment <= now)

    def following(self, zone: ZoneInfo, after: datetime) -> datetime:
        """The first moment after ``after`` at which it is due."""
        return next(moment for moment in self._moments(zone, after, 1) if moment > after)

    def _moments(self, zone: ZoneInfo, near: datetime, step: int) -> Iterator[datetime]:
        """The moments from the day of ``near`` on, forwards or backwards."""
        first = near.astimezone(zone).date()
        for number in range(LONGEST + 1):
            day = first + timedelta(days=step * number)
            if self.is_on(day):
                yield self.instant(day, zone)
