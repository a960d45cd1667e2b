"""Periods as people say them: in three languages, and in the era of the Republic of China."""

from __future__ import annotations

from datetime import date

import pytest

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.era import counting_years
from crmeter.kernel.messages import LANGUAGES, speaking
from crmeter.reports import calendar_notes, periods

SAID = {
    "FY2026-P07": ("month 7 of fiscal year 2026", "2026 會計年度第 7 個月", "2026 财年第 7 个月"),
    "445-2025": ("retail year 2025", "2025 零售年度", "2025 零售年度"),
    "445-2025-Q3": ("Q3 of retail year 2025", "2025 零售年度第 3 季", "2025 零售年度第三季度"),
    "454-2025-P12": ("month 12 of retail year 2025", "2025 零售年度第 12 個月", "2025 零售年度第 12 个月"),
    "2025-Q3": ("Q3 2025", "2025 年第 3 季", "2025 年第三季度"),
}
ROC = {
    "2025": "民國 114 年",
    "2025-Q3": "民國 114 年第 3 季",
    "2025-07": "民國 114 年 7 月",
    "2025-07-14": "民國 114 年 7 月 14 日",
    "1910": "1910 年",  # before the Republic
}


@pytest.mark.parametrize("name", SAID)
def test_periods_are_said_in_three_languages(name: str) -> None:
    for lang, wanted in zip(("en", "zh-Hant", "zh-Hans"), SAID[name], strict=True):
        with speaking(lang):
            assert periods.said(name) == wanted


@pytest.mark.parametrize("name", ROC)
def test_years_of_the_republic_are_said_and_understood(name: str) -> None:
    with speaking("zh-Hant"), counting_years("roc"):
        said = periods.said(name)
        assert said == ROC[name]
        assert Calendar().name(Calendar().parse(said, date(2026, 1, 1))) == name
    with speaking("zh-Hant"):
        assert "民國" not in periods.said(name)


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_years_of_the_republic_are_said_in_traditional_chinese_alone(lang: str) -> None:
    with speaking(lang), counting_years("roc"):
        assert "2025" in periods.said("2025-Q3")


def test_retail_months_of_unlike_length_are_said() -> None:
    month = {"name": "445-2025-P03", "start": "2025-02-24", "end": "2025-03-31", "grain": "retail_month"}
    before = {"name": "445-2025-P02", "start": "2025-01-27", "end": "2025-02-24"}
    year = {"name": "445-2024-P03", "start": "2024-02-26", "end": "2024-04-01"}
    document = {"period": month, "base": {"previous": before, "year": year}}
    with speaking("en"):
        assert calendar_notes.notes(document) == (
            "This period has 5 weeks and the retail month before 4: sums and counts differ for that alone.",
        )
    for lang in LANGUAGES:
        with speaking(lang):
            [note] = calendar_notes.notes(document)
            assert "5" in note and "4" in note
    with speaking("en"):
        assert calendar_notes.notes({"period": {**month, "grain": "month"}, "base": {"previous": before}}) == ()
