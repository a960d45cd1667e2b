"""The settings of [calendar]: read as written, and what does not fit is said with what does."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crmeter.app.settings import Workspace, open_workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.retail_year import RetailYear
from crmeter.kernel.working_time import WorkingTime

LEAST = '[workspace]\ncurrency = "TWD"\ntimezone = "Asia/Taipei"\n'
SIX = (9 * 60, 18 * 60)


def opened(folder: Path, calendar: str = "", workspace: str = "", **environ: str) -> Workspace:
    text = LEAST + workspace + (f"\n[calendar]\n{calendar}" if calendar else "")
    (folder / "crmeter.toml").write_text(text, "utf-8")
    return open_workspace(folder, environ)


def test_without_settings_there_are_weekdays_and_nothing_more(tmp_path: Path) -> None:
    found = opened(tmp_path)
    assert found.rules.working == WorkingTime()
    assert found.rules.calendar.retail == RetailYear()
    assert not found.rules.calendar.spring_festival
    assert found.era == "common"


def test_everything_written_is_read(tmp_path: Path) -> None:
    found = opened(
        tmp_path,
        """
country = "tw"
weekend = ["sunday"]
holidays = [2025-05-01, "2025-12-24"]
workdays = ["2025-02-08"]
hours = { monday = "09:00-18:00", saturday = "10:00 - 24:00" }
lunch = "12:30-13:30"
retail_weeks = "4-5-4"
retail_year_ends = "nearest Saturday to January"
retail_year_named = "start"
era = "roc"
""",
    )
    assert found.rules.working == WorkingTime(
        "TW",
        (6,),
        (date(2025, 5, 1), date(2025, 12, 24)),
        (date(2025, 2, 8),),
        (SIX, None, None, None, None, (600, 1440), None),
        (750, 810),
    )
    assert found.rules.calendar.retail == RetailYear((4, 5, 4), "nearest", 5, 1, "start")
    assert found.rules.calendar.spring_festival  # because of the country
    assert found.era == "roc"


def test_one_span_holds_on_every_day_that_is_no_weekend(tmp_path: Path) -> None:
    assert opened(tmp_path, 'hours = "09:00-18:00"').rules.working.hours == (SIX,) * 5 + (None, None)
    text = 'hours = "9:00-18:00"\nweekend = ["friday", "saturday"]'
    assert opened(tmp_path, text).rules.working.hours == (*(SIX,) * 4, None, None, SIX)


def test_the_festival_can_be_chosen_without_a_country_and_left_with_one(tmp_path: Path) -> None:
    assert opened(tmp_path, "spring_festival = true").rules.calendar.spring_festival
    assert not opened(tmp_path, 'country = "CN"\nspring_festival = false').rules.calendar.spring_festival


def test_a_retail_year_ends_with_a_week_of_the_workspace(tmp_path: Path) -> None:
    sunday = opened(tmp_path, workspace='week_start = "sunday"\n').rules.calendar
    assert sunday.retail.weekday == 5
    assert sunday.parse("445-2025-P01", date(2026, 1, 1)).start == date(2024, 12, 29)


def test_the_environment_wins(tmp_path: Path) -> None:
    environ = {
        "CRMETER_CALENDAR_COUNTRY": "CN",
        "CRMETER_CALENDAR_HOURS": "monday=09:00-18:00, saturday=10:00-14:00",
        "CRMETER_CALENDAR_HOLIDAYS": "2025-05-01, 2025-05-02",
        "CRMETER_CALENDAR_SPRING_FESTIVAL": "false",
    }
    found = opened(tmp_path, 'country = "TW"\nhours = "08:00-12:00"', **environ).rules
    assert (found.working.country, found.working.hours[0], found.working.hours[5]) == ("CN", SIX, (600, 840))
    assert found.working.holidays == (date(2025, 5, 1), date(2025, 5, 2))
    assert not found.calendar.spring_festival


@pytest.mark.parametrize(
    "line, said",
    [
        ('country = "JP"', "TW, CN, none"),
        ('hours = "18:00-09:00"', "hours as 09:00-18:00"),
        ('hours = "09:00-25:00"', "hours as 09:00-18:00"),
        ('hours = "09:61-10:00"', "hours as 09:00-18:00"),
        ("hours = {}", "hours as 09:00-18:00"),
        ('hours = { moonday = "09:00-18:00" }', "Did you mean “monday”?"),
        ('hours = { monday = "nine" }', 'hours."monday" is "nine"'),
        ('lunch = "13:00"', "hours as 12:30-13:30"),
        ('weekend = ["Samstag"]', "a list of weekdays"),
        ('weekend = "sunday"', "a list of weekdays"),
        ('holidays = ["1 May"]', "a list of days"),
        ('retail_weeks = "5-5-3"', "4-4-5, 4-5-4, 5-4-4"),
        ('retail_year_ends = "last day of january"', "last WEEKDAY of MONTH"),
        ('retail_year_named = "middle"', "end, start"),
        ('era = "meiji"', "common, roc"),
        ('spring_festival = "yes"', "true or false"),
    ],
)
def test_what_does_not_fit_is_said_with_what_does(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        opened(tmp_path, line)
    [problem] = caught.value.problems
    assert said in str(problem)
