"""Targets of a goal, and whether those of its parts add up: each sum by hand."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from crmeter.evaluation.goals import Goal, Kind, Wish
from crmeter.evaluation.goals.cascade import together
from crmeter.kernel.period import Grain, Period
from crmeter.metrics import Better

Q4 = Period(date(2025, 10, 1), date(2026, 1, 1), Grain.QUARTER)
Q1 = Period(date(2026, 1, 1), date(2026, 4, 1), Grain.QUARTER)


def goal(id: str, kpi: str, value: float, target: float, scope: str = "", **told: Any) -> Goal:
    baseline = {"value": value, "numerator": told.get("numerator"), "denominator": told.get("denominator")}
    wish = Wish(Kind.POINTS, target - value)
    return Goal(id, kpi, wish, Q1, Q4, baseline, target, (scope,) if scope else ())


def test_relative_and_points_are_two_readings() -> None:
    """T14 of the requirements: churn 10%, “−5%” is 9.5% of the one kind and 5.0% of the other."""
    assert Wish(Kind.RELATIVE, -0.05).target(0.10) == pytest.approx(0.095)
    assert Wish(Kind.POINTS, -0.05).target(0.10) == pytest.approx(0.05)
    assert Wish(Kind.RELATIVE, 0.10).target(-40) == pytest.approx(-36)  # a score below 0 rises too


def test_a_goal_is_written_and_read_back() -> None:
    whole = goal("G1", "revenue", 100, 115)
    assert Goal.from_json(json.loads(json.dumps(whole.as_json()))) == whole


def test_a_target_that_is_a_value_is_reached_from_the_good_side() -> None:
    keep = Goal("G1", "churn_rate.cohort", Wish(Kind.VALUE, 0.1), Q1, Q4, {"value": 0.09}, 0.1)
    assert keep.is_reached_by(0.095, Better.DOWN) and not keep.is_reached_by(0.101, Better.DOWN)


def test_sums_with_a_rest_that_stays() -> None:
    # 1000 = 600 (North) + 300 (South) + 100 (rest); 660 + 330 + 100 = 1090 < 1100: the rest would need 110
    whole = goal("G1", "revenue", 1000, 1100)
    north = goal("G2", "revenue", 600, 660, "customer.region = 'North'")
    south = goal("G3", "revenue", 300, 330, "customer.region = 'South'")
    found = together(whole, [north, south])
    assert found.how == "sum" and found.value == pytest.approx(1090) and found.rest == pytest.approx(100)
    assert found.enough is False and found.needed == pytest.approx(110)
    enough = together(whole, [north, goal("G3", "revenue", 300, 340, "customer.region = 'South'")])
    assert enough.enough is True


def test_rates_are_weighted_with_their_denominators() -> None:
    # 100 of 1000 left: 60 of 400 in the North (15%), 40 of 600 in the South (6.7%).
    # North to 12% and South to 6%: (48 + 36) ÷ 1000 = 8.4%. A plain mean of the rates would say 9%.
    whole = goal("G1", "churn_rate.cohort", 0.1, 0.085, numerator=100, denominator=1000)
    north = goal("G2", "churn_rate.cohort", 0.15, 0.12, "region = North", numerator=60, denominator=400)
    south = goal("G3", "churn_rate.cohort", 40 / 600, 0.06, "region = South", numerator=40, denominator=600)
    found = together(whole, [north, south])
    assert found.how == "weighted" and found.value == pytest.approx(0.084) and found.enough is True
    assert found.rest is None
    # without the South's goal it stays at 40 of 600: (48 + 40) ÷ 1000 = 8.8%, and it would have to come to 37 ÷ 600
    alone = together(whole, [north])
    assert alone.value == pytest.approx(0.088) and alone.enough is False and alone.needed == pytest.approx(37 / 600)


def test_points_of_a_net_score_are_weighted_too() -> None:
    whole = goal("G1", "nps", 30.0, 35.0, numerator=30, denominator=100)
    part = goal("G2", "nps", 50.0, 60.0, "region = North", numerator=25, denominator=50)
    assert together(whole, [part]).value == pytest.approx((60 * 50 + 10 * 50) / 100)


def test_what_cannot_be_added_is_said() -> None:
    whole = goal("G1", "revenue", 1000, 1100)
    north = goal("G2", "revenue", 600, 660, "region = North")
    again = goal("G3", "revenue", 800, 900, "region in (North, South)")  # overlaps
    other = goal("G4", "orders", 10, 11, "region = South")
    assert together(whole, [north, again, other]).others == ("G3", "G4")
    median = goal("G1", "first_response_hours.median", 5, 4)
    part = goal("G2", "first_response_hours.median", 6, 4, "region = North")
    assert together(median, [part]).reason == "no_parts"
    assert together(whole, [other]).reason == "not_apart"
