"""The calendar of a workspace: which periods there are, which one a name means, what is compared with what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import MONTHS, Grain, Period, add_months, months_between

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMES = {
    Grain.DAY: re.compile(r"(\d{4})-(\d\d)-(\d\d)"),
    Grain.WEEK: re.compile(r"(\d{4})-W(\d\d?)"),
    Grain.MONTH: re.compile(r"(\d{4})-(\d\d)"),
    Grain.QUARTER: re.compile(r"(\d{4})-Q([1-4])"),
    Grain.HALF: re.compile(r"(\d{4})-H([12])"),
    Grain.YEAR: re.compile(r"(\d{4})"),
    Grain.FISCAL_YEAR: re.compile(r"FY(\d{4})"),
    Grain.FISCAL_QUARTER: re.compile(r"FY(\d{4})-Q([1-4])"),
}
_RELATIVE = re.compile(r"(last|this)-(day|week|month|quarter|half|year)")


@dataclass(frozen=True)
class Calendar:
    """Weeks start on ``week_start`` (0 = Monday); fiscal years on ``fiscal_start`` (month, day), named after the year
    in which they end."""

    week_start: int = 0
    fiscal_start: tuple[int, int] = (1, 1)

    def parse(self, name: str, today: date) -> Period:
        """The period a name means (``2025-Q3``, ``FY2025``, ``last-quarter`` …).

        ``today`` is the day the relative names count from: the data horizon, whose day is not over.
        Raises UserError for a name that is none.

        >>> Calendar().parse("2025-Q3", date(2026, 1, 1)).end
        datetime.date(2025, 10, 1)
        """
        relative = _RELATIVE.fullmatch(name.lower())
        if relative:
            # the horizon is the start of the day after the newest event: the day before it is the newest with data
            period = self.containing(today - timedelta(days=1), Grain(relative.group(2)))
            if relative.group(1) == "this" or period.end <= today:
                return period
            return self.previous(period)
        for grain, pattern in _NAMES.items():
            match = pattern.fullmatch(name.upper())
            if match:
                try:
                    return self._named(grain, *map(int, match.groups()))
                except ValueError:
                    break
        raise UserError.of(
            t("“{name}” is not a period.", name=name),
            next=t(
                "Write 2025, 2025-H1, 2025-Q3, 2025-07, 2025-W31, 2025-07-14, FY2025, FY2025-Q1, last-quarter or "
                "this-month, or use --from and --to."
            ),
        )

    def _named(self, grain: Grain, year: int, part: int = 1, day: int = 1) -> Period:
        if grain is Grain.DAY:
            return self.containing(date(year, part, day), grain)
        if grain is Grain.WEEK:
            monday = date.fromisocalendar(year, part, 1)
            return self.containing(monday, grain)
        if grain in (Grain.FISCAL_YEAR, Grain.FISCAL_QUARTER):
            start = add_months(self._fiscal_year(year), 3 * (part - 1))
        else:
            start = date(year, (part - 1) * MONTHS[grain] + 1, 1)
        return Period(start, add_months(start, MONTHS[grain]), grain)

    def _fiscal_year(self, year: int) -> date:
        month, day = self.fiscal_start
        return date(year if (month, day) == (1, 1) else year - 1, month, day)

    def containing(self, day: date, grain: Grain) -> Period:
        """The period of ``grain`` in which ``day`` lies.

        >>> Calendar(week_start=6).containing(date(2025, 7, 30), Grain.WEEK).start
        datetime.date(2025, 7, 27)
        """
        if grain is Grain.DAY:
            return Period(day, day + timedelta(days=1), grain)
        if grain is Grain.WEEK:
            start = day - timedelta(days=(day.weekday() - self.week_start) % 7)
            return Period(start, start + timedelta(days=7), grain)
        months = MONTHS[grain]
        if grain in (Grain.FISCAL_YEAR, Grain.FISCAL_QUARTER):
            start = self._fiscal_year(day.year)
            while start > day:
                start = add_months(start, -12)
            while add_months(start, months) <= day:
                start = add_months(start, months)
        else:
            start = date(day.year, (day.month - 1) // months * months + 1, 1)
        return Period(start, add_months(start, months), grain)

    def split(self, start: date, end: date, grain: Grain) -> Iterator[Period]:
        """The periods of ``grain`` that have a day in ``[start, end)``, first to last."""
        if grain is Grain.CUSTOM:
            yield Period(start, end)
            return
        period = self.containing(start, grain)
        while period.start < end:
            yield period
            period = self.following(period)

    def following(self, period: Period) -> Period:
        """The period of the same grain right after."""
        return self._shifted(period, 1)

    def previous(self, period: Period) -> Period:
        """The period of the same length right before.

        >>> Calendar().previous(Period(date(2025, 3, 1), date(2025, 4, 1), Grain.MONTH)).start
        datetime.date(2025, 2, 1)
        """
        return self._shifted(period, -1)

    def _shifted(self, period: Period, by: int) -> Period:
        months = MONTHS.get(period.grain) or (
            months_between(period) if period.grain is Grain.CUSTOM and period.start.day == 1 else None
        )
        if months:
            return Period(add_months(period.start, months * by), add_months(period.end, months * by), period.grain)
        step = timedelta(days=period.days * by)
        return Period(period.start + step, period.end + step, period.grain)

    def year_before(self, period: Period) -> Period:
        """The same period a year before; weeks go back 52 weeks, so that weekdays match."""
        if period.grain is Grain.WEEK:
            return Period(period.start - timedelta(weeks=52), period.end - timedelta(weeks=52), period.grain)
        last = add_months(period.last_day, -12)
        if period.end.day == 1:  # a period that ends with a month ends with it in a leap year too
            return Period(add_months(period.start, -12), add_months(period.end, -12), period.grain)
        return Period(add_months(period.start, -12), last + timedelta(days=1), period.grain)

    def elapsed_match(self, period: Period, base: Period, as_of: date) -> Period:
        """The part of ``base`` that matches the part of ``period`` before ``as_of``; all of it if the period is over.

        1 to 10 March matches 1 to 10 February; 1 to 30 March matches all of February.

        >>> march = Period(date(2025, 3, 1), date(2025, 4, 1), Grain.MONTH)
        >>> Calendar().elapsed_match(march, Calendar().previous(march), date(2025, 3, 11)).end
        datetime.date(2025, 2, 11)
        """
        if as_of >= period.end or as_of <= period.start:
            return base
        last = as_of - timedelta(days=1)
        months = (base.start.year - period.start.year) * 12 + base.start.month - period.start.month
        if period.grain in (Grain.DAY, Grain.WEEK) or base.start.day != period.start.day or months == 0:
            end = base.start + (as_of - period.start)
        else:
            end = add_months(last, months) + timedelta(days=1)
        return Period(base.start, min(end, base.end), base.grain)

    def name(self, period: Period) -> str:
        """The name :meth:`parse` reads back; ``start..end`` for a custom period.

        >>> Calendar().name(Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER))
        '2025-Q3'
        """
        start, grain = period.start, period.grain
        if grain is Grain.CUSTOM or self.containing(start, grain) != period:
            return f"{start}..{period.end}"
        if grain is Grain.DAY:
            return str(start)
        if grain is Grain.WEEK:
            iso = (start + timedelta(days=(7 - self.week_start) % 7)).isocalendar()
            return f"{iso.year}-W{iso.week:02d}"
        if grain in (Grain.FISCAL_YEAR, Grain.FISCAL_QUARTER):
            year = self.containing(start, Grain.FISCAL_YEAR)
            label = f"FY{year.last_day.year}"
            quarter = ((start.year - year.start.year) * 12 + start.month - year.start.month) // 3 + 1
            return label if grain is Grain.FISCAL_YEAR else f"{label}-Q{quarter}"
        part = (start.month - 1) // MONTHS[grain] + 1
        return {
            Grain.YEAR: f"{start.year}",
            Grain.HALF: f"{start.year}-H{part}",
            Grain.QUARTER: f"{start.year}-Q{part}",
            Grain.MONTH: f"{start.year}-{start.month:02d}",
        }[grain]
