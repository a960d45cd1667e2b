# ruff: noqa: DTZ001 - the naive times of exports, and UTC as it is stored
"""A column written in one format comes back as it was, or is asked about; it never comes back wrong.

The witnesses are Python's own datetime, zoneinfo and number formatting.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmeter.ingest.formats import decide
from crmeter.kernel.errors import UserError
from crmeter.model.table import Kind

CON = duckdb.connect()
CON.execute("SET TimeZone = 'UTC'")
ZONES = [
    "Asia/Taipei",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "Pacific/Auckland",
    "UTC",
]


def read(texts: list[str], kind: Kind, sql: str = "sql", **options: str) -> list[object]:
    CON.execute("CREATE OR REPLACE TEMP TABLE t (place INTEGER, v VARCHAR)")
    CON.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(texts)))
    decision = decide(CON, "t", "v", kind, **options)  # type: ignore[arg-type]
    return [row[0] for row in CON.execute(f"SELECT {getattr(decision, sql)} FROM t ORDER BY place").fetchall()]


def roc(day: date) -> str:
    return f"{day.year - 1911}/{day.month:02}/{day.day:02}"


WRITERS: dict[str, Callable[[date], str]] = {
    "iso": date.isoformat,
    "dmy": lambda day: f"{day.day:02}/{day.month:02}/{day.year}",
    "mdy": lambda day: f"{day.month}/{day.day}/{day.year}",
    "dots": lambda day: f"{day.day}.{day.month}.{day.year}",
    "bare": lambda day: day.strftime("%Y%m%d"),
    "chinese": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "roc": roc,
    "month": lambda day: day.strftime("%d %b %Y"),
    "serial": lambda day: str((day - date(1899, 12, 30)).days),
    "short": lambda day: day.strftime("%d/%m/%y"),
}
DAYS = st.lists(st.dates(date(1970, 1, 1), date(2100, 12, 31)), min_size=1, max_size=8)


@settings(max_examples=150)
@given(DAYS, st.sampled_from(sorted(WRITERS)))
def test_dates_come_back_or_are_asked_about(days: list[date], writer: str) -> None:
    texts = [WRITERS[writer](day) for day in days]
    try:
        found = read(texts, Kind.DATE)
    except UserError:
        assert writer in ("dmy", "mdy", "dots", "short", "roc", "bare")
        return
    assert found == days


@settings(max_examples=80)
@given(
    st.lists(st.datetimes(datetime(1995, 1, 1), datetime(2037, 12, 31)), min_size=1, max_size=6),
    st.sampled_from(ZONES),
    st.sampled_from(ZONES),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]),
)
def test_local_times_become_utc_and_business_dates(times: list[datetime], zone: str, business: str, form: str) -> None:
    naive = [time.replace(microsecond=0, fold=0) for time in times]
    texts = [time.strftime(form) for time in naive]
    utc = [time.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for time in naive]
    options = {"zone": zone, "business_zone": business}
    assert read(texts, Kind.INSTANT, **options) == [time.replace(tzinfo=None) for time in utc]
    if zone == business:
        expected = [time.date() for time in naive]
    else:
        expected = [time.astimezone(ZoneInfo(business)).date() for time in utc]
    assert read(texts, Kind.INSTANT, "date_sql", **options) == expected


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-03-09 02:30:00", datetime(2025, 3, 9, 7, 30)),  # skipped: as if the clocks had stayed
        ("2025-11-02 01:30:00", datetime(2025, 11, 2, 5, 30)),  # twice: the first
        ("2025-11-02 02:30:00", datetime(2025, 11, 2, 7, 30)),
    ],
)
def test_changes_of_the_clock(text: str, utc: datetime) -> None:
    assert read([text], Kind.INSTANT, zone="America/New_York") == [utc]


AMOUNTS = st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=8)
STYLES: dict[str, Callable[[Decimal], str]] = {
    "plain": str,
    "thousands": lambda x: f"{x:,}",
    "comma": lambda x: f"{x:,}".translate(str.maketrans(",.", ".,")),
    "currency": lambda x: f"NT${x:,}",
    "brackets": lambda x: f"({-x:,})" if x < 0 else f"{x:,}",
    "whole": lambda x: f"{int(x):,}",
    "whole_comma": lambda x: f"{int(x):,}".replace(",", "."),
    "three": lambda x: f"{x:.3f}",
}


@settings(max_examples=150)
@given(AMOUNTS, st.sampled_from(sorted(STYLES)))
def test_numbers_come_back_or_are_asked_about(amounts: list[Decimal], style: str) -> None:
    texts = [STYLES[style](amount) for amount in amounts]
    expected = [Decimal(int(amount)) if style.startswith("whole") else amount for amount in amounts]
    try:
        found = read(texts, Kind.MONEY)
    except UserError:
        assert style in ("whole", "whole_comma", "three")
        return
    assert found == expected


@given(st.lists(st.text(max_size=12), min_size=1, max_size=6), st.sampled_from(list(Kind)))
def test_no_text_makes_the_engine_raise(texts: list[str], kind: Kind) -> None:
    clean = [text.replace("\0", "").encode("utf-8", "ignore").decode() for text in texts]
    try:
        read([*clean, "2025-01-01" if kind in (Kind.DATE, Kind.INSTANT) else "1"], kind)
    except UserError as error:
        assert error.problems[0].next
