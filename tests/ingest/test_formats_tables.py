# ruff: noqa: DTZ001 - the naive times of exports, and UTC as it is stored
"""Columns as exports have them, each with what a person reads in it. The expectations are written out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from crmeter.ingest.formats import decide
from crmeter.kernel.errors import UserError
from crmeter.model.table import Kind


def read(values: Sequence[object], kind: Kind, type: str = "VARCHAR", **settings: Any) -> list[Any]:
    """The values of a column after the decision."""
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f'CREATE TABLE t (place INTEGER, "a ""column""" {type})')
        con.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(values)))
        decision = decide(con, "t", 'a "column"', kind, **settings)
        con.execute("SET enable_external_access = false")
        return [row[0] for row in con.execute(f"SELECT {decision.sql} FROM t ORDER BY place").fetchall()]


DATES: list[tuple[list[str], list[date | None]]] = [
    (["2025-03-01", "2024-02-29", ""], [date(2025, 3, 1), date(2024, 2, 29), None]),
    (["2025/3/1", "2025/12/31"], [date(2025, 3, 1), date(2025, 12, 31)]),
    (["2025.03.01", "2025.3.2"], [date(2025, 3, 1), date(2025, 3, 2)]),
    (["1/2/2025", "13/2/2025"], [date(2025, 2, 1), date(2025, 2, 13)]),
    (["1/2/2025", "2/13/2025"], [date(2025, 1, 2), date(2025, 2, 13)]),
    (["01.02.2025", "31.12.2025"], [date(2025, 2, 1), date(2025, 12, 31)]),
    (["20250301", "20251231"], [date(2025, 3, 1), date(2025, 12, 31)]),
    (["31122025", "01032025"], [date(2025, 12, 31), date(2025, 3, 1)]),
    (["2025年3月1日", "2025年12月31日"], [date(2025, 3, 1), date(2025, 12, 31)]),
    (["114/03/01", "113/02/29", "99/12/31"], [date(2025, 3, 1), date(2024, 2, 29), date(2010, 12, 31)]),
    (["114.3.1", "114-12-31"], [date(2025, 3, 1), date(2025, 12, 31)]),
    (["民國114年3月1日", "民國 99 年 12 月 31 日"], [date(2025, 3, 1), date(2010, 12, 31)]),
    (["1140301", "0991231"], [date(2025, 3, 1), date(2010, 12, 31)]),
    (["45717", "45291"], [date(2025, 3, 1), date(2023, 12, 31)]),
    (["1 Mar 2025", "31-Dec-2025", "March 2, 2025"], [date(2025, 3, 1), date(2025, 12, 31), date(2025, 3, 2)]),
    (["2025/3/1", "2025/12/31"], [date(2025, 3, 1), date(2025, 12, 31)]),
    (["1/1/2025", "2/2/2025"], [date(2025, 1, 1), date(2025, 2, 2)]),
    (["2025-03-01", "2025-02-30", "1066-01-01", "soon", "N/A"], [date(2025, 3, 1), None, None, None, None]),
]


@pytest.mark.parametrize(("values", "expected"), DATES, ids=[values[0] for values, _ in DATES])
def test_dates(values: list[str], expected: list[date | None]) -> None:
    if "soon" in values:
        values, expected = values + ["2025-03-02"] * 5, expected + [date(2025, 3, 2)] * 5
    assert read(values, Kind.DATE) == expected


TAIPEI: list[tuple[list[str], list[datetime]]] = [
    (["2025-03-01 08:30", "2025-03-01 23:59:59"], [datetime(2025, 3, 1, 0, 30), datetime(2025, 3, 1, 15, 59, 59)]),
    (["2025/3/1 下午 03:05:00", "2025/3/2 上午 12:05:00"], [datetime(2025, 3, 1, 7, 5), datetime(2025, 3, 1, 16, 5)]),
    (["2025年3月1日 13:05", "2025年3月1日"], [datetime(2025, 3, 1, 5, 5), datetime(2025, 2, 28, 16)]),
    (["3/14/2025 3:05 PM", "3/15/2025 12:00 AM"], [datetime(2025, 3, 14, 7, 5), datetime(2025, 3, 14, 16)]),
    (["2025-03-01T00:00:00Z", "2025-03-01T08:00:00+08:00"], [datetime(2025, 3, 1)] * 2),
    (
        ["2025-03-01T00:00:00.25Z", "2025-03-01 09:00"],
        [datetime(2025, 3, 1, 0, 0, 0, 250_000), datetime(2025, 3, 1, 1)],
    ),
    (["1740787200", "1740787201"], [datetime(2025, 3, 1), datetime(2025, 3, 1, 0, 0, 1)]),
    (["1740787200000"], [datetime(2025, 3, 1)]),
    (["45717.5", "45718"], [datetime(2025, 3, 1, 4), datetime(2025, 3, 1, 16)]),
    (["20250301T083000", "202503011200"], [datetime(2025, 3, 1, 0, 30), datetime(2025, 3, 1, 4)]),
    (["114/03/01 08:30"], [datetime(2025, 3, 1, 0, 30)]),
]


@pytest.mark.parametrize(("values", "expected"), TAIPEI, ids=[values[0] for values, _ in TAIPEI])
def test_instants_in_taipei(values: list[str], expected: list[datetime]) -> None:
    assert read(values, Kind.INSTANT, zone="Asia/Taipei") == expected


NUMBERS: list[tuple[list[str], list[str | None]]] = [
    (["12", "-3.5", "+4", ""], ["12", "-3.5", "4", None]),
    (["1,234.50", "12,345,678"], ["1234.5", "12345678"]),
    (["1.234,50", "5"], ["1234.5", "5"]),
    (["12,5", "3"], ["12.5", "3"]),
    (["NT$1,234.5", "NT$ 12", "(100)", "-NT$5", "NT$-6"], ["1234.5", "12", "-100", "-5", "-6"]),
    (["1234.5元", "￥２，０００．５"], ["1234.5", "2000.5"]),
    (["1 234,5 €", "7 €"], ["1234.5", "7"]),
    (["1'234.5", "100-", "−7.25"], ["1234.5", "-100", "-7.25"]),
    (["1,234", "1,234,567"], ["1234", "1234567"]),
    (["1.234", "1.234.567"], ["1234", "1234567"]),
    (["1.5E+05", "2e-2", "1", "7.12345"], ["150000", "0.02", "1", "7.1235"]),
    (["1", "2", "3", "4", "0x1F", "1_000", "inf", "１２"], ["1", "2", "3", "4", None, None, None, "12"]),
]


@pytest.mark.parametrize(("values", "expected"), NUMBERS, ids=[values[0] for values, _ in NUMBERS])
def test_money(values: list[str], expected: list[str | None]) -> None:
    assert read(values, Kind.MONEY) == [None if text is None else Decimal(text) for text in expected]


def test_shares_and_whole_numbers() -> None:
    assert read(["12%", "3.5 %"], Kind.NUMBER) == pytest.approx([0.12, 0.035])
    assert read(["3.0", "1,000", "3.5"], Kind.INTEGER) == [3, 1000, None]
    assert read(["1e400", "1", "2"], Kind.NUMBER) == [None, 1.0, 2.0]


ASKED: list[tuple[list[str], Kind, str]] = [
    (["1/2/2025", "3/4/2025"], Kind.DATE, '"1/2/2025" may be 2025-02-01'),
    (["01/02/25", "31/12/25"], Kind.DATE, "two digits"),
    (["99/12/31", "98/01/01"], Kind.DATE, "two digits"),
    (["1,234", "5,678"], Kind.MONEY, "1234.0000 .* 1.2340"),
    (["1.234", "5.678"], Kind.NUMBER, "decimal_mark"),
    (["US$5", "NT$6"], Kind.MONEY, "several currencies"),
    (["soon", "later", "2025-01-01"], Kind.DATE, "2 of 3 values can't be read as dates"),
    (["many", "few", "1"], Kind.NUMBER, "2 of 3 values can't be read as numbers"),
]


@pytest.mark.parametrize(("values", "kind", "says"), ASKED, ids=[values[0] for values, _, _ in ASKED])
def test_what_two_people_would_read_differently_is_asked(values: list[str], kind: Kind, says: str) -> None:
    with pytest.raises(UserError, match=says):
        read(values, kind, setting="order.ordered_at")


def test_settings_answer_the_question() -> None:
    ambiguous = ["1/2/2025", "3/4/2025 13:05"]
    assert read(ambiguous, Kind.DATE, given="%d/%m/%Y") == [date(2025, 2, 1), date(2025, 4, 3)]
    assert read(ambiguous, Kind.DATE, given="mdy") == [date(2025, 1, 2), date(2025, 3, 4)]
    assert read(["01/02/25"], Kind.DATE, given="%d/%m/%y") == [date(2025, 2, 1)]
    assert read(["99/12/31"], Kind.DATE, given="roc") == [date(2010, 12, 31)]
    assert read(["1,234"], Kind.MONEY, decimal_mark=".") == [Decimal(1234)]
    assert read(["1,234"], Kind.MONEY, decimal_mark=",") == [Decimal("1.234")]
    assert read(["1.234"], Kind.MONEY, decimal_mark=",") == [Decimal(1234)]
    with pytest.raises(UserError, match="none of its 1 dates fits"):
        read(["2025-01-01"], Kind.DATE, given="%d/%m/%Y")
    with pytest.raises(UserError, match="is no date format"):
        read(["2025-01-01"], Kind.DATE, given="%Q'); DROP TABLE t; --")


def test_typed_columns_pass_as_they_are() -> None:
    assert read([datetime(2025, 3, 1, 8)], Kind.INSTANT, "TIMESTAMP", zone="Asia/Taipei") == [datetime(2025, 3, 1)]
    assert read([date(2025, 3, 1)], Kind.DATE, "DATE") == [date(2025, 3, 1)]
    assert read(["2025-03-01 00:00:00+08"], Kind.INSTANT, "TIMESTAMPTZ", zone="UTC") == [datetime(2025, 2, 28, 16)]
    assert read([1001.0, 2.5], Kind.KEY, "DOUBLE") == ["1001", "2.5"]
    assert read([20250301], Kind.DATE, "BIGINT") == [date(2025, 3, 1)]
    assert read([45717.0], Kind.DATE, "DOUBLE") == [date(2025, 3, 1)]
    assert read([1.5, float("nan")], Kind.MONEY, "DOUBLE") == [Decimal("1.5"), None]
    assert read([True], Kind.FLAG, "BOOLEAN") == [True]


def test_words() -> None:
    outcomes = ["Closed Won", "輸單", "成交", "CLOSED-LOST", "Engaging", None]
    assert read(outcomes, Kind.CHOICE, choices=("won", "lost")) == ["won", "lost", "won", "lost", None, None]
    assert read(["是", "NO", "1", "否", "?"], Kind.FLAG) == [True, False, True, False, None]
    assert read(["nt$", "usd", "人民幣", "dollars", "yen"], Kind.CURRENCY) == ["TWD", "USD", "CNY", None, None]
    assert read([" 001\u3000", "", "NULL"], Kind.KEY) == ["001", None, "NULL"]
    with pytest.raises(UserError, match="none of its values is one of won, lost"):
        read(["yes"], Kind.CHOICE, choices=("won", "lost"))


def test_an_empty_column_asks_nothing() -> None:
    for kind in (Kind.DATE, Kind.INSTANT, Kind.MONEY, Kind.NUMBER, Kind.INTEGER, Kind.FLAG, Kind.TEXT, Kind.CURRENCY):
        assert read(["", None], kind) == [None, None]
