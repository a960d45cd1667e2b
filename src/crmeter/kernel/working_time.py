"""Working time: on which days a company works, and from when to when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crmeter.kernel.public_holidays import public_year

Hours = tuple[int, int]  # minutes after midnight: opens, closes


@dataclass(frozen=True)
class WorkingTime:
    """``country`` (TW, CN) brings public holidays and make-up days; ``holidays`` and ``workdays`` of the company add to
    them and win over them. ``hours`` are those of each weekday from Monday, None where it is closed; () where no
    business hours are set. ``lunch`` is left out of the hours of every day."""

    country: str | None = None
    weekend: tuple[int, ...] = (5, 6)
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
    hours: tuple[Hours | None, ...] = ()
    lunch: Hours | None = None

    def is_known(self, year: int) -> bool:
        """Whether the holidays of a year are known; without a country there are none to know."""
        return self.country is None or public_year(self.country, year) is not None

    def is_workday(self, day: date) -> bool:
        """Whether the company works on a day; in a year whose holidays are not known by the weekday alone.

        >>> WorkingTime("CN").is_workday(date(2025, 1, 26)), WorkingTime("CN").is_workday(date(2025, 1, 28))
        (True, False)
        """
        exception = self._exception(day)
        return day.weekday() not in self.weekend if exception is None else exception

    def workdays_between(self, start: date, end: date) -> int:
        """How many days of ``[start, end)`` are worked."""
        return sum(self.is_workday(start + timedelta(days=n)) for n in range((end - start).days))

    def opening(self, day: date) -> Hours | None:
        """From when to when the company is open on a day, in minutes; None where it is closed.

        A make-up day has the hours of its weekday, else those of the first weekday that has any.
        """
        if not self.hours:
            return None
        exception = self._exception(day)
        if exception is False:
            return None
        own = self.hours[day.weekday()]
        if exception is None or own is not None:
            return own
        return next((hours for hours in self.hours if hours is not None), None)

    def _exception(self, day: date) -> bool | None:
        """Whether a day is worked although or not worked because it is no ordinary one; None for an ordinary day."""
        if day in self.holidays:
            return False
        if day in self.workdays:
            return True
        public = public_year(self.country, day.year) if self.country else None
        if public and day in public.workdays:
            return True
        return False if public and day in public.holidays else None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "country": self.country,
            "weekend": list(self.weekend),
            "holidays": [day.isoformat() for day in self.holidays],
            "workdays": [day.isoformat() for day in self.workdays],
            "hours": [hours and list(hours) for hours in self.hours],
            "lunch": self.lunch and list(self.lunch),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> WorkingTime:
        """The working time that :meth:`as_json` wrote; what an earlier version did not write has its default."""
        own = cls()
        return cls(
            plain.get("country"),
            tuple(plain.get("weekend", own.weekend)),
            tuple(map(date.fromisoformat, plain.get("holidays", ()))),
            tuple(map(date.fromisoformat, plain.get("workdays", ()))),
            tuple(_hours(hours) for hours in plain.get("hours", ())),
            _hours(plain.get("lunch")),
        )


def _hours(plain: Any) -> Hours | None:
    return (int(plain[0]), int(plain[1])) if plain else None


@dataclass(frozen=True)
class BusinessDay:
    """One day in UTC: open from ``opens`` to ``breaks`` and from ``resumes`` to ``closes``, all the same instant on a
    closed day. ``before`` is the business seconds of all earlier days, ``known`` whether its holidays are."""

    day: date
    opens: datetime
    breaks: datetime
    resumes: datetime
    closes: datetime
    before: int
    known: bool


def business_days(working: WorkingTime, timezone: str, first: date, last: date) -> Iterator[BusinessDay]:
    """Every day from ``first`` to ``last``, with the business hours of the company in the time zone."""
    zone, before, known = ZoneInfo(timezone), 0, {year: working.is_known(year) for year in _years(first, last)}
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        stretches = _stretches(working.opening(day), working.lunch)
        opens, breaks, resumes, closes = (_instant(day, minutes, zone) for minutes in stretches)
        yield BusinessDay(day, opens, breaks, resumes, closes, before, known[day.year])
        before += int(((breaks - opens) + (closes - resumes)).total_seconds())


def _years(first: date, last: date) -> range:
    return range(first.year, last.year + 1)


def _stretches(hours: Hours | None, lunch: Hours | None) -> tuple[int, int, int, int]:
    opens, closes = hours or (0, 0)
    start, end = (min(max(minute, opens), closes) for minute in lunch or (closes, closes))
    return opens, start, end, closes


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """A wall-clock time of a day as naive UTC; an hour that the clock skips is read as that of the day before it."""
    days, minutes = divmod(minutes, 24 * 60)
    local = datetime.combine(day + timedelta(days=days), time(*divmod(minutes, 60)), zone)
    return local.astimezone(UTC).replace(tzinfo=None)
