"""Cohorts of the designed company against SQL that shares nothing with the engine, and by hand on a few customers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from crmeter.analysis import cohorts as analysis
from crmeter.analysis.cohorts import GRAINS, MEASURES, Cohorts, cohorts
from crmeter.kernel.period import Grain
from crmeter.metrics.dimensions import parse_filters
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import RULES, Rows, designed, warehouse
from tests.world.planting import Plant, swap
from tests.world.rows import CURRENCY, INACTIVITY_DAYS
from tests.world.witness import statements

CUT = date(2025, 11, 15)  # in the middle of a month, with orders after it
Matrix = dict[tuple[date, int], tuple[float, float]]  # cohort and age → customers of the cohort, and what is counted

_COHORT = """
cohort AS (SELECT customer_id, CAST(date_trunc('{grain}', min(started_on)) AS DATE) AS cohort FROM spell GROUP BY ALL),
age AS (
  SELECT cohort, count(*) AS customers, unnest(generate_series(0, 90)) AS age FROM cohort GROUP BY cohort
),
lasting AS (
  SELECT *, CAST(cohort + (age + 1) * INTERVAL 1 {grain} AS DATE) AS until FROM age
)
"""
_RETENTION = """
SELECT cohort, age, customers, (
  SELECT count(DISTINCT s.customer_id) FROM spell s JOIN cohort c USING (customer_id)
  WHERE c.cohort = l.cohort AND s.started_on < l.until AND (s.ended_on IS NULL OR s.ended_on >= l.until)
) FROM lasting l WHERE until <= $as_of
"""
_REVENUE = """
SELECT cohort, age, customers, (
  SELECT coalesce(sum(amount), 0) FROM paid p JOIN cohort c USING (customer_id)
  WHERE c.cohort = l.cohort AND p.ordered_on < l.until
) FROM lasting l WHERE until <= $as_of
"""
_ORDERS = """
SELECT cohort, age, customers, (
  SELECT count(*) FROM sale s JOIN cohort c USING (customer_id)
  WHERE c.cohort = l.cohort AND s.ordered_on < l.until
) FROM lasting l WHERE until <= $as_of
"""


def witnessed(con: duckdb.DuckDBPyConnection, grain: str, measure: str) -> Matrix:
    """By the statements that stand beside the KPIs, from the canonical tables alone, cell by cell."""
    spells = statements()["customers"].split("who AS (")[0]
    paid = statements()["revenue"].split("quoted AS (")[1].split("known AS (")[0]
    shown = {"retention": _RETENTION, "revenue": _REVENUE, "orders": _ORDERS}[measure]
    sql = f"{spells} quoted AS ({paid} {_COHORT.format(grain=grain)} {shown}"
    given = {"as_of": CUT, "currency": CURRENCY, "inactivity_days": INACTIVITY_DAYS}
    rows = con.execute(sql, {name: value for name, value in given.items() if f"${name}" in sql}).fetchall()
    return {(cohort, age): (float(customers), round(float(number), 3)) for cohort, age, customers, number in rows}


def measured(found: Cohorts) -> Matrix:
    return {
        (cohort.period.start, cell.age): (float(cohort.size), round(cell.sums.together, 3))
        for cohort in found.cohorts
        for cell in cohort.cells
        if cell.value is not None
    }


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Warehouse, duckdb.DuckDBPyConnection]]:
    opened, con = warehouse(designed(), as_of=CUT)
    yield opened, con
    con.close()


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
def test_the_engine_agrees_with_the_statements(
    world: tuple[Warehouse, duckdb.DuckDBPyConnection], grain: str, measure: str
) -> None:
    opened, con = world
    expected = witnessed(con, grain, measure)
    assert len(expected) > 5
    assert measured(cohorts(opened, RULES, GRAINS[grain], measure)) == expected


_ERRORS: dict[str, tuple[Plant, str]] = {
    "whoever comes back starts a cohort": (swap(analysis._first, ("spell.number == 1, ", "")), "retention"),
    "nobody ever leaves": (swap(analysis._comings, ("came.union(went)", "came")), "retention"),
    "who comes back is not counted again": (
        swap(analysis._comings, ("came = spells.select", "came = spells.filter(spells.number == 1).select")),
        "retention",
    ),
    "a period that is not over counts": (
        swap(analysis._cell, ("period.end > as_of", "period.start > as_of")),
        "retention",
    ),
    "the ages start at the second period": (
        swap(analysis._cohort, ("each, so_far = period, Sums()", "each, so_far = _CALENDAR.following(period), Sums()")),
        "retention",
    ),
    "revenue of the period instead of all so far": (
        swap(analysis._cohort, ("so_far.together + now.together", "now.together")),
        "revenue",
    ),
    "revenue before the first spell is lost": (
        swap(analysis._amounts, ("ibis.greatest(_bucket(rows.on, grain), rows.cohort)", "_bucket(rows.on, grain)")),
        "revenue",
    ),
    "invoices are orders": (swap(analysis._amounts, ("rows.purchases", "ibis.literal(1)")), "orders"),
}


@pytest.mark.parametrize("error", _ERRORS)
def test_a_planted_error_is_caught(
    world: tuple[Warehouse, duckdb.DuckDBPyConnection], monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    plant, measure = _ERRORS[error]
    opened, con = world
    plant(monkeypatch)
    assert measured(cohorts(opened, RULES, Grain.MONTH, measure)) != witnessed(con, "month", measure)


TWD = Rules("TWD", "UTC", inactivity_days=30)
END = date(2025, 5, 16)


def sale(customer: str, day: str, amount: int = 100) -> dict[str, str]:
    return {
        "order_id": f"{customer} {day}", "customer_id": customer, "ordered_at": f"{day} 12:00", "amount": str(amount),
        "currency": "TWD", "kind": "sale",
    }  # fmt: skip


def contract(customer: str, first: str, last: str = "") -> dict[str, str]:
    return {
        "subscription_id": customer, "customer_id": customer, "started_at": first, "ended_at": last,
        "monthly_amount": "10", "currency": "TWD",
    }  # fmt: skip


def many(case: str, size: int, leaving: dict[int, int]) -> list[dict[str, str]]:
    """Contracts of so many in each of January to April; of each month so many end on the 10th of the next."""
    return [
        contract(
            f"{case} {month} {n}", f"2025-0{month}-05", f"2025-0{month + 1}-10" if n < leaving.get(month, 0) else ""
        )
        for month in range(1, 5)
        for n in range(size)
    ]


CASES: dict[str, list[dict[str, str]]] = {
    # two come in January, of whom one leaves in March; two in March, both still there
    "few": [
        contract("a", "2025-01-05"),
        contract("b", "2025-01-20", "2025-03-10"),
        contract("c", "2025-03-02"),
        contract("d", "2025-03-03"),
    ],
    "bad_first": many("bad_first", 4, {1: 2}),
    "newcombe": [contract(f"n {n}", "2025-01-05", "" if n < 81 else "2025-02-10") for n in range(263)],
    "bad_second": many("bad_second", 60, {1: 6, 2: 30, 3: 6}),
    "alike": many("alike", 60, {1: 6, 2: 7, 3: 6}),
    "small": many("small", 29, {2: 15}),
}


@pytest.fixture(scope="module")
def contracts() -> Iterator[Warehouse]:
    """All cases in one company, each a segment."""
    rows: Rows = {
        "customer": [
            {"customer_id": row["customer_id"], "segment": case} for case, rows in CASES.items() for row in rows
        ],
        "subscription": [row for rows in CASES.values() for row in rows],
    }
    opened, con = warehouse(rows, TWD, END)
    yield opened
    con.close()


def found(opened: Warehouse, case: str, measure: str = "retention") -> Cohorts:
    where = [f"customer.segment = '{case}'"] if case else []
    return cohorts(opened, TWD, Grain.MONTH, measure, filters=parse_filters(where))


def test_the_row_of_all_compares_like_with_like(contracts: Warehouse) -> None:
    """Half of January is gone after two months, all of March is there; it is two months old at the end of May, which is
    not over: no cell. 0: 4 of 4. 1: 4 of 4. 2: of January alone 1 of 2, so 1 × ½. 3: of January 1 of 1 stay."""
    january, march = found(contracts, "few").cohorts
    assert (january.size, march.size) == (2, 2)  # those of the segment alone
    assert [cell.value for cell in january.cells] == [1, 1, 0.5, 0.5, None]
    assert [cell.value for cell in march.cells] == [1, 1, None]
    assert [cell.status for cell in march.cells] == ["small_sample", "small_sample", "in_progress"]
    typical = found(contracts, "few").typical
    assert [(each.value, each.cohorts) for each in typical] == [(1, 2), (1, 2), (0.5, 1), (0.5, 1)]
    assert [cell.value for cell in found(contracts, "few", "revenue").cohorts[0].cells[:2]] == [0, 0]


def test_a_bad_old_cohort_does_not_pull_the_row_down_when_it_alone_is_old_enough(contracts: Warehouse) -> None:
    """January: 2 of 4 stay to the end of February, then nobody leaves. February to April: 4 of 4 each stay. At age 1
    (2 + 4 + 4) of 12 = 0.8333; from there the same cohorts lose nobody, so 0.8333 still, where the plain share of those
    who are that old is (2 + 4) of 8 = 0.75, then 2 of 4."""
    typical = found(contracts, "bad_first").typical
    assert [each.value for each in typical] == pytest.approx([1, 10 / 12, 10 / 12, 10 / 12])


def test_wilson_of_a_cell(contracts: Warehouse) -> None:
    """81 of 263: 25.53% to 36.62% (Newcombe 1998, table I, method 3)."""
    cell = found(contracts, "newcombe").cohorts[0].cells[1]
    assert (cell.value, cell.low, cell.high) == pytest.approx((81 / 263, 0.2553, 0.3662), abs=1e-4)


def test_one_bad_cohort_stands_out_and_does_not_make_the_others_look_good(contracts: Warehouse) -> None:
    """30 of 60 leave one cohort, 6 of 60 each other; against the pool with the bad one in it (36 of 120) 6 of 60 would
    be beyond noise too."""
    made = found(contracts, "bad_second")
    assert [(s.cohort.period.start.month, s.cell.age) for s in made.standouts] == [(2, 1)]
    assert made.standouts[0].others == pytest.approx(108 / 120)
    assert made.standouts[0].found.change == pytest.approx(-0.4)
    assert found(contracts, "alike").standouts == ()


def test_small_cohorts_are_marked_and_judge_nobody(contracts: Warehouse) -> None:
    made = found(contracts, "small")
    known = {cell.status for cohort in made.cohorts for cell in cohort.cells if cell.value is not None}
    assert (known, made.standouts, made.looked_at) == ({"small_sample"}, (), 0)
    assert not any(cohort.may_be_older for cohort in made.cohorts)  # contracts say when they began


def test_revenue_and_buyers_of_the_first_days() -> None:
    """a brings 100 in January and 50 in February, b 200 in January: 150 each, then 175 each (25 in February alone).
    By hand: 150 ± 12.706 × √(5000 ÷ 2) at the end of January, s² = 2 × 50² (Student, one degree of freedom).

    The data begins on 5 January: whoever bought within the 30 days after it is not known to be new until 4 February,
    and a cohort that begins before it may hold such customers.
    """
    orders = [sale("a", "2025-01-05"), sale("b", "2025-01-06", 200), sale("a", "2025-02-03", 50)]
    orders += [sale("c", "2025-02-13"), sale("d", "2025-03-01")]
    people = [{"customer_id": name} for name in "abcd"]
    opened, con = warehouse({"customer": people, "order": orders}, TWD, END)
    made = found(opened, "", "revenue")
    con.close()
    first, second = made.cohorts[0].cells[:2]
    assert (first.value, second.value, second.period_value) == (150, 175, 25)
    assert (first.low, first.high) == pytest.approx((150 - 12.7062 * 50, 150 + 12.7062 * 50), abs=0.01)
    # 150 and 200 now: the squares of what each brought so far, not of each month
    assert second.high == pytest.approx(175 + 12.7062 * 25, abs=0.01)
    assert [cohort.may_be_older for cohort in made.cohorts] == [True, True, False]
