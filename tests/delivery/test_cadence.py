"""When something is due: an hour of the wall clock, on each of its days once, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from crmeter.delivery.cadence import Cadence, Every

BERLIN, TAIPEI, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Taipei"), ZoneInfo("America/New_York")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("zone", [BERLIN, TAIPEI, NEW_YORK, ZoneInfo("Australia/Lord_Howe")])
def test_each_day_of_two_years_has_one_moment(zone: ZoneInfo) -> None:
    """Also the days on which the clocks leave 02:30 out or show it twice."""
    daily = Cadence(Every.DAY, time(2, 30))
    moment, days = daily.following(zone, utc("2025-01-01T00:00")), []
    while moment < utc("2027-01-01T00:00"):
        days.append(moment.astimezone(zone).date())
        assert daily.latest(zone, moment) == moment and daily.latest(zone, moment + timedelta(hours=3)) == moment
        moment = daily.following(zone, moment)
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))] and len(days) >= 729


def test_the_hour_on_the_wall_stays_when_clocks_change() -> None:
    # Berlin is at UTC+1 until 29 March 2026, 01:00 UTC, then at UTC+2
    daily = Cadence(Every.DAY, time(8))
    assert daily.following(BERLIN, utc("2026-03-28T00:00")) == utc("2026-03-28T07:00")
    assert daily.following(BERLIN, utc("2026-03-29T00:00")) == utc("2026-03-29T06:00")
    # 02:30 does not exist on that day: it becomes 03:30; on 25 October it comes twice, and the first counts
    night = Cadence(Every.DAY, time(2, 30))
    assert night.instant(date(2026, 3, 29), BERLIN) == utc("2026-03-29T01:30")
    assert night.instant(date(2026, 10, 25), BERLIN) == utc("2026-10-25T00:30")
    assert night.following(BERLIN, utc("2026-10-25T00:30")) == utc("2026-10-26T01:30")


def test_weeks_months_and_quarters() -> None:
    monday = Cadence(Every.WEEK, time(8), 0)
    assert monday.following(TAIPEI, utc("2026-11-22T12:00")) == utc("2026-11-23T00:00")  # 22 November is a Sunday
    assert monday.latest(TAIPEI, utc("2026-11-22T12:00")) == utc("2026-11-16T00:00")
    last = Cadence(Every.MONTH, time(8), 31)
    assert last.following(TAIPEI, utc("2026-02-01T00:00")).date() == date(2026, 2, 28)
    assert Cadence(Every.MONTH, time(8), 0).latest(TAIPEI, utc("2024-03-05T00:00")).date() == date(2024, 2, 29)
    fifth = Cadence(Every.QUARTER, time(23, 30), 5)
    assert fifth.following(TAIPEI, utc("2026-01-05T15:30")) == utc("2026-04-05T15:30")
    assert fifth.latest(TAIPEI, utc("2026-04-05T15:29")) == utc("2026-01-05T15:30")
