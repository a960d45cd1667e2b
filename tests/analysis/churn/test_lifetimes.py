"""Tenure, stages and survival on customers few enough to do by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from crmeter.analysis.churn import survival as curves
from crmeter.analysis.churn.before_leaving import before_leaving
from crmeter.analysis.churn.levels import OTHERS, grouped
from crmeter.analysis.churn.lifetimes import Lifetimes, lifetimes, months
from crmeter.analysis.churn.reasons import stated
from crmeter.analysis.churn.stages import peak, stages
from crmeter.model.rules import Rules
from tests.analysis.churn.test_known import case, contract, order
from tests.world.engine import warehouse

AS_OF = date(2026, 1, 1)
RULES = Rules("TWD", "UTC", inactivity_days=365)


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2025-01-15", "2025-04-15", 3.0),  # 90 days
        ("2024-12-15", "2025-03-15", 3.0),  # 90 days, over a year's end
        ("2025-01-31", "2025-02-28", 1.0),  # the last day of a shorter month
        ("2024-02-29", "2025-02-28", 12.0),
        ("2025-01-15", "2025-01-20", 5 / 31),
        ("2025-03-31", "2025-05-15", 1 + 15 / 31),  # from 30 April on, towards 31 May
        ("2025-01-15", "2025-01-15", 0.0),
    ],
)
def test_months_by_hand(start: str, end: str, expected: float) -> None:
    assert months(days(start), days(end)).tolist() == [pytest.approx(expected)]


def some(rows: list[tuple[str, str, str]], since: date | None = None) -> Lifetimes:
    """Spells of (who, start, end or nothing) that began with a contract."""
    names, starts, ends = zip(*rows, strict=True)
    ended = np.array([end or "NaT" for end in ends], dtype="datetime64[D]")
    return Lifetimes(names, days(*starts), ended, np.ones(len(rows), dtype=bool), {}, AS_OF, since)


def test_stages_count_whole_months_alone() -> None:
    """Of those who began their third month, two could be watched through it and one of them left at its end; one whose
    third month is not over is not counted, though nothing is known against it."""
    found = stages(
        some([("left", "2025-06-10", "2025-09-10"), ("stayed", "2025-06-10", ""), ("young", "2025-10-20", ""),
              ("early", "2025-06-10", "2025-07-01")])
    )  # fmt: skip
    shown = {stage.month: (stage.at_risk, stage.lost) for stage in found}
    assert shown[1] == (4, 1)  # early left in its first
    assert shown[2] == (3, 0)
    assert shown[3] == (2, 1)
    assert shown[6] == (1, 0) and 7 not in shown
    assert peak(found) is None  # too few to say


def test_those_who_were_there_before_enter_later() -> None:
    """Seen from 1 September on: who had been there for three months is asked about the months after them alone."""
    found = some([("old", "2025-06-01", ""), ("new", "2025-10-01", "2025-11-01")], date(2025, 9, 1))
    assert found.entry.tolist() == [pytest.approx(2 + 30 / 31), -1]
    assert {stage.month: stage.at_risk for stage in stages(found)} == {1: 1, 4: 1, 5: 1, 6: 1}


def test_rare_members_are_one_group_and_fewer_none() -> None:
    found = grouped(["a"] * 50 + ["b"] * 40 + ["c"] * 20 + ["d"] * 15 + [None] * 30)
    assert [(level.key, level.customers, level.merged) for level in found.levels] == [
        ("a", 50, 0), ("b", 40, 0), (None, 30, 0), (OTHERS, 35, 2),
    ]  # fmt: skip
    many = grouped([str(number) for number in range(20) for _ in range(40)])
    assert len(many.levels) == 12 and many.levels[-1].merged == 9


def company() -> dict[str, list[dict[str, str]]]:
    """Sixty with a contract, the odd ones of channel a, half of whom leave after three months; forty
    without."""
    rows: dict[str, list[dict[str, str]]] = {"customer": [], "subscription": [], "order": [], "case": []}
    for number in range(60):
        name, gone = f"s{number:02}", number % 4 == 1
        rows["customer"].append({"customer_id": name, "channel": "ab"[number % 2 == 0]})
        rows["subscription"].append(contract(name, name, "2025-02-01", "2025-05-01" if gone else ""))
        answered = "2025-03-06 10:00" if number < 8 else "2025-03-02 10:00"
        if number < 30:
            rows["case"].append(case(f"q{name}", name, "2025-03-01", "complaint" if gone else "question",
                                     answered if gone else "2025-03-01 11:00"))  # fmt: skip
    for number in range(40):
        name = f"p{number:02}"
        rows["customer"].append({"customer_id": name, "channel": "b"})
        rows["order"].append(order(name, name, "2024-02-01", 10))
        if number % 2:
            rows["order"].append(order(f"{name} again", name, "2024-12-01", 10))
    rows["subscription"].append(contract("again", "s01", "2025-08-01"))
    return rows


def test_a_company_by_hand() -> None:
    opened, con = warehouse(company(), RULES, AS_OF)
    found = lifetimes(opened, RULES, AS_OF, by=("customer.channel",))
    assert (len(found), int(found.observed.sum())) == (100, 55)
    told = {each.relationship: each for each in curves.survival(found, RULES)}
    kept = told["contract"].retention[0]
    # 15 of 60 leave after exactly three months: at three months they have not stayed longer
    assert (told["contract"].lost, kept.months, kept.value) == (15, 3, pytest.approx(0.75))
    assert told["contract"].retention[2].reason == "not_seen_yet"  # nobody has been watched for a year
    # who buys once is lost 366 days later, which is no matter of the first year
    assert [point.reason for point in told["purchase"].retention] == ["within_inactivity"] * 3 + [None]
    assert (told["purchase"].lost, told["purchase"].retention[3].value) == (40, 0)
    assert told["purchase"].median[0] == 12  # 366 days from 1 February 2024, a year with a 29th
    [again] = lifetimes(opened, RULES, AS_OF, returned=True).customers
    assert again == "s01"
    [channel] = curves.compared(found, ["customer.channel"])
    assert channel.beyond_noise
    worst = curves.leaving(found, ["customer.channel"])[0]
    # all who left with a contract are of a, half of the 60 at risk then: no ratio is the most likely one. In the shop
    # all are of b, and nothing can be compared
    assert (worst.level.member, worst.lost, worst.ratio) == ("a", 15, None)
    assert worst.expected == pytest.approx(7.5) and worst.beyond_noise
    reasons = stated(opened, found)
    assert (reasons.lost, reasons.told, reasons.reasons[0].reason) == (15, 15, "dear")
    con.close()


def test_before_leaving_asks_the_same_of_those_who_stay() -> None:
    """Of 60, 30 had a case, all within the 90 days before 1 May; 8 complained and left then, as 7 did without."""
    opened, con = warehouse(company(), RULES, AS_OF)
    found = lifetimes(opened, RULES, AS_OF)
    conditions, slow = before_leaving(opened, RULES, found)
    told = {each.condition: each for each in conditions}
    assert set(told) == {"complaint", "slow_answer"}
    assert (told["complaint"].lost, told["complaint"].had_it) == (15, 8)
    assert told["complaint"].ratio is None  # fewer than ten with it
    # slow is longer than 24 hours, which two had to wait; only the eight who were lost after an answer are asked about
    assert (told["slow_answer"].lost, told["slow_answer"].had_it) == (8, 2)
    assert slow == pytest.approx(24)
    con.close()
