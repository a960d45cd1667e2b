"""The worked examples: 1000 contracts at the start, 200 new, 100 of the 1000 lost; then 20 of the new leave too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from crmeter.analysis.number_search import Candidate, candidates, search, wanted
from crmeter.analysis.reconciliation import reconcile
from crmeter.kernel.errors import UserError
from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import RULES, fill, warehouse

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
Q3 = Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER)
AS_OF = date(2025, 11, 1)
RETENTION = [kpi for kpi in CATALOGUE if kpi.measure == "retention_rate"]


def contract(name: str, start: str, end: str = "") -> dict[str, str]:
    told = {"subscription_id": name, "customer_id": name, "started_at": f"{start} 00:00", "monthly_amount": "1"}
    return {**told, "ended_at": f"{end} 00:00" if end else "", "currency": "TWD"}


def company(leaving: int) -> dict[str, list[dict[str, str]]]:
    contracts = [contract(f"stays_{i:04}", "2025-01-01") for i in range(900)]
    contracts += [contract(f"lost_{i:03}", "2025-01-01", "2025-08-15") for i in range(100)]
    contracts += [contract(f"new_{i:03}", "2025-07-10") for i in range(200 - leaving)]
    contracts += [contract(f"came_and_went_{i:02}", "2025-07-10", "2025-09-10") for i in range(leaving)]
    people = [{"customer_id": c["customer_id"], "segment": "" if i % 3 else "c"} for i, c in enumerate(contracts)]
    people[0]["segment"] = people[950]["segment"] = "few"  # one who stays, one who is lost
    return {"customer": people, "subscription": contracts}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    _, found = warehouse(company(20), as_of=AS_OF)
    yield found
    found.close()


def test_the_twenty_are_named(con: duckdb.DuckDBPyConnection) -> None:
    """Net retention is 88.0%, of the cohort 90.0%: the 20 who came and went are taken from the one, not the other."""
    with con.cursor() as own:
        kpis = BY_ID["retention_rate.net"], BY_ID["retention_rate.cohort"]
        found = reconcile(Warehouse(own), RULES, kpis, Q3)
    assert [value.value for value in found.values] == [0.88, 0.90]
    assert found.sums == ((880, 1000), (900, 1000))
    assert found.by_numerator == pytest.approx(0.02)
    assert found.by_denominator == 0
    (group,) = found.groups
    assert group.customers == tuple(f"came_and_went_{i:02}" for i in range(20))
    assert (group.numerator, group.denominator) == (20, 0)
    assert {words for words, number in group.counts.items() if number} == {"new customers"}


def test_both_steps_make_the_difference(con: duckdb.DuckDBPyConnection) -> None:
    """Active 1080 ÷ 1200 = 90.0% and cohort 900 ÷ 1000: the same value from other customers, in both parts."""
    with con.cursor() as own:
        kpis = BY_ID["retention_rate.active"], BY_ID["retention_rate.cohort"]
        found = reconcile(Warehouse(own), RULES, kpis, Q3)
    assert found.sums == ((1080, 1200), (900, 1000))
    assert found.by_numerator == pytest.approx(900 / 1200 - 0.9)
    assert found.by_denominator == pytest.approx(0.9 - 900 / 1200)
    assert {g.customers[0]: (len(g.customers), g.numerator, g.denominator) for g in found.groups} == {
        "new_000": (180, -180, -180),
        "came_and_went_00": (20, 0, -20),
    }


def test_churn_of_two_denominators(con: duckdb.DuckDBPyConnection) -> None:
    """10.0% of those at the start; 120 who left of 1200 exposed are 10.0% too."""
    with con.cursor() as own:
        kpis = BY_ID["churn_rate.cohort"], BY_ID["churn_rate.exposed"]
        found = reconcile(Warehouse(own), RULES, kpis, Q3)
    assert found.sums == ((100, 1000), (120, 1200))


def test_what_is_no_sum_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    with con.cursor() as own, pytest.raises(UserError, match="first_response_hours"):
        reconcile(Warehouse(own), RULES, (BY_ID["first_response_hours.median"], BY_ID["revenue"]), Q3)


def tried(con: duckdb.DuckDBPyConnection, number: str, dimensions: tuple[str, ...] = ()) -> list[Candidate]:
    def recount(rules: Rules) -> AbstractContextManager[Warehouse]:
        raise AssertionError("nobody buys without a contract here")

    with con.cursor() as own:
        every = candidates(Warehouse(own), recount, RULES, RETENTION, Q3, dimensions)
        return search(every, wanted(number))[0]


def test_the_variant_of_a_number_is_found() -> None:
    """Without the 20: 1000 at the start, 1100 at the end, all but 100 active: 91.67% is retention_rate.active."""
    _, con = warehouse(company(0), as_of=AS_OF)
    assert tried(con, "0.917")[0] == Candidate("retention_rate.active", 1100 / 1200)
    con.close()


def test_the_calendar_of_a_number_is_found(con: duckdb.DuckDBPyConnection) -> None:
    """From 1 August to 31 October the 180 + 20 new are there at the start: 1000 + 200 − 100 − 20 of 1200 stay."""
    found = {c.because for c in tried(con, "90.0%") if c.kpi == "retention_rate.cohort"}
    assert () in found
    assert any("2025-08-01" in because[0] for because in found if because)


def test_the_population_of_a_number_is_found(con: duckdb.DuckDBPyConnection) -> None:
    """Of the two in the segment “few” one is lost; nothing else comes to a half."""
    found = tried(con, "50%", ("segment",))
    assert {(c.kpi, c.value, "segment in ('few')" in c.because[0]) for c in found} == {
        (kpi.id, 0.5, True) for kpi in RETENTION
    }


def test_the_rule_of_a_number_is_found() -> None:
    """Bought on 1 June, and again on 1 August: with 30 days of inactivity she was no customer on 1 July."""
    sale = {"customer_id": "ann", "amount": "5", "currency": "TWD", "kind": "sale"}
    days = ("2025-01-05", "2025-05-20", "2025-08-01", "2025-10-31")
    rows = {
        "customer": [{"customer_id": "ann"}],
        "order": [{**sale, "order_id": str(i), "ordered_at": f"{day} 10:00"} for i, day in enumerate(days)],
    }
    rules = replace(RULES, inactivity_days=60)
    held, con = warehouse(rows, rules, AS_OF)

    @contextmanager
    def recount(other: Rules) -> Iterator[Warehouse]:
        fill(con, rows, other, AS_OF)
        yield held

    kpis = [BY_ID["customers.returned"]]
    found, _ = search(candidates(held, recount, rules, kpis, Q3, ()), wanted("1"))
    assert any("30" in c.because[0] for c in found if c.because)
    con.close()


def test_the_rates_of_a_number_are_found() -> None:
    """10 dollars and 10 TWD added to 20 by mistake; at the rate of the day they are 310."""
    sale = {"customer_id": "ann", "amount": "10", "kind": "sale"}
    rows = {
        "customer": [{"customer_id": "ann"}],
        "order": [
            {**sale, "order_id": "1", "ordered_at": "2025-08-01 10:00", "currency": "USD"},
            {**sale, "order_id": "2", "ordered_at": "2025-08-01 10:00", "currency": "TWD"},
        ],
        "fx_rate": [{"on": "2025-08-01", "from_currency": "USD", "to_currency": "TWD", "rate": "30"}],
    }
    held, con = warehouse(rows, as_of=AS_OF)

    @contextmanager
    def recount(other: Rules) -> Iterator[Warehouse]:
        yield held

    found = {
        number: search(candidates(held, recount, RULES, [BY_ID["revenue"]], Q3, ()), wanted(number))[0]
        for number in ("310", "20", "10")
    }
    assert found["310"][0] == Candidate("revenue", 310)
    assert "all currencies" in found["20"][0].because[0]
    assert any("only amounts in TWD" in c.because[0] for c in found["10"])
    con.close()


@pytest.mark.parametrize(
    ("written", "number", "tolerance"),
    [
        ("0.917", 0.917, 0.0005),
        ("91.7%", 0.917, 0.0005),
        ("1,234,567", 1_234_567, 0.5),
        ("-3.5", -3.5, 0.05),
        ("９１％", 0.91, 0.005),
    ],
)
def test_how_exactly_a_number_is_meant(written: str, number: float, tolerance: float) -> None:
    assert (wanted(written).number, wanted(written).tolerance) == (pytest.approx(number), pytest.approx(tolerance))


def test_no_number() -> None:
    with pytest.raises(UserError, match="about nine"):
        wanted("about nine")
