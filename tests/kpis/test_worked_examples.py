"""The worked examples: each KPI's own, and those that the definitions promise, from rows of customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pytest

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Estimate, Kpi, Request, measure
from crmeter.metrics.measures import Dated, Extreme, Product, Ranked, TopSum, Total, Window
from crmeter.model.rules import Rules
from tests.world.engine import Rows, warehouse

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
JULY = Calendar().parse("2025-07", date(2026, 1, 1))
AS_OF = date(2026, 1, 1)
TWD = Rules("TWD")


@dataclass(frozen=True)
class Given:
    """A view whose measures are the numbers of an example; what it does not give is 0."""

    numbers: Mapping[str, float]
    period: Period = JULY
    rules: Rules = TWD
    months: int | None = 1
    days: int = 31
    has_contracts: bool = True

    def __call__(self, measure: Total | Extreme | Product) -> float:
        if isinstance(measure, Product):
            return self.numbers.get(f"{measure.x.column}×{measure.y.column}", 0)
        if isinstance(measure, Extreme):
            return 5.0
        window = "" if measure.window is Window.PERIOD else f"@{measure.window}"
        return 0 if measure.squared else self.numbers.get(measure.column + window, 0)

    def ranked(self, measure: Ranked, ranks: tuple[int, ...]) -> tuple[float | None, ...]:
        window = "@top" if isinstance(measure, TopSum) else ""
        return tuple(self.numbers[measure.column + window] for _ in ranks)

    def dated(self, measure: Dated) -> list[tuple[date, float]]:
        flows = {name.partition("@"): number for name, number in self.numbers.items()}
        return [(date.fromisoformat(day), n) for (column, _, day), n in flows.items() if column == measure.column]


@pytest.mark.parametrize("kpi", CATALOGUE, ids=lambda kpi: kpi.id)
def test_each_kpi_makes_its_own_example(kpi: Kpi) -> None:
    found: Estimate = kpi.formula.estimate(Given(kpi.example.given))
    assert found.value == pytest.approx(kpi.example.value, rel=1e-12)


def contract(name: str, start: str, end: str = "") -> dict[str, str]:
    return {
        "subscription_id": name,
        "customer_id": name,
        "started_at": f"{start} 12:00",
        "ended_at": f"{end} 12:00" if end else "",
        "monthly_amount": "1",
        "currency": "TWD",
    }


def thousand(*, leaving_new: int = 0) -> Rows:
    """1000 customers at the start of July, 100 of whom leave in it; 200 join, of whom some leave again."""
    old = [contract(f"old {i}", "2024-01-10", "2025-07-20" if i < 100 else "") for i in range(1000)]
    new = [contract(f"new {i}", "2025-07-05", "2025-07-25" if i < leaving_new else "") for i in range(200)]
    rows = [*old, *new]
    return {"subscription": rows, "customer": [{"customer_id": r["customer_id"]} for r in rows]}


def values(rows: Rows, period: Period = JULY, rules: Rules | None = None) -> dict[str, float | None]:
    opened, con = warehouse(rows, rules or Rules("TWD", "Asia/Taipei"), AS_OF)
    found = measure(opened, rules or Rules("TWD", "Asia/Taipei"), Request(CATALOGUE, [period]))
    result = {kpi.id: found.value(kpi, period).value for kpi in CATALOGUE}
    con.close()
    return result


def test_1000_at_start_200_new_100_lost() -> None:
    found = values(thousand())
    assert (found["customers.start"], found["customers.end"], found["customers.new"]) == (1000, 1100, 200)
    assert found["retention_rate.cohort"] == 0.9
    assert found["retention_rate.net"] == 0.9
    assert found["retention_rate.active"] == 1100 / 1200
    assert found["churn_rate.cohort"] == 0.1
    assert found["churn_rate.exposed"] == 100 / 1200
    assert found["acquisition_rate.end"] == 200 / 1100
    assert found["acquisition_rate.start"] == 0.2
    assert found["acquisition_rate.exposed"] == 200 / 1200


def test_and_20_of_the_new_leave_too() -> None:
    found = values(thousand(leaving_new=20))
    assert found["customers.end"] == 1080
    assert found["retention_rate.net"] == 0.88
    assert found["retention_rate.cohort"] == 0.9
    assert found["retention_rate.active"] == 0.9
    assert found["churn_rate.exposed"] == 0.1


def test_a_monthly_churn_of_5_percent() -> None:
    rows = [contract(f"c {i}", "2024-01-10", "2025-07-20" if i < 50 else "") for i in range(1000)]
    found = values({"subscription": rows, "customer": [{"customer_id": r["customer_id"]} for r in rows]})
    assert found["churn_rate.annualised"] == pytest.approx(0.4596, abs=0.00005)


def test_clv_of_5000_twice_a_year_for_five_years() -> None:
    """Twenty customers with a contract from the first of the year, each with two orders of 5000 in it; four leave.

    365 days make 365 ÷ 365.25 customer-years each. As the lifetime of 1 ÷ churn (5 years) belongs to the 16 who
    stay the whole year and the 4 who leave on its last day, the frequency is 2 ÷ (365 ÷ 365.25).
    """
    year = Period(date(2025, 1, 1), date(2026, 1, 1))
    people = [f"c {i}" for i in range(20)]
    contracts = [contract(p, "2024-06-01", "2025-12-31" if i < 4 else "") for i, p in enumerate(people)]
    orders = [
        {
            "order_id": f"{person} {n}",
            "customer_id": person,
            "ordered_at": f"2025-0{3 + n}-01 12:00",
            "amount": "5000",
            "cost": "3500",
            "currency": "TWD",
            "kind": "sale",
            "subscription_id": "",
        }
        for person in people
        for n in range(2)
    ]
    # the spell of a sale would outlast the contract: one day of inactivity ends it at once
    rules = Rules("TWD", "Asia/Taipei", inactivity_days=1)
    rows = {"subscription": contracts, "order": orders, "customer": [{"customer_id": p} for p in people]}
    found = values(rows, year, rules)
    days = (16 * 365 + 4 * 364) / 365.25
    assert found["average_order_value"] == 5000
    assert found["purchase_frequency"] == pytest.approx(40 / days, rel=1e-12)
    assert found["clv.revenue"] == pytest.approx(5000 * (40 / days) * 5, rel=1e-12)
    assert found["clv.profit"] == pytest.approx(5000 * (40 / days) * 5 * 0.3, rel=1e-12)


def test_cac_of_200_000_for_5000_new_customers() -> None:
    rows = [contract(f"c {i}", "2025-07-05") for i in range(5000)]
    spend = [
        {"spend_id": str(i), "spent_on": f"2025-07-{day}", "amount": "100000", "currency": "TWD"}
        for i, day in enumerate(("01", "31"))
    ]
    spend = [{**row, "function": "marketing", "category": "advertising"} for row in spend]
    people = [{"customer_id": r["customer_id"]} for r in rows]
    assert values({"subscription": rows, "customer": people, "spend": spend})["cac"] == 40


def test_1200_complaints_of_1000_customers() -> None:
    rows = [contract(f"c {i}", "2025-01-05") for i in range(1000)]
    cases = [
        {"case_id": str(i), "customer_id": f"c {i % 900}", "opened_at": "2025-07-10 12:00", "kind": "complaint"}
        for i in range(1200)
    ]
    people = [{"customer_id": r["customer_id"]} for r in rows]
    found = values({"subscription": rows, "customer": people, "case": cases})
    assert found["complaint_rate"] == 1.2
    assert found["complaining_customers_rate"] == 0.9


@pytest.mark.parametrize("n, half", [(100, 15.3), (400, 7.7)])
def test_nps_of_50_percent_promoters_and_20_percent_detractors(n: int, half: float) -> None:
    scores = [10] * (n // 2) + [6] * (n // 5) + [8] * (n - n // 2 - n // 5)
    answers = [
        {
            "response_id": str(i),
            "survey_id": "s",
            "instrument": "nps",
            "score": str(score),
            "scale_min": "0",
            "scale_max": "10",
            "responded_at": "2025-07-10 12:00",
        }
        for i, score in enumerate(scores)
    ]
    opened, con = warehouse({"survey_response": answers}, Rules("TWD", "Asia/Taipei"), AS_OF)
    value = measure(opened, Rules("TWD"), Request([BY_ID["nps"]], [JULY])).value(BY_ID["nps"], JULY)
    assert value.value == 30
    assert value.low is not None and value.high is not None
    assert round(value.value - value.low, 1) == round(value.high - value.value, 1) == half
    con.close()


def test_nothing_to_divide_by_is_undefined_with_the_reason() -> None:
    opened, con = warehouse({}, Rules("TWD"), AS_OF)
    found = measure(opened, Rules("TWD"), Request(CATALOGUE, [JULY]))
    told = {kpi.id: found.value(kpi, JULY) for kpi in CATALOGUE}
    assert {v.value for v in told.values()} == {None}
    assert {v.reason for v in told.values()} == {"missing_input"}
    con.close()
