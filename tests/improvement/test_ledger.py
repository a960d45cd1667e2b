"""Verified plans in the ledger: measured or not, and never twice."""

from __future__ import annotations

from typing import Any

from crmeter.improvement.ledger import as_csv, entries, mapping

FAMILIES = {"orders": "value", "churn_rate.exposed": "customers"}


def verified(plan: str = "P1", verdict: str = "improved", **design: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    made = {"kpi": "orders", "method": "trial", "after": {"start": "2025-01-01", "end": "2025-04-01"}, "by": None,
            "target": [], **design}  # fmt: skip
    money = {"amount": 1234.567, "low": 200.0, "high": 2300.0, "currency": "TWD", "beyond_noise": True, "reason": None}
    document = {"id": plan, "design": made, "plan": {"title": "Help"}}
    return document, {"id": f"{plan}-V1", "verdict": verdict, "money": money}


def test_a_plan_that_worked_is_one_measured_entry() -> None:
    (found,) = entries([verified()], FAMILIES, ())
    assert (found["entry_id"], found["on"], found["side"]) == ("plan-P1", "2025-03-31", "benefit")
    assert (found["category"], found["amount"], found["currency"]) == ("sales_growth", "1234.57", "TWD")
    assert (found["evidence"], found["verification_id"]) == ("measured", "P1-V1")


def test_no_effect_is_no_entry_and_doubtful_money_has_no_amount() -> None:
    assert entries([verified(verdict="no_detectable_change"), verified("P2", "cannot_tell")], FAMILIES, ()) == []
    document, verification = verified(kpi="churn_rate.exposed")
    verification["money"]["beyond_noise"] = False
    (found,) = entries([(document, verification)], FAMILIES, ())
    assert (found["category"], found["amount"], found["evidence"]) == ("churn_reduction", "", "not_measured")
    verification["money"] = {"reason": "no_margin"}
    assert entries([(document, verification)], FAMILIES, ())[0]["evidence"] == "not_measured"


def test_what_the_company_entered_itself_is_left_to_it() -> None:
    assert entries([verified()], FAMILIES, ["P1-V1"]) == entries([verified()], FAMILIES, ["P1"]) == []


def test_two_plans_that_read_the_same_series_are_not_added_up() -> None:
    """Both would count the same quarter's revenue; lots keep plans apart, and so do other groups or another time."""
    series = {"method": "interrupted_series"}

    def evidence(*plans: tuple[dict[str, Any], dict[str, Any]]) -> list[str]:
        return [entry["evidence"] for entry in entries(plans, FAMILIES, ())]

    assert evidence(verified("P1", **series), verified("P2", **series)) == ["measured", "not_measured"]
    assert evidence(verified("P1", **series), verified("P2")) == ["measured", "measured"]
    later = {"start": "2025-04-01", "end": "2025-07-01"}
    assert evidence(verified("P1", **series), verified("P2", after=later, **series)) == ["measured", "measured"]
    teams = {"method": "difference_in_differences", "by": "customer.team"}
    both = verified("P1", target=["A"], **teams), verified("P2", target=["B"], **teams)
    assert evidence(*both) == ["measured", "measured"]


def test_the_file_has_the_columns_that_its_mapping_reads() -> None:
    header = as_csv(entries([verified()], FAMILIES, ())).decode().splitlines()[0]
    read = mapping("verified_plans").split("\n")[0].removeprefix("SELECT ").replace('"', "").replace(" ", "")
    assert header == read
