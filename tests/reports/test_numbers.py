"""Numbers and periods as people in Taiwan, in mainland China and elsewhere write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmeter.kernel.messages import LANGUAGES, speaking
from crmeter.reports import numbers, periods

VALUES = [
    (0.26537, "share", None, "26.5%", "26.5%", "26.5%"),
    (1.2, "share", None, "120.0%", "120.0%", "120.0%"),
    (0.00042, "share", None, "0.042%", "0.042%", "0.042%"),
    (0, "share", None, "0.0%", "0.0%", "0.0%"),
    (-0.00001, "count", None, "0.0", "0.0", "0.0"),
    (81234, "count", None, "81,234", "81,234", "81,234"),
    (1234567.4, "money", "TWD", "NT$1,234,567", "NT$1,234,567", "NT$1,234,567"),
    (412.75, "money", "TWD", "NT$413", "NT$413", "NT$413"),
    (412.75, "money", "CNY", "CN¥412.75", "¥412.75", "CN¥412.75"),
    (412.75, "money", "USD", "US$412.75", "US$412.75", "$412.75"),
    (-1500, "money", "TWD", "−NT$1,500", "−NT$1,500", "−NT$1,500"),
    (3.36, "hours", None, "3.4 小時", "3.4 小时", "3.4 hours"),
    (14.25, "minutes", None, "14.2 分鐘", "14.2 分钟", "14.2 minutes"),
    (57, "days", None, "57.0 天", "57.0 天", "57.0 days"),
    (2.414, "per_year", None, "每年 2.41 次", "每年 2.41 次", "2.41 per year"),
    (30, "points", None, "30.0 分", "30.0 分", "30.0 points"),
    (4.213, "score", None, "4.21", "4.21", "4.21"),
    (None, "share", None, "無法計算", "无法计算", "undefined"),
]


@pytest.mark.parametrize(("value", "unit", "currency", "hant", "hans", "en"), VALUES)
def test_amounts(value: float | None, unit: str, currency: str | None, hant: str, hans: str, en: str) -> None:
    for lang, said in (("zh-Hant", hant), ("zh-Hans", hans), ("en", en)):
        with speaking(lang):
            assert numbers.amount(value, unit, currency) == said


CHANGES = [
    (0.0213, "share", None, "+2.1 個百分點", "+2.1 个百分点", "+2.1 pp"),
    (-0.0213, "share", None, "−2.1 個百分點", "−2.1 个百分点", "−2.1 pp"),
    (0.0001, "share", None, "+0.01 個百分點", "+0.01 个百分点", "+0.01 pp"),
    (-120, "count", None, "−120", "−120", "−120"),
    (-2_752_324.2, "money", "TWD", "−NT$2,752,324", "−NT$2,752,324", "−NT$2,752,324"),
    (0.04, "per_year", None, "每年 +0.04 次", "每年 +0.04 次", "+0.04 per year"),
    (-6.5, "points", None, "−6.5 分", "−6.5 分", "−6.5 points"),
    (None, "share", None, "無法計算", "无法计算", "undefined"),
]


@pytest.mark.parametrize(("value", "unit", "currency", "hant", "hans", "en"), CHANGES)
def test_changes(value: float | None, unit: str, currency: str | None, hant: str, hans: str, en: str) -> None:
    for lang, said in (("zh-Hant", hant), ("zh-Hans", hans), ("en", en)):
        with speaking(lang):
            assert numbers.change(value, unit, currency) == said


def test_intervals_name_the_unit_once() -> None:
    with speaking("en"):
        assert numbers.interval(3.14, 3.61, "hours") == "3.1 to 3.6 hours"
        assert numbers.interval(0.0481, 0.0609, "share") == "4.8% to 6.1%"
        assert numbers.interval(None, None, "share") == ""
        assert numbers.change_interval(0.011, 0.031, "share") == "+1.1 to +3.1 pp"
        assert numbers.change_interval(-52.4, 10.2, "count") == "−52 to +10"
    with speaking("zh-Hant"):
        assert numbers.interval(3.14, 3.61, "hours") == "3.1 至 3.6 小時"
        assert numbers.change_interval(0.011, 0.031, "share") == "+1.1 至 +3.1 個百分點"


@given(st.floats(0, 1))
def test_no_p_value_is_said_to_be_zero(p: float) -> None:
    with speaking("en"):
        said = numbers.p_value(p)
    assert any(digit in said for digit in "123456789")


@given(st.floats(-1e12, 1e12), st.sampled_from(["share", "count", "money", "hours", "points", "per_year"]))
def test_a_change_says_its_direction(value: float, unit: str) -> None:
    for lang in LANGUAGES:
        with speaking(lang):
            said = numbers.change(value, unit, "TWD")
        assert ("+" in said) is (value > 0) and ("−" in said) is (value < 0)
        assert "-" not in said


@pytest.mark.parametrize(
    ("start", "step", "unit"), [(10_500, 500, "count"), (42e6, 2e6, "money"), (0.02, 0.0025, "share")]
)
def test_ticks_can_be_told_apart(start: float, step: float, unit: str) -> None:
    for lang in LANGUAGES:
        with speaking(lang):
            said = [numbers.tick(start + i * step, unit, step) for i in range(6)]
        assert len(set(said)) == 6


PERIODS = [
    ("2025", "2025 年", "2025 年", "year 2025"),
    ("2025-H1", "2025 年上半年", "2025 年上半年", "first half of 2025"),
    ("2025-Q3", "2025 年第 3 季", "2025 年第三季度", "Q3 2025"),
    ("2025-07", "2025 年 7 月", "2025 年 7 月", "July 2025"),
    ("2025-W31", "2025 年第 31 週", "2025 年第 31 周", "week 31 of 2025"),
    ("2025-07-14", "2025 年 7 月 14 日", "2025 年 7 月 14 日", "14 July 2025"),
    ("FY2026-Q1", "2026 會計年度第 1 季", "2026 财年第一季度", "Q1 of fiscal year 2026"),
    ("FY2026", "2026 會計年度", "2026 财年", "fiscal year 2026"),
    (
        "2025-07-01..2025-07-15",
        "2025 年 7 月 1 日至 2025 年 7 月 14 日",
        "2025 年 7 月 1 日至 2025 年 7 月 14 日",
        "1 July 2025 to 14 July 2025",
    ),
]


@pytest.mark.parametrize(("name", "hant", "hans", "en"), PERIODS)
def test_periods(name: str, hant: str, hans: str, en: str) -> None:
    for lang, said in (("zh-Hant", hant), ("zh-Hans", hans), ("en", en)):
        with speaking(lang):
            assert periods.said(name) == said


def test_days_and_instants_are_of_the_workspace() -> None:
    with speaking("zh-Hant"):
        assert periods.day(date(2026, 1, 2)) == "2026 年 1 月 2 日"
        assert periods.instant("2026-01-01T23:04:05Z", "Asia/Taipei") == "2026 年 1 月 2 日 07:04"
