"""What must hold of every history, however random: accounts of customers, complements, sums of parts, matched days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Kpi, Measurement, Request, measure
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import RULES, Rows, empty, fill
from tests.world.measured import Measured
from tests.world.same import same
from tests.world.witness import witnessed

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
CALENDAR = Calendar()
FIRST = date(2024, 1, 1)
HORIZON = date(2025, 7, 1)
BRIEF = replace(RULES, inactivity_days=40)  # so that people leave and return within the year and a half
QUARTER = CALENDAR.parse("2025-Q1", HORIZON)
MONTHS = tuple(CALENDAR.parse(name, HORIZON) for name in ("2025-01", "2025-02", "2025-03"))
CUSTOMERS = ("ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal", "ida", "jon", "kim", "leo")
MOVES = ("start", "end", "new", "returned", "ended", "lost", "kept")

days = st.integers(0, (HORIZON - FIRST).days + 30).map(lambda n: FIRST + timedelta(days=n))
near = st.sampled_from((date(2024, 12, 31), date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 31), date(2025, 4, 1)))
instants = st.builds("{} {}".format, days | near, st.sampled_from(("00:00", "07:59", "10:00", "23:59")))
customers = st.sampled_from(CUSTOMERS)


@st.composite
def orders(draw: st.DrawFn, number: int) -> dict[str, str]:
    kind = draw(st.sampled_from(("sale", "sale", "sale", "refund")))
    amount = draw(st.integers(1, 90)) * (1 if kind == "sale" else -1)
    return {
        "order_id": str(number),
        "customer_id": draw(customers),
        "ordered_at": draw(instants),
        "amount": str(amount),
        "cost": draw(st.sampled_from(("", "1"))),
        "currency": draw(st.sampled_from(("TWD", "TWD", "USD"))),
        "kind": kind,
        "subscription_id": draw(st.sampled_from(("", "", "", "s0"))),
    }


@st.composite
def contracts(draw: st.DrawFn, number: int) -> dict[str, str]:
    start = draw(days)
    length = draw(st.none() | st.integers(0, 120))
    return {
        "subscription_id": f"s{number}",
        "customer_id": draw(customers),
        "started_at": f"{start} 00:00",
        "ended_at": "" if length is None else f"{start + timedelta(days=length)} 00:00",
        "monthly_amount": str(draw(st.integers(0, 40))),
        "currency": draw(st.sampled_from(("TWD", "TWD", "TWD", "USD"))),
    }


@st.composite
def renewals(draw: st.DrawFn, number: int) -> list[dict[str, str]]:
    """A contract and, on the day it ends, perhaps another of the same customer."""
    first = draw(contracts(number))
    if not first["ended_at"] or draw(st.booleans()):
        return [first]
    return [first, {**first, "subscription_id": f"r{number}", "started_at": first["ended_at"], "ended_at": ""}]


@st.composite
def answers(draw: st.DrawFn, number: int) -> dict[str, str]:
    return {
        "response_id": str(number),
        "survey_id": "s",
        "instrument": "nps",
        "score": str(draw(st.integers(0, 10))),
        "scale_min": "0",
        "scale_max": "10",
        "responded_at": draw(instants),
        "customer_id": draw(customers | st.just("")),
    }


@st.composite
def entries(draw: st.DrawFn, number: int) -> dict[str, str]:
    return {
        "spend_id": str(number),
        "spent_on": str(draw(days | near)),
        "amount": str(draw(st.integers(0, 500))),
        "currency": draw(st.sampled_from(("TWD", "TWD", "USD"))),
        "function": "marketing",
        "category": "advertising",
    }


def rates() -> st.SearchStrategy[list[dict[str, str]]]:
    """Days on which dollars have a rate, in either direction."""
    ways = st.sampled_from((("USD", "TWD"), ("TWD", "USD"), ("EUR", "TWD")))
    rate = st.builds(lambda on, way: {"on": str(on), "from_currency": way[0], "to_currency": way[1]}, days | near, ways)
    return st.lists(rate, max_size=40, unique_by=lambda r: tuple(r.values()))


@st.composite
def histories(draw: st.DrawFn) -> Rows:
    """A few customers, some of them merged or deleted, with orders, contracts and complaints."""
    people = [{"customer_id": name, "segment": draw(st.sampled_from(("", "a", "b")))} for name in CUSTOMERS]
    people[3]["merged_into"] = draw(st.sampled_from(("", "bob", "eve")))
    people[4]["merged_into"] = draw(st.sampled_from(("", "ann")))
    people[0]["deleted_at"] = draw(st.sampled_from(("", "", "2025-05-05 10:00")))
    cases = [
        {"case_id": str(i), "customer_id": draw(customers), "opened_at": draw(instants), "kind": "complaint"}
        for i in range(draw(st.integers(1, 4)))
    ]
    return {
        "fx_rate": [{**rate, "rate": str(draw(st.integers(1, 50)))} for rate in draw(rates())],
        "customer": people,
        "order": [draw(orders(i)) for i in range(draw(st.integers(1, 40)))],
        "subscription": [row for i in range(draw(st.integers(1, 6))) for row in draw(renewals(i))],
        "case": cases,
        "survey_response": [draw(answers(i)) for i in range(draw(st.integers(0, 6)))],
        "spend": [draw(entries(i)) for i in range(draw(st.integers(0, 4)))],
    }


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with empty() as found:
        yield found


def examples(count: int) -> settings:
    """Each example is loaded and measured for real, so there are few."""
    return settings(max_examples=count, suppress_health_check=list(HealthCheck))


def measured(con: duckdb.DuckDBPyConnection, request: Request, as_of: date = HORIZON) -> Measurement:
    with con.cursor() as own:
        return _with_facts(measure(Warehouse(own), replace(BRIEF, as_of=as_of), request))


def _with_facts(found: Measurement) -> Measurement:
    """What a measurement reads of its warehouse while values are asked for, read before the cursor is closed."""
    _ = found.warehouse.load, found.warehouse.coverage, found.warehouse.sells_without_contract, found.warehouse.figures
    return found


def value(found: Measurement, kpi: str, period: Period) -> float | None:
    return found.estimate(BY_ID[kpi], period).value


@examples(8)
@given(rows=histories())
def test_the_account_of_customers_adds_up(con: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    fill(con, rows, BRIEF, HORIZON)
    kpis = [BY_ID[f"customers.{move}"] for move in MOVES] + [
        BY_ID["retention_rate.cohort"],
        BY_ID["churn_rate.cohort"],
        BY_ID["churn_rate.exposed"],
    ]
    found = measured(con, Request(kpis, (QUARTER, *MONTHS)))
    for period in (QUARTER, *MONTHS):
        start, end, new, returned, ended, lost, kept = (value(found, f"customers.{move}", period) for move in MOVES)
        retention, churn = (value(found, f"{kpi}.cohort", period) for kpi in ("retention_rate", "churn_rate"))
        assert (retention is None) == (churn is None)
        if retention is not None and churn is not None:
            assert same(retention + churn, 1)
        if lost is None or kept is None:
            continue
        assert None not in (start, end, new, returned, ended)
        assert end == start + new + returned - ended  # type: ignore[operator]
        assert kept + lost == start


@examples(6)
@given(rows=histories())
def test_a_quarter_is_the_sum_of_its_months(con: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    fill(con, rows, BRIEF, HORIZON)
    kpis = [BY_ID[kpi] for kpi in ("customers.new", "customers.returned", "customers.ended", "orders", "revenue")]
    found = measured(con, Request(kpis, (QUARTER, *MONTHS)))
    for kpi in kpis:
        parts = [value(found, kpi.id, month) for month in MONTHS]
        known = [part for part in parts if part is not None]
        if kpi.id in ("orders", "revenue") or len(known) == len(parts):
            # months outside of what the data cover have no orders to add
            assert same(value(found, kpi.id, QUARTER) or 0, sum(known)), kpi.id


WITHOUT_CONTRACTS = (
    "recurring_revenue",
    "revenue_churn",
    "net_revenue_retention",
    "tenure_days",
    "loyalty_index",
    "clv",
    "clv_to_cac",
    "cac_payback_months",
)
SPLIT = """
retention_rate.cohort churn_rate.cohort churn_rate.exposed acquisition_rate.end acquisition_rate.exposed
repeat_purchase_rate refund_rate average_order_value purchase_frequency revenue_per_customer
complaint_rate complaining_customers_rate
"""


@examples(6)
@given(rows=histories())
def test_the_total_of_a_ratio_comes_from_the_sums_of_its_parts(con: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    fill(con, rows, BRIEF, HORIZON)
    kpis = [BY_ID[kpi] for kpi in SPLIT.split()]
    by = ("customer.segment",)
    found = measured(con, Request(kpis, (QUARTER,), slices=((), by)))
    for kpi in kpis:
        total = found.value(kpi, QUARTER)
        groups = [found.value(kpi, QUARTER, by, group) for group in found.groups(kpi, QUARTER, by)]
        if total.reason and total.value is None:
            continue
        assert same(sum(g.numerator or 0 for g in groups), total.numerator), kpi.id
        assert same(sum(g.denominator or 0 for g in groups), total.denominator), kpi.id
        assert total.numerator is not None and total.denominator
        assert same(total.value, total.numerator / total.denominator), kpi.id


@examples(6)
@given(rows=histories(), as_of=st.integers(1, 89).map(lambda n: QUARTER.start + timedelta(days=n)))
def test_a_period_in_progress_is_held_against_the_elapsed_part_of_its_base(
    con: duckdb.DuckDBPyConnection, rows: Rows, as_of: date
) -> None:
    rules = replace(BRIEF, as_of=as_of)
    fill(con, rows, rules, as_of)
    bases = {
        "previous": CALENDAR.elapsed_match(QUARTER, CALENDAR.previous(QUARTER), as_of),
        "year": CALENDAR.elapsed_match(QUARTER, CALENDAR.year_before(QUARTER), as_of),
    }
    kpis: list[Kpi] = [BY_ID["revenue"], *(BY_ID[f"sales_growth.{variant}"] for variant in bases)]
    found = measured(con, Request(kpis, (QUARTER, *bases.values())), as_of)
    now = value(found, "revenue", QUARTER)
    for variant, base in bases.items():
        before = value(found, "revenue", base)
        wanted = None if now is None or before is None or before <= 0 else now / before - 1
        growth = found.value(BY_ID[f"sales_growth.{variant}"], QUARTER)
        assert same(growth.value, wanted), variant
        assert not growth.complete


@examples(5)
@given(rows=histories())
def test_engine_and_statement_agree_on_random_histories(con: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    fill(con, rows, BRIEF, HORIZON)
    with con.cursor() as own:
        found = Measured(Warehouse(own), replace(BRIEF, as_of=HORIZON), CATALOGUE, (QUARTER,))
        values = {name: told.value for name, told in found.values(QUARTER).items()}
    witness = witnessed(con, QUARTER.start, QUARTER.end, as_of=HORIZON, inactivity_days=BRIEF.inactivity_days)
    assert values.keys() == witness.keys()
    assert {k: (v, witness[k]) for k, v in values.items() if not same(v, witness[k])} == {}


@examples(3)
@given(rows=histories())
def test_they_agree_on_companies_without_contracts(con: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    orders = [{**row, "subscription_id": ""} for row in rows["order"]]
    fill(con, {**rows, "subscription": [], "order": orders}, BRIEF, HORIZON)
    kpis = [kpi for kpi in CATALOGUE if kpi.measure in WITHOUT_CONTRACTS]
    found = measured(con, Request(kpis, (QUARTER,)))
    witness = witnessed(
        con,
        QUARTER.start,
        QUARTER.end,
        measures=WITHOUT_CONTRACTS,
        as_of=HORIZON,
        inactivity_days=BRIEF.inactivity_days,
    )
    values = {kpi.id: value(found, kpi.id, QUARTER) for kpi in kpis}
    assert {k: (v, witness[k]) for k, v in values.items() if not same(v, witness[k])} == {}
