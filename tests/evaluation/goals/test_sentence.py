"""Goals as sentences: what can be read with certainty is read, in three languages; what cannot is named."""

from __future__ import annotations

from datetime import date

import pytest

from crmeter.evaluation.goals.numerals import read_numeral
from crmeter.evaluation.goals.sentence import Sentence, read_sentence
from crmeter.evaluation.goals.times import within
from crmeter.kernel.calendar import Calendar
from crmeter.kpis.catalogue import BUILT_IN

CALENDAR, TODAY = Calendar(), date(2026, 1, 1)  # the newest day with data is 31 December 2025


def read(text: str, today: date = TODAY) -> Sentence:
    return read_sentence(text, BUILT_IN, CALENDAR, today)


def told(found: Sentence) -> tuple[str | None, float | None, str | None]:
    """KPI, signed number, period."""
    number = found.number
    signed = None if number is None else number.size * (number.sign or 1)
    return found.kpi, signed, found.period and CALENDAR.name(found.period)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sales +15% within one year", ("revenue", 15, "2026")),
        ("Increase our revenue by 15% in 2026", ("revenue", 15, "2026")),
        ("churn −5% next quarter", ("churn_rate.cohort", -5, "2026-Q1")),
        ("reduce churn by 5 percentage points by the end of 2026-Q2", ("churn_rate.cohort", -5, "2026-Q2")),
        ("average order value up 100 by Q2 2026", ("average_order_value", 100, "2026-Q2")),
        ("win rate +2 points within 6 months", ("win_rate", 2, "2026-H1")),
        ("客戶流失率下季降低 5%", ("churn_rate.cohort", -5, "2026-Q1")),
        ("一年內營收成長15%", ("revenue", 15, "2026")),
        ("民國115年第2季把淨推薦值提高5點", ("nps", 5, "2026-Q2")),
        ("首次回應時間縮短2小時，2026-Q2", ("first_response_hours.median", -2, "2026-Q2")),
        ("销售额明年增加120万", ("revenue", 1_200_000, "2026")),
        ("客单价 半年内 +10%", ("average_order_value", 10, "2026-H1")),
    ],
)
def test_sentences_that_are_read(text: str, expected: tuple[str, float, str]) -> None:
    found = read(text)
    assert told(found) == expected and not found.unread and not found.is_target


@pytest.mark.parametrize(("text", "value"), [("客户流失率降到5%，2026年第一季度", 5), ("NPS to 40 by end of 2026", 40)])
def test_a_value_that_is_to_be_reached(text: str, value: float) -> None:
    found = read(text)
    assert found.is_target and found.number is not None and found.number.size == value and not found.unread


def test_what_is_not_understood_is_named() -> None:
    assert read("improve business") == Sentence(unread=("improve", "business"))
    assert read("make sales great again +15% within one year").unread == ("make", "great", "again")
    assert read("increase churn −5% next quarter").unread == ("increase",)  # the word and the sign say different things
    assert read("sales 15% next year").number.sign == 0  # type: ignore[union-attr]  # up or down, it does not say


def test_a_longer_name_wins_and_parts_of_words_are_no_names() -> None:
    assert read("net revenue retention +5 points next year").kpi == "net_revenue_retention"
    assert read("wholesales +5% next year").kpi is None


def test_days_in_the_middle_of_a_month() -> None:
    # the month in which the data end counts: twelve months from 1 May
    period = within(CALENDAR, date(2026, 5, 17), 12)
    assert (period.start, period.end) == (date(2026, 5, 1), date(2027, 5, 1))
    assert CALENDAR.name(within(CALENDAR, date(2026, 4, 17), 3)) == "2026-Q2"
    assert told(read("sales +1% next quarter", date(2026, 5, 17)))[2] == "2026-Q3"


def test_numbers() -> None:
    assert read_numeral("−1,200.5").size == 1200.5  # type: ignore[union-attr]
    assert read_numeral("+３ 個百分點").points  # type: ignore[union-attr]
    assert read_numeral("NT$1.2億").size == pytest.approx(120_000_000)  # type: ignore[union-attr]
    assert read_numeral("many") is None and read_numeral("5% or so") is None
