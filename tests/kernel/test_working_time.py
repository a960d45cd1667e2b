"""Working days against published official calendars, and business hours by the clock."""

from __future__ import annotations

import itertools
import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmeter.kernel.public_holidays import public_year
from crmeter.kernel.working_time import BusinessDay, WorkingTime, business_days

TAIWAN, CHINA = WorkingTime("TW"), WorkingTime("CN")
NINE_TO_SIX = ((9 * 60, 18 * 60),) * 5 + (None, None)
NOON = (12 * 60, 13 * 60)


def days(text: str, year: int) -> set[date]:
    """``02-08 02-10..12`` as days of a year."""
    found = set()
    for part in text.split():
        first, _, last = part.partition("..")
        start = date.fromisoformat(f"{year}-{first}")
        end = start.replace(day=int(last)) if last else start
        found |= {start + timedelta(days=n) for n in range((end - start).days + 1)}
    return found


# Days from Monday to Friday that are off, and weekend days that are worked. Taiwan: calendars of government offices of
# the Directorate-General of Personnel Administration. China: notices of the General Office of the State Council.
PUBLISHED = [
    (TAIWAN, 2023, "01-02 01-20 01-23..27 02-27..28 04-03..05 06-22..23 09-29 10-09..10",
     "01-07 02-04 02-18 03-25 06-17 09-23"),
    (TAIWAN, 2024, "01-01 02-08..09 02-12..14 02-28 04-04..05 06-10 09-17 10-10", "02-17"),
    (TAIWAN, 2025, "01-01 01-27..31 02-28 04-03..04 05-30 09-29 10-06 10-10 10-24 12-25", "02-08"),
    (TAIWAN, 2026, "01-01 02-16..20 02-27 04-03 04-06 05-01 06-19 09-25 09-28 10-09 10-26 12-25", ""),
    (CHINA, 2023, "01-02 01-23..27 04-05 05-01..03 06-22..23 09-29 10-02..06",
     "01-28..29 04-23 05-06 06-25 10-07..08"),
    (CHINA, 2024, "01-01 02-12..16 04-04..05 05-01..03 06-10 09-16..17 10-01..04 10-07",
     "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12"),
    (CHINA, 2025, "01-01 01-28..31 02-03..04 04-04 05-01..02 05-05 06-02 10-01..03 10-06..08",
     "01-26 02-08 04-27 09-28 10-11"),
    (CHINA, 2026, "01-01..02 02-16..20 02-23 04-06 05-01 05-04..05 06-19 09-25 10-01..02 10-05..07",
     "01-04 02-14 02-28 05-09 09-20 10-10"),
]  # fmt: skip


@pytest.mark.parametrize("working, year, off, worked", PUBLISHED, ids=lambda v: getattr(v, "country", None))
def test_every_day_is_worked_or_not_as_was_published(working: WorkingTime, year: int, off: str, worked: str) -> None:
    every = [date(year, 1, 1) + timedelta(days=n) for n in range(366 if year % 4 == 0 else 365)]
    assert {day for day in every if day.weekday() < 5 and not working.is_workday(day)} == days(off, year)
    assert {day for day in every if day.weekday() > 4 and working.is_workday(day)} == days(worked, year)


def test_a_second_library_knows_the_same_make_up_days_of_china() -> None:
    from holidays import country_holidays

    for year in range(2015, 2027):
        public = public_year("CN", year)
        assert public
        assert public.workdays == {
            day for day in country_holidays("CN", years=year).weekend_workdays if day.year == year
        }


@pytest.mark.parametrize("country, first, last", [("TW", 2001, 2026), ("CN", 2004, 2026)])
def test_years_that_were_not_published_are_not_known(country: str, first: int, last: int) -> None:
    working = WorkingTime(country)
    assert [working.is_known(year) for year in (first - 1, first, last, last + 1)] == [False, True, True, False]
    assert working.is_workday(date(2027, 1, 1))  # a Friday: the weekday alone counts
    assert WorkingTime().is_known(1800)


def test_days_of_the_company_win_over_public_ones() -> None:
    own = WorkingTime("TW", holidays=(date(2025, 5, 1), date(2025, 2, 8)), workdays=(date(2025, 1, 27),))
    assert not own.is_workday(date(2025, 5, 1))  # Labour Day, no holiday of government offices then
    assert not own.is_workday(date(2025, 2, 8))
    assert own.is_workday(date(2025, 1, 27))


def test_working_days_are_counted() -> None:
    # China worked 19 days in January 2025: 23 from Monday to Friday, less 1, 28, 29, 30 and 31, and the 26th, a Sunday
    assert CHINA.workdays_between(date(2025, 1, 1), date(2025, 2, 1)) == 23 - 5 + 1
    assert WorkingTime(weekend=(6,)).workdays_between(date(2025, 1, 6), date(2025, 1, 13)) == 6


def test_a_make_up_day_has_hours_of_its_own_or_of_the_first_weekday() -> None:
    make_up = date(2025, 2, 8)  # a Saturday in both
    assert WorkingTime("TW", hours=NINE_TO_SIX).opening(make_up) == (540, 1080)
    saturdays = (*NINE_TO_SIX[:5], (600, 840), None)
    assert WorkingTime("TW", hours=saturdays).opening(make_up) == (600, 840)
    assert WorkingTime("TW", hours=saturdays).opening(date(2025, 2, 15)) == (600, 840)  # an ordinary Saturday
    assert WorkingTime("TW", hours=saturdays).opening(date(2025, 1, 29)) is None


def by_day(working: WorkingTime, zone: str, first: str, last: str) -> dict[date, BusinessDay]:
    found = business_days(working, zone, date.fromisoformat(first), date.fromisoformat(last))
    return {day.day: day for day in found}


def test_the_hours_of_a_day_in_utc_with_a_break() -> None:
    [day] = by_day(WorkingTime(hours=NINE_TO_SIX, lunch=NOON), "Asia/Taipei", "2025-07-01", "2025-07-01").values()
    at = [day.opens, day.breaks, day.resumes, day.closes]
    assert list(map(str, at)) == [f"2025-07-01 {time}:00" for time in ("01:00", "04:00", "05:00", "10:00")]


def test_the_hours_follow_summer_time() -> None:
    # New York went to summer time on Sunday 9 March 2025: 9 o'clock is 14 UTC before and 13 UTC after
    found = by_day(WorkingTime(hours=NINE_TO_SIX), "America/New_York", "2025-03-07", "2025-03-10")
    assert str(found[date(2025, 3, 7)].opens) == "2025-03-07 14:00:00"
    assert str(found[date(2025, 3, 10)].opens) == "2025-03-10 13:00:00"
    assert found[date(2025, 3, 10)].before == 9 * 3600  # Friday alone


def test_open_around_the_clock_a_day_has_23_or_25_hours_when_the_clock_moves() -> None:
    always = WorkingTime(hours=((0, 24 * 60),) * 7)
    found = by_day(always, "Europe/Berlin", "2025-03-29", "2025-10-27")
    before = {day: each.before for day, each in found.items()}
    spring, autumn = date(2025, 3, 30), date(2025, 10, 26)
    assert before[spring + timedelta(days=1)] - before[spring] == 23 * 3600
    assert before[autumn + timedelta(days=1)] - before[autumn] == 25 * 3600


@given(
    st.dates(date(2018, 1, 1), date(2026, 12, 1)),
    st.integers(1, 60),
    st.sampled_from(["Asia/Taipei", "America/New_York", "Pacific/Chatham"]),
    st.sampled_from([None, NOON, (0, 600), (1000, 1440)]),
    st.sampled_from(["TW", "CN", None]),
)
def test_days_follow_one_another_and_nothing_counts_twice(
    first: date, length: int, zone: str, lunch: tuple[int, int] | None, country: str | None
) -> None:
    working = WorkingTime(country, hours=(*NINE_TO_SIX[:5], (600, 840), None), lunch=lunch)
    found = list(business_days(working, zone, first, first + timedelta(days=length)))
    assert [day.day for day in found] == [first + timedelta(days=n) for n in range(length + 1)]
    for day, after in itertools.pairwise(found):
        assert day.opens <= day.breaks <= day.resumes <= day.closes <= after.opens
        open_for = (day.breaks - day.opens) + (day.closes - day.resumes)
        assert after.before - day.before == open_for.total_seconds()


@given(
    st.builds(
        WorkingTime,
        st.sampled_from(["TW", "CN", None]),
        st.sampled_from([(5, 6), (6,), ()]),
        st.lists(st.dates(), max_size=2).map(tuple),
        st.lists(st.dates(), max_size=2).map(tuple),
        st.sampled_from([(), NINE_TO_SIX]),
        st.sampled_from([None, NOON]),
    )
)
def test_working_time_is_read_back_from_its_json(working: WorkingTime) -> None:
    assert WorkingTime.from_json(json.loads(json.dumps(working.as_json()))) == working
