"""The calendar: names and back, grains that tile the days, and what is compared with what."""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.errors import UserError
from crmeter.kernel.period import RETAIL, Grain, Period, add_months
from crmeter.kernel.retail_year import RetailYear

PLAIN = Calendar()
TODAY = date(2026, 1, 1)
GRAINS = [grain for grain in Grain if grain is not Grain.CUSTOM]
days = st.dates(date(2000, 1, 1), date(2060, 1, 1))
calendars = st.builds(
    Calendar,
    week_start=st.integers(0, 6),
    fiscal_start=st.sampled_from([(1, 1), (4, 1), (7, 1), (10, 1), (2, 15), (1, 31), (8, 31), (12, 30)]),
    retail=st.builds(
        RetailYear,
        pattern=st.sampled_from([(4, 4, 5), (4, 5, 4), (5, 4, 4)]),
        ends=st.sampled_from(["last", "nearest"]),
        weekday=st.integers(0, 6),
        month=st.integers(1, 12),
        named=st.sampled_from(["end", "start"]),
    ),
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
        ("FY2025-P07", "2025-07-01", "2025-08-01"),
        ("last-fiscal-month", "2025-12-01", "2026-01-01"),
        ("this-fiscal-quarter", "2025-10-01", "2026-01-01"),
        ("民國114年", "2025-01-01", "2026-01-01"),
        ("民國 114 年第 3 季", "2025-07-01", "2025-10-01"),
        ("114年第3季", "2025-07-01", "2025-10-01"),
        ("民國114年第三季", "2025-07-01", "2025-10-01"),
        ("１１４年７月", "2025-07-01", "2025-08-01"),  # full width
        ("民國99年上半年", "2010-01-01", "2010-07-01"),
        ("民國114年7月14日", "2025-07-14", "2025-07-15"),
        ("ROC114-Q3", "2025-07-01", "2025-10-01"),
        ("roc1", "1912-01-01", "1913-01-01"),  # the Republic began on 1 January 1912
        ("2025年第三季度", "2025-07-01", "2025-10-01"),
        ("2025年下半年", "2025-07-01", "2026-01-01"),
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


@pytest.mark.parametrize(
    "name",
    [
        "2025-Q5",
        "2025-13",
        "2025-02-30",
        "2025-W54",
        "yesterday",
        "Q3",
        "",
        "FY25",
        "25年第3季",
        "FY2025-P13",
        "445-2025-Q5",
        "445-2025-P00",
        "445-2025-P13",
        "民國2025年",
        "民國114年13月",
    ],
)
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


# Fiscal years that companies and the National Retail Federation have published: first day, last day.
SATURDAY, SUNDAY = 5, 6
PUBLISHED = {
    "NRF": (
        RetailYear((4, 5, 4), "nearest", SATURDAY, 1, "start"),
        {
            2012: ("2012-01-29", "2013-02-02"),  # 53 weeks
            2016: ("2016-01-31", "2017-01-28"),
            2017: ("2017-01-29", "2018-02-03"),  # 53 weeks
            2023: ("2023-01-29", "2024-02-03"),  # 53 weeks
            2024: ("2024-02-04", "2025-02-01"),
            2025: ("2025-02-02", "2026-01-31"),
        },
    ),
    "Apple, last Saturday of September": (
        RetailYear((4, 4, 5), "last", SATURDAY, 9),
        {2022: ("2021-09-26", "2022-09-24"), 2023: ("2022-09-25", "2023-09-30"), 2024: ("2023-10-01", "2024-09-28")},
    ),
    "NVIDIA, last Sunday of January, named after its end": (
        RetailYear((4, 4, 5), "last", SUNDAY, 1),
        {2022: ("2021-02-01", "2022-01-30"), 2023: ("2022-01-31", "2023-01-29"), 2025: ("2024-01-29", "2025-01-26")},
    ),
    "Johnson & Johnson, Sunday nearest to the end of December": (
        RetailYear((4, 4, 5), "nearest", SUNDAY, 12),
        {2020: ("2019-12-30", "2021-01-03"), 2022: ("2022-01-03", "2023-01-01"), 2024: ("2024-01-01", "2024-12-29")},
    ),
}


@pytest.mark.parametrize("who", PUBLISHED)
def test_retail_years_are_those_that_were_published(who: str) -> None:
    retail, years = PUBLISHED[who]
    calendar = Calendar(retail=retail)
    for year, days in years.items():
        found = calendar.parse(f"{retail.label}-{year}", TODAY)
        assert (str(found.start), str(found.last_day)) == days


def test_months_of_the_retail_year_of_the_nrf() -> None:
    nrf = Calendar(retail=PUBLISHED["NRF"][0])
    # 4-5-4 calendar of 2023: February begins on 29 January, March on 26 February, April on 2 April; November on 29
    # October, January with its 53rd week runs from 31 December to 3 February
    starts = [str(nrf.parse(f"454-2023-P{month:02d}", TODAY).start) for month in (1, 2, 3, 10, 12)]
    assert starts == ["2023-01-29", "2023-02-26", "2023-04-02", "2023-10-29", "2023-12-31"]
    last = nrf.parse("454-2023-P12", TODAY)
    assert (last.days, nrf.following(last).start) == (35, date(2024, 2, 4))
    assert nrf.parse("454-2023-Q4", TODAY).days == 14 * 7


def test_by_default_the_retail_year_is_that_of_the_iso_weeks() -> None:
    for day in (date(2000, 1, 1) + timedelta(days=n) for n in range(0, 15000, 3)):
        iso = day.isocalendar()
        month = PLAIN.containing(day, Grain.RETAIL_MONTH)
        assert PLAIN.name(PLAIN.containing(day, Grain.RETAIL_YEAR)) == f"445-{iso.year}"
        weeks = [w for _ in range(4) for w in (4, 4, 5)]
        number = next(n for n in range(1, 13) if n == 12 or iso.week <= sum(weeks[:n]))
        assert PLAIN.name(month) == f"445-{iso.year}-P{number:02d}"


def test_a_name_of_another_retail_calendar_is_refused() -> None:
    with pytest.raises(UserError, match="another retail calendar"):
        PLAIN.parse("454-2025-P03", TODAY)


@given(calendars, days, st.sampled_from(sorted(RETAIL)))
def test_retail_periods_are_whole_weeks_and_the_last_of_the_year_takes_the_53rd(
    calendar: Calendar, day: date, grain: Grain
) -> None:
    year, part = calendar.retail.part_of(day, grain)
    period = calendar.containing(day, grain)
    usual = {Grain.RETAIL_YEAR: [52], Grain.RETAIL_QUARTER: [13], Grain.RETAIL_MONTH: list(calendar.retail.pattern)}
    weeks, rest = divmod(period.days, 7)
    parts = {Grain.RETAIL_YEAR: 1, Grain.RETAIL_QUARTER: 4, Grain.RETAIL_MONTH: 12}[grain]
    extra = part == parts and calendar.retail.weeks(year) == 53
    assert calendar.retail.weeks(year) in (52, 53)
    assert (weeks - extra, rest) == (usual[grain][(part - 1) % len(usual[grain])], 0)
    assert period.last_day.weekday() == calendar.retail.weekday


@given(calendars, days, st.sampled_from([g for g in GRAINS if "_" in g]))
def test_a_year_before_has_the_same_name_but_for_the_year(calendar: Calendar, day: date, grain: Grain) -> None:
    period = calendar.containing(day, grain)
    before = calendar.year_before(period)
    year = calendar.name(calendar.containing(day, Grain.RETAIL_YEAR if grain in RETAIL else Grain.FISCAL_YEAR))[-4:]
    assert calendar.name(before) == calendar.name(period).replace(year, str(int(year) - 1))
    assert 353 <= (period.start - before.start).days <= 378


@given(calendars)
def test_a_calendar_is_read_back_from_its_json(calendar: Calendar) -> None:
    assert Calendar.from_json(json.loads(json.dumps(asdict(calendar)))) == calendar


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
