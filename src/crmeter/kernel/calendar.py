"""The calendar of a workspace: which periods there are, which one a name means, what is compared with what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import FISCAL, MONTHS, RETAIL, Grain, Period, add_months, months_between
from crmeter.kernel.period_names import PATTERNS, RELATIVE, RETAIL_LABEL, canonical
from crmeter.kernel.retail_year import PARTS, RetailYear
from crmeter.kernel.spring_festival import Alignment, aligned

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Calendar:
    """Weeks start on ``week_start`` (0 = Monday); fiscal years on ``fiscal_start`` (month, day), named after the year
    in which they end. With ``spring_festival`` a period in its season is held against the same days before and after
    the festival of the year before."""

    week_start: int = 0
    fiscal_start: tuple[int, int] = (1, 1)
    retail: RetailYear = field(default_factory=RetailYear)
    spring_festival: bool = False

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Calendar:
        """The calendar that Rules.as_json wrote; what an earlier version did not write has its default."""
        month, day = plain.get("fiscal_start") or (1, 1)
        retail = dict(plain.get("retail") or {})
        if retail:
            retail["pattern"] = tuple(retail["pattern"])
        start = int(plain.get("week_start", 0))
        return cls(start, (int(month), int(day)), RetailYear(**retail), bool(plain.get("spring_festival")))

    def parse(self, name: str, today: date) -> Period:
        """The period a name means (``2025-Q3``, ``FY2025``, ``last-quarter``, ``民國114年第3季`` …).

        ``today`` is the day the relative names count from: the data horizon, whose day is not over.
        Raises UserError for a name that is none.

        >>> Calendar().parse("2025-Q3", date(2026, 1, 1)).end
        datetime.date(2025, 10, 1)
        """
        relative = RELATIVE.fullmatch(name.lower())
        if relative:
            # the horizon is the start of the day after the newest event: the day before it is the newest with data
            period = self.containing(today - timedelta(days=1), Grain(relative.group(2).replace("-", "_")))
            if relative.group(1) == "this" or period.end <= today:
                return period
            return self.previous(period)
        plain = canonical(name)
        self._refuse_other_pattern(plain)
        for grain, pattern in PATTERNS.items():
            match = pattern.fullmatch(plain)
            if match:
                try:
                    return self._named(grain, *map(int, match.groups()))
                except ValueError:
                    break
        raise UserError.of(
            t("“{name}” is not a period.", name=name),
            next=t(
                "Write 2025, 2025-H1, 2025-Q3, 2025-07, 2025-W31, 2025-07-14, FY2025, FY2025-Q1, FY2025-P07, "
                "{retail}-2025-P03, 民國114年第3季, last-quarter or this-month, or use --from and --to.",
                retail=self.retail.label,
            ),
        )

    def _refuse_other_pattern(self, name: str) -> None:
        match = RETAIL_LABEL.fullmatch(name)
        if match and match[1] != self.retail.label:
            raise UserError.of(
                t("“{name}” is of another retail calendar than that of this workspace.", name=name),
                t("Its quarters have {pattern} weeks.", pattern="-".join(map(str, self.retail.pattern))),
                t("Change retail_weeks in [calendar], or write {name}.", name=self.retail.label + name[3:]),
            )

    def _named(self, grain: Grain, year: int, part: int = 1, day: int = 1) -> Period:
        if grain is Grain.DAY:
            return self.containing(date(year, part, day), grain)
        if grain is Grain.WEEK:
            monday = date.fromisocalendar(year, part, 1)
            return self.containing(monday, grain)
        if grain in RETAIL:
            return self.retail.nth(grain, year, part)
        months = MONTHS[grain]
        if not 1 <= part <= 12 // months:
            raise ValueError(f"a year has no part {part} of {months} months")
        start = self._fiscal_year(year) if grain in FISCAL else date(year, 1, 1)
        # both counted from the first day of the year, so that a year that starts on a 31st stays whole
        return Period(add_months(start, months * (part - 1)), add_months(start, months * part), grain)

    def _fiscal_year(self, year: int) -> date:
        month, day = self.fiscal_start
        return date(year if (month, day) == (1, 1) else year - 1, month, day)

    def _place(self, day: date, grain: Grain) -> tuple[int, int]:
        """The year and the number of the part, of those grains that are parts of a year, in which a day lies."""
        if grain in RETAIL:
            return self.retail.part_of(day, grain)
        months = MONTHS[grain]
        if grain not in FISCAL:
            return day.year, (day.month - 1) // months + 1
        year = day.year if day < self._fiscal_year(day.year + 1) else day.year + 1
        part = 12 // months
        while self._named(grain, year, part).start > day:
            part -= 1
        return year, part

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
        return self._named(grain, *self._place(day, grain))

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
        if period.grain in FISCAL | RETAIL and self.containing(period.start, period.grain) == period:
            return self.containing(period.end if by > 0 else period.start - timedelta(days=1), period.grain)
        months = MONTHS.get(period.grain) or (
            months_between(period) if period.grain is Grain.CUSTOM and period.start.day == 1 else None
        )
        if months:
            return Period(add_months(period.start, months * by), add_months(period.end, months * by), period.grain)
        step = timedelta(days=period.days * by)
        return Period(period.start + step, period.end + step, period.grain)

    def alignment(self, period: Period) -> Alignment | None:
        """How the year before is aligned to Spring Festival; None where the same dates are a fair comparison."""
        return aligned(period, self._same_dates(period)) if self.spring_festival else None

    def year_before(self, period: Period) -> Period:
        """The same period a year before; with ``spring_festival`` the same days of the festival's season.

        >>> february = Period(date(2026, 2, 1), date(2026, 3, 1), Grain.MONTH)
        >>> Calendar(spring_festival=True).year_before(february).start
        datetime.date(2025, 1, 13)
        """
        found = self.alignment(period)
        return found.base if found else self._same_dates(period)

    def _same_dates(self, period: Period) -> Period:
        """The same period a year before: fiscal and retail periods by their name, whole weeks 52 weeks back, so that
        weekdays match, all others by their dates.

        >>> Calendar()._same_dates(Calendar().parse("445-2026", date(2027, 1, 1))).days  # of 53 weeks and 52
        364
        """
        if period.grain in FISCAL | RETAIL and self.containing(period.start, period.grain) == period:
            year, part = self._place(period.start, period.grain)
            return self._named(period.grain, year - 1, part)
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
        if period.grain in {Grain.DAY, Grain.WEEK} | RETAIL or base.start.day != period.start.day or months == 0:
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
        year, part = self._place(start, grain)
        label = f"FY{year}" if grain in FISCAL else f"{self.retail.label}-{year}" if grain in RETAIL else str(year)
        return {
            12: label,
            6: f"{label}-H{part}",
            3: f"{label}-Q{part}",
            1: f"{label}-{part:02d}" if grain is Grain.MONTH else f"{label}-P{part:02d}",
        }[12 // PARTS[grain] if grain in RETAIL else MONTHS[grain]]
