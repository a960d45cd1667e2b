"""What a finding is worth, where it comes from, what is advised, and what the evaluation says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from crmeter.evaluation.advice import advice
from crmeter.evaluation.benchmarks import Benchmark, compared
from crmeter.evaluation.evaluate import Inputs, Scope, evaluate
from crmeter.evaluation.events import Event, windows
from crmeter.evaluation.health import Limits, health
from crmeter.evaluation.money import money_of
from crmeter.evaluation.risks import goals_at_risk
from crmeter.evaluation.roots import failing_rules
from crmeter.evaluation.seal import is_intact
from crmeter.evaluation.steps import Step, Steps
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.errors import UserError
from crmeter.kernel.period import Period
from crmeter.kpis import CATALOGUE
from crmeter.kpis.catalogue import BUILT_IN
from crmeter.model.rules import Rules
from tests.world.engine import Rows, warehouse

AS_OF = date(2026, 1, 1)
RULES = Rules("TWD", "UTC")
THIRD = Calendar().parse("2025-Q3", AS_OF)
LOOKED_AT = ("churn_rate.cohort", "customers.lost", "recurring_revenue", "customers.start", "adoption_rate")
KPIS = [kpi for kpi in CATALOGUE if kpi.id in LOOKED_AT]
UPGRADE = Event("V1", "system_upgrade", date(2025, 5, 16), "New onboarding")


def told(kpi: str, number: float | None, better: str = "up", **more: Any) -> dict[str, Any]:
    """One KPI as the document has it."""
    interval = {"low": None, "high": None, "denominator": None, "complete": True} | more.pop("value", {})
    return {"kpi": kpi, "unit": "share", "better": better, "definition": "ab" * 8,
            "value": {"value": number, **interval}, "comparisons": {}, **more}  # fmt: skip


# --- money ---------------------------------------------------------------------------------------------------------


def test_churn_is_priced_by_customers_and_what_one_is_worth() -> None:
    """By hand: 3 points (1 to 5) of 1,000 customers at NT$2,000 each are −60,000 (−100,000 to −20,000)."""
    churn = told("churn_rate.cohort", 0.08, "down", value={"denominator": 1000},
                 comparisons={"previous": {"change": 0.03, "low": 0.01, "high": 0.05}})  # fmt: skip
    kpis = {"clv.profit": told("clv.profit", 2000.0)}
    found = money_of(churn, "previous", kpis, "TWD")
    assert [found[name] for name in ("amount", "low", "high")] == pytest.approx([-60_000, -100_000, -20_000])
    assert [(each["kpi"], each["value"]) for each in found["times"]] == [
        ("churn_rate.cohort", 1000), ("clv.profit", 2000)]  # fmt: skip


def test_the_range_is_that_of_both_and_no_price_is_no_money() -> None:
    """By hand: −0.1 (−0.2 to 0) × 50 decided deals × 1,000 (900 to 1,100): −5,000, −11,000 to 0."""
    win = told("win_rate", 0.4, value={"denominator": 50},
               comparisons={"year": {"change": -0.1, "low": -0.2, "high": 0.0}})  # fmt: skip
    deal = told("average_deal_value", 1000.0, value={"low": 900.0, "high": 1100.0})
    found = money_of(win, "year", {"average_deal_value": deal}, "TWD")
    assert [found[name] for name in ("amount", "low", "high")] == pytest.approx([-5_000, -11_000, 0])
    assert money_of(win, "year", {}, "TWD")["reason"] == "unknown_factor"
    minutes = told("handle_minutes.mean", 9.0, comparisons={"year": {"change": 1.0, "low": 0.5, "high": 1.5}})
    assert money_of(minutes, "year", {}, "TWD") | {"amount": None, "reason": "no_price"} == money_of(
        minutes, "year", {}, "TWD"
    )


# --- windows, benchmarks, health -----------------------------------------------------------------------------------


def test_windows_are_whole_weeks_of_the_same_weekdays() -> None:
    """By hand with a calendar: 16 September 2025 is a Tuesday, 15 whole weeks before 1 January, 13 are taken."""
    day = date(2025, 9, 16)
    after, before = windows(Event("V1", "other", day), AS_OF)
    assert (after, before) == (Period(day, date(2025, 12, 16)), Period(date(2025, 6, 17), day))
    # under way since 12 August: the window before is the last whole weeks that end by then
    _, before = windows(Event("V1", "campaign_end", day, began=date(2025, 8, 12)), AS_OF)
    assert before == Period(date(2025, 5, 13), date(2025, 8, 12))
    fresh = Event("V1", "other", date(2025, 12, 5))
    assert windows(replace(fresh, day=date(2025, 12, 4)), AS_OF)[0].days == 28
    with pytest.raises(UserError, match="too fresh"):
        windows(fresh, AS_OF)


PERIOD = {"grain": "quarter", "start": "2025-07-01"}


@pytest.mark.parametrize(
    "changes, state, reason",
    [
        ({}, "worse", None),  # 8 ± 1 points against 5
        ({"value": 0.0785}, "no_detectable_difference", None),
        ({"value": None, "low": 0.06, "high": 0.09}, "within", None),
        ({"value": None, "low": 0.10, "high": 0.12}, "better", None),
        ({"definition": None}, "not_compared", "definition_as_text"),
        ({"definition": "cd" * 8}, "not_compared", "other_definition"),
        ({"grain": None}, "not_compared", "no_grain"),
        ({"grain": "year"}, "not_compared", "other_grain:year"),
        ({"grain": "any"}, "worse", None),
        ({"kpi": "nps"}, "not_compared", "no_kpi"),
    ],
)
def test_a_benchmark_is_compared_where_its_definition_is_ours(
    changes: Mapping[str, Any], state: str, reason: str | None
) -> None:
    given = Benchmark("churn_rate.cohort", "a study", 2024, "retail", 0.05, grain="quarter", definition="ab" * 8)
    kpis = [told("churn_rate.cohort", 0.08, "down", value={"low": 0.07, "high": 0.09})]
    [row] = compared([replace(given, **changes)], kpis, PERIOD, "TWD")
    assert (row["state"], row["reason"]) == (state, reason)


def test_states_by_thresholds() -> None:
    bad_above, bad_below = Limits(0.3, 0.5), Limits(0.7, 0.5, above=False)
    assert [bad_above.state(f) for f in (0.29, 0.3, 0.5, None)] == ["ok", "warning", "failing", "cannot_tell"]
    assert [bad_below.state(f) for f in (0.71, 0.7, 0.5)] == ["ok", "warning", "failing"]


def test_each_pitfall_has_its_figure_and_cannot_tell_without_data() -> None:
    """By hand: 2 of 4 leading KPIs have a target (50%, a warning); 6 of 10 own fields hardly filled; 30 of 1,000
    checks fail; one of two areas is empty; the calls got shorter and the customers less content."""
    verdicts = {"handle_minutes.mean": "better", "csat.mean": "worse"}
    kpis = [told(id, 0.4, comparisons={"previous": {"verdict": v}}) for id, v in verdicts.items()]
    kpis.append(told("adoption_rate", None, value={"reason": "no_data"}))
    checks = [{"table": "order", "rule": "r", "severity": "error", "checks": 1000, "passed": 970}]
    data = {"checks": checks, "fields": {"custom": 10, "hardly_filled": 6}, "links": [],
            "areas": {"sales": True, "service": False}}  # fmt: skip
    scope = Scope(THIRD, targets={"nps": 1.0, "revenue": 1.0})
    found = health(scope, data, kpis, ["nps", "revenue", "cac", "clv.profit"])
    states = {check["requirement"]: check["state"] for check in found["checks"]}
    assert states == {"R200": "warning", "R201": "cannot_tell", "R202": "warning", "R203": "failing",
                      "R204": "warning", "R205": "failing"}  # fmt: skip
    figures = {part["what"]: part["figure"] for check in found["checks"] for part in check["parts"]}
    assert (figures["led_kpis"], figures["errors"], figures["unused_fields"]) == (0.5, pytest.approx(0.03), 0.6)
    assert (figures["better_at_a_price"], figures["without_decision"]) == (1, 1.0)
    assert found["kpis_without_goals"] == ["cac", "clv.profit"]


def test_broken_rules_are_a_share_of_the_rows_not_of_those_asked() -> None:
    """By hand: 18 of 900 orders in another currency lack a rate, which is 2% of those and 0.018% of 100,000 orders."""

    def check(table: str, rule: str, checks: int, passed: int, severity: str = "error") -> dict[str, Any]:
        return {"table": table, "rule": rule, "severity": severity, "checks": checks, "passed": passed}

    checks = [check("order", "row_fits", 100_000, 99_995), check("order", "rate_known", 900, 882),
              check("case", "row_fits", 100, 97), check("case", "agent_filled", 100, 50, "info")]  # fmt: skip
    assert failing_rules(("order", "case", "lead"), checks) == [
        ("case", "row_fits", 0.03), ("order", "rate_known", 0.00018)]  # fmt: skip


def test_a_goal_that_is_off_track_is_a_risk_and_one_on_track_is_none() -> None:
    goal = {"id": "G1", "kpi": "nps", "name": None, "period": {"end": "2026-01-01"}}
    state = {"goal": goal, "target": 40.0, "value": {"value": 30.0}, "expected": {"probability": 0.1}}
    found = list(goals_at_risk([{**state, "status": each} for each in ("on_track", "off_track", "unknown")]))
    assert [(risk["risk"], risk["kpi"], risk["figures"]["probability"]) for risk in found] == [
        ("goal_at_risk", "nps", 0.1)
    ]


# --- advice --------------------------------------------------------------------------------------------------------


def weakness(root: str) -> dict[str, Any]:
    return {"kind": "weakness", "rank": 1, "kpi": "churn_rate.cohort", "comparison": "previous", "change": 0.03,
            "segments": [{"by": {"customer.team": "south"}, "beyond_noise": True}], "root": {"kind": root}}  # fmt: skip


def test_what_worked_here_comes_first_and_brings_its_interval() -> None:
    plan = {"id": "P1", "title": "Calls", "kpi": "churn_rate.cohort", "kind": "service", "verdict": "improved",
            "effect": -0.02, "low": -0.03, "high": -0.01, "learning": {"do": ["Call in week 2"]}}  # fmt: skip
    other = {**plan, "id": "P2", "kind": "marketing", "verdict": "no_detectable_change"}
    first, *cards = advice([weakness("crm_setting")], [told("churn_rate.cohort", 0.1, "down")], [plan, other], BUILT_IN)
    assert first["source"] == "verified_plan:P1" and "Call in week 2" in first["do"]["zh-Hant"]
    assert first["expected"] == {"change": -0.02, "low": -0.03, "high": -0.01, "from": "verified_plan:P1"}
    assert [each["source"] for each in cards] == ["catalogue", "catalogue"]
    # of the card of churn, when it is rising, the one of the likely root before the others; nothing is promised
    assert (cards[0]["kind"], cards[0]["expected"]) == ("crm_setting", None)
    assert set(first["do"]) == {"en", "zh-Hant", "zh-Hans"} and first["segments"] == [
        {"by": {"customer.team": "south"}}
    ]
    assert [each["id"] for each in (first, *cards)] == ["A1", "A2", "A3"]


# --- likely root, on a company whose story is known ----------------------------------------------------------------


def contract(team: str, number: int, began: str, ended: str = "") -> dict[str, str]:
    id = f"{team} {began} {number}"
    return {"subscription_id": id, "customer_id": id, "started_at": f"{began} 12:00", "monthly_amount": "10",
            "ended_at": f"{ended} 12:00" if ended else "", "currency": "TWD"}  # fmt: skip


def company(*, more_after: bool) -> Rows:
    """North and south. South’s customers leave in the third quarter. Of the new customers before the upgrade of 16 May
    a fifth goes south, after it four fifths do (or a fifth still)."""
    made = [contract("north", i, "2024-01-10") for i in range(400)]
    made += [contract("south", i, "2024-01-10", "2025-08-10" if i < 90 else "") for i in range(200)]
    made += [contract("north", i, "2025-04-20") for i in range(80)] + [
        contract("south", i, "2025-04-20") for i in range(20)
    ]
    south = 80 if more_after else 20
    made += [contract("south", i, "2025-06-01", "2025-08-20" if i < 15 else "") for i in range(south)]
    made += [contract("north", i, "2025-06-01") for i in range(100 - south)]
    people = [{"customer_id": row["customer_id"], "team": row["customer_id"].split()[0]} for row in made]
    return {"subscription": made, "customer": people}


SCOPE = Scope(THIRD, dimensions=("customer.team",), events=(UPGRADE,))


def test_a_root_is_named_where_a_test_speaks_for_it_and_what_was_kept_is_not_made_again() -> None:
    opened, con = warehouse(company(more_after=True), RULES, AS_OF)
    kept: list[Step] = []
    document = evaluate(opened, RULES, SCOPE, name="x", id="1", kpis=KPIS, steps=Steps(keep=kept.append))
    churn = next(f for f in document["findings"] if f["kpi"] == "churn_rate.cohort")
    assert churn["segments"][0]["by"] == {"customer.team": "south"}
    assert churn["root"]["kind"] == "crm_setting"
    test = churn["root"]["tests"][0]
    assert (test["test"], test["before"], test["after"]) == ("more_since_upgrade", [20, 100], [80, 100])
    assert churn["certainty"]["level"] == "very_sure" and churn["why"]["of"] >= 1
    factors = {each["name"]["zh-Hant"] for each in churn["drivers"]["factors"]}
    assert len(factors) == 2 and churn["drivers"]["mix"]["by"] == ["customer.team"]
    assert is_intact(document) and [step.step for step in kept] == ["goals", "data", "analysis", "report"]
    # what another process kept is taken as it is: only the last step is made
    again: list[Step] = []
    marked = [*kept[:2], replace(kept[2], started_at="earlier")]
    resumed = evaluate(opened, RULES, SCOPE, name="x", id="1", kpis=KPIS, steps=Steps(marked, again.append))
    assert [step.step for step in again] == ["report"]
    assert resumed["steps"][2]["started_at"] == "earlier" and resumed["findings"] == document["findings"]
    other = Inputs(opened, RULES, replace(SCOPE, targets={"nps": 1.0}), KPIS)
    assert other.of("goals") != kept[0].inputs and other.of("data") == kept[1].inputs
    con.close()


def test_an_upgrade_after_which_nothing_changed_is_no_root() -> None:
    opened, con = warehouse(company(more_after=False), RULES, AS_OF)
    document = evaluate(opened, RULES, SCOPE, name="x", id="1", kpis=KPIS)
    con.close()
    churn = next(f for f in document["findings"] if f["kpi"] == "churn_rate.cohort")
    assert churn["segments"][0]["by"] == {"customer.team": "south"}
    assert churn["root"]["kind"] == "unknown"
    assert [(test["test"], test["supports"]) for test in churn["root"]["tests"]] == [("more_since_upgrade", False)]
