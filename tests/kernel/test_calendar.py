"""The calendar: names and back, grains that tile the days, and what is compared with what."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.errors import UserError
from crmeter.kernel.period import Grain, Period, add_months

PLAIN = Calendar()
TODAY = date(2026, 1, 1)
GRAINS = [grain for grain in Grain if grain is not Grain.CUSTOM]
days = st.dates(date(2000, 1, 1), date(2060, 1, 1))
calendars = st.builds(
    Calendar,
    week_start=st.integers(0, 6),
    fiscal_start=st.sampled_from([(1, 1), (4, 1), (7, 1), (10, 1), (2, 15)]),
)


@pytest.mark.parametrize(
    "name, start, end",
    [
        ("2025", "2025-01-01", "2026-01-01"),
        ("2025-H1", "2025-01-01", "2025-07-01"),
        ("2025-Q3", "2025-07-01", "2025-10-01"),
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("2025-W31", "2025-07-28", "2025-08-04"),
        ("2020-W53", "2020-12-28", "2021-01-04"),  # ISO 8601 has a 53rd week in 2020
        ("2025-07-14", "2025-07-14", "2025-07-15"),
        ("FY2025", "2025-01-01", "2026-01-01"),
        ("last-quarter", "2025-10-01", "2026-01-01"),  # the data reach to the end of December
        ("this-month", "2025-12-01", "2026-01-01"),
    ],
)
def test_names(name: str, start: str, end: str) -> None:
    found = PLAIN.parse(name, TODAY)
    assert (str(found.start), str(found.end)) == (start, end)


def test_a_period_in_progress_is_this_one_and_the_last_is_the_one_before() -> None:
    middle = date(2025, 11, 20)
    assert PLAIN.name(PLAIN.parse("this-quarter", middle)) == "2025-Q4"
    assert PLAIN.name(PLAIN.parse("last-quarter", middle)) == "2025-Q3"


def test_fiscal_years_are_named_after_the_year_they_end_in() -> None:
    japan = Calendar(fiscal_start=(4, 1))
    assert japan.parse("FY2025", TODAY) == Period(date(2024, 4, 1), date(2025, 4, 1), Grain.FISCAL_YEAR)
    assert japan.parse("FY2025-Q4", TODAY).start == date(2025, 1, 1)
    assert japan.name(japan.containing(date(2025, 4, 1), Grain.FISCAL_QUARTER)) == "FY2026-Q1"


@pytest.mark.parametrize("name", ["2025-Q5", "2025-13", "2025-02-30", "2025-W54", "yesterday", "Q3", "", "FY25"])
def test_what_is_no_period_is_said(name: str) -> None:
    with pytest.raises(UserError, match="is not a period"):
        PLAIN.parse(name, TODAY)


@given(calendars, days, st.sampled_from(GRAINS))
def test_every_day_lies_in_one_period_of_each_grain_which_names_itself(
    calendar: Calendar, day: date, grain: Grain
) -> None:
    period = calendar.containing(day, grain)
    assert period.start <= day < period.end
    assert calendar.containing(period.start, grain) == calendar.containing(period.last_day, grain) == period
    assert calendar.parse(calendar.name(period), TODAY) == period
    assert calendar.following(period).start == period.end
    assert calendar.previous(calendar.following(period)) == period


@given(calendars, days, st.integers(1, 900), st.sampled_from(GRAINS))
def test_grains_tile_any_stretch_of_days(calendar: Calendar, start: date, length: int, grain: Grain) -> None:
    end = start + timedelta(days=length)
    parts = list(calendar.split(start, end, grain))
    assert parts[0].start <= start < parts[0].end
    assert parts[-1].start < end <= parts[-1].end
    assert all(a.end == b.start for a, b in itertools.pairwise(parts))


@pytest.mark.parametrize(
    "name, as_of, previous_end, year_end",
    [
        # 1 to 10 March against 1 to 10 February, and 1 to 10 March of last year
        ("2025-03", "2025-03-11", "2025-02-11", "2024-03-11"),
        ("2025-03", "2025-04-01", "2025-03-01", "2024-04-01"),  # over: all of February, all of March
        ("2025-03", "2025-03-31", "2025-03-01", "2024-03-31"),  # 30 days of March: February has no more than 28
        ("2024-02", "2024-02-29", "2024-01-29", "2023-03-01"),  # 28 days of a leap February match all of the other
        ("2025-Q2", "2025-05-11", "2025-02-11", "2024-05-11"),
        ("2025-W31", "2025-07-31", "2025-07-24", "2024-08-01"),  # Monday to Wednesday, 52 weeks back as well
    ],
)
def test_the_elapsed_part_is_compared(name: str, as_of: str, previous_end: str, year_end: str) -> None:
    period = PLAIN.parse(name, TODAY)
    day = date.fromisoformat(as_of)
    assert str(PLAIN.elapsed_match(period, PLAIN.previous(period), day).end) == previous_end
    assert str(PLAIN.elapsed_match(period, PLAIN.year_before(period), day).end) == year_end


@given(days, st.sampled_from(GRAINS), st.integers(1, 400))
def test_the_matched_part_is_the_start_of_the_base_and_never_longer(day: date, grain: Grain, elapsed: int) -> None:
    period = PLAIN.containing(day, grain)
    as_of = min(period.start + timedelta(days=elapsed), period.end)
    for base in (PLAIN.previous(period), PLAIN.year_before(period)):
        matched = PLAIN.elapsed_match(period, base, as_of)
        assert matched.start == base.start
        assert base.start < matched.end <= base.end
        if as_of == period.end:
            assert matched == base


def test_custom_months_move_by_months_and_other_stretches_by_days() -> None:
    spring = Period(date(2024, 2, 1), date(2024, 4, 1))
    assert PLAIN.previous(spring) == Period(date(2023, 12, 1), date(2024, 2, 1))
    assert PLAIN.year_before(spring) == Period(date(2023, 2, 1), date(2023, 4, 1))
    ten = Period(date(2025, 3, 5), date(2025, 3, 15))
    assert PLAIN.previous(ten) == Period(date(2025, 2, 23), date(2025, 3, 5))


@given(days, st.integers(-60, 60))
def test_months_keep_the_day_or_take_the_last(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1
