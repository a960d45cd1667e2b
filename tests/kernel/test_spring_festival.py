"""Spring Festival: published dates, and which periods are held against which days of the year before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Grain, Period
from crmeter.kernel.spring_festival import AFTER, BEFORE, is_uneven, new_year, season

CHINESE = Calendar(spring_festival=True)
TODAY = date(2027, 1, 1)
# Lunar New Year's Days as the Hong Kong Observatory tabulates them.
PUBLISHED = """
2000-02-05 2008-02-07 2015-02-19 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10
2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03 2033-01-31 2034-02-19
"""


@pytest.mark.parametrize("day", [date.fromisoformat(day) for day in PUBLISHED.split()], ids=str)
def test_the_festival_is_on_the_day_that_was_published(day: date) -> None:
    assert new_year(day.year) == day


@pytest.mark.parametrize(
    "name, start, end",
    [
        # 17 February 2026 is 384 days after 29 January 2025: January and February go back by as much
        ("2026-01", "2024-12-13", "2025-01-13"),
        ("2026-02", "2025-01-13", "2025-02-10"),
        ("2026-W08", "2025-01-28", "2025-02-04"),  # the week of the festival
        ("2026-02-17", "2025-01-29", "2025-01-30"),
        # 29 January 2025 is 354 days after 10 February 2024
        ("2025-01", "2024-01-13", "2024-02-13"),
        ("2025-02", "2024-02-13", "2024-03-12"),
        # 22 January 2023 is 355 days after 1 February 2022
        ("2023-01", "2022-01-11", "2022-02-11"),
        ("445-2026-P02", "2025-01-07", "2025-02-04"),  # 26 January to 22 February
    ],
)
def test_periods_in_the_season_are_held_against_the_same_days_of_it(name: str, start: str, end: str) -> None:
    found = CHINESE.year_before(CHINESE.parse(name, TODAY))
    assert (str(found.start), str(found.end)) == (start, end)


@pytest.mark.parametrize(
    "name",
    ["2026", "2026-H1", "2026-Q1", "2025-Q1", "2025-Q4", "2025-12", "2026-03", "2026-06", "2026-W30", "FY2026-Q1"],
)
def test_periods_that_hold_the_whole_season_or_nothing_of_it_keep_their_dates(name: str) -> None:
    period = CHINESE.parse(name, TODAY)
    assert CHINESE.alignment(period) is None
    assert CHINESE.year_before(period) == Calendar().year_before(period)


def test_march_is_aligned_only_where_a_late_festival_reaches_into_it() -> None:
    assert CHINESE.alignment(CHINESE.parse("2015-03", TODAY)) is not None  # after 19 February 2015: to 5 March
    assert CHINESE.alignment(CHINESE.parse("2026-03", TODAY)) is None  # two days of 31: within the tolerance


def test_sales_before_the_festival_that_straddle_an_edge_align_a_custom_period_too() -> None:
    winter = Period(date(2024, 12, 1), date(2025, 1, 20))  # before 29 January 2025; a year before it was 10 February
    found = CHINESE.alignment(winter)
    assert found and (found.base.start, found.base.end) == (date(2023, 12, 13), date(2024, 2, 1))
    autumn = Period(date(2024, 9, 1), date(2024, 12, 1))
    assert CHINESE.alignment(autumn) is None


@given(st.dates(date(1995, 1, 1), date(2060, 1, 1)), st.integers(1, 60))
def test_an_aligned_base_is_as_long_and_holds_the_same_days_of_the_season(start: date, length: int) -> None:
    period = Period(start, start + timedelta(days=length))
    found = CHINESE.alignment(period)
    base = CHINESE.year_before(period)
    if found:
        assert base == found.base
        assert base.days == period.days
        assert (period.start - found.festival) == (base.start - found.base_festival)
    assert not is_uneven(period, base)


@given(st.integers(1950, 2080), st.sampled_from([Grain.QUARTER, Grain.HALF, Grain.YEAR]), st.integers(1, 12))
def test_no_quarter_is_ever_moved(year: int, grain: Grain, month: int) -> None:
    assert CHINESE.alignment(CHINESE.containing(date(year, month, 1), grain)) is None


def test_the_season() -> None:
    assert season(Period(date(2026, 1, 1), date(2026, 4, 1))) == frozenset(range(-BEFORE, AFTER))
    assert season(Period(date(2026, 2, 17), date(2026, 2, 18))) == {0}
    assert season(Period(date(2026, 4, 1), date(2026, 7, 1))) == frozenset()


def test_a_year_whose_festival_is_not_known_keeps_its_dates() -> None:
    assert new_year(2100) is None
    assert CHINESE.alignment(Period(date(2100, 2, 1), date(2100, 3, 1))) is None


def test_without_the_setting_nothing_is_aligned() -> None:
    assert Calendar().alignment(CHINESE.parse("2026-01", TODAY)) is None


def test_a_month_in_progress_is_held_against_as_many_days() -> None:
    february = CHINESE.parse("2026-02", TODAY)
    matched = CHINESE.elapsed_match(february, CHINESE.year_before(february), date(2026, 2, 11))
    assert (matched.start, matched.end) == (date(2025, 1, 13), date(2025, 1, 23))
