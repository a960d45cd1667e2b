"""The cube carried on from load to load is the one that is made of the rows anew; what is taken out leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crmeter.model.cubes import CUBE, PAIRS, Part, of_month, place_in_cube
from crmeter.model.rules import Rules
from crmeter.warehouse import cubes, derive, schema
from crmeter.warehouse.advance import Advance
from crmeter.warehouse.cube_change import CubeChange
from crmeter.warehouse.engines.embedded import on

RULES = Rules("TWD", "UTC", inactivity_days=20)
START = date(2025, 1, 1)
CUSTOMERS = ("ann", "bob", "cat")
Rows = dict[str, dict[str, tuple[object, ...]]]  # by table and key
COLUMNS = {
    "customer": ("customer_id", "region", "merged_into"),
    "order": ("order_id", "customer_id", "ordered_on", "kind", "amount", "currency"),
    "subscription": ("subscription_id", "customer_id", "started_on", "ended_on"),
    "case": ("case_id", "customer_id", "opened_on", "kind"),
}


@dataclass(frozen=True)
class Story:
    """The rows believed after a load, and its horizon: days after START."""

    rows: Rows
    horizon: int


def day(number: int) -> date:
    return START + timedelta(days=number)


names, days = st.sampled_from(CUSTOMERS), st.integers(0, 120)
kinds, amounts = st.sampled_from([("sale", 1), ("sale", 1), ("refund", -1)]), st.integers(1, 99)
numbers = st.integers(1, 8).map(str)


def orders(drawn: tuple[str, int, tuple[str, int], int]) -> tuple[object, ...]:
    customer, on, (kind, sign), amount = drawn
    return customer, day(on), kind, sign * amount / 4, "TWD"


stories = st.builds(
    Story,
    st.fixed_dictionaries(
        {
            "customer": st.fixed_dictionaries(
                {
                    name: st.tuples(st.sampled_from(["north", "south", None]), st.sampled_from([None, None, "ann"]))
                    for name in CUSTOMERS
                }
            ),
            "order": st.dictionaries(numbers, st.tuples(names, days, kinds, amounts).map(orders), max_size=8),
            "subscription": st.dictionaries(
                numbers, st.tuples(names, days.map(day), st.none() | st.integers(121, 160).map(day)), max_size=2
            ),
            "case": st.dictionaries(
                numbers, st.tuples(names, days.map(day), st.sampled_from(["complaint", "question"])), max_size=3
            ),
        }
    ),
    st.sampled_from([0, 20]),  # for each horizon anew all SQL is written
)


@contextmanager
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        schema.create(con)
        yield con


def load(con: duckdb.DuckDBPyConnection, number: int, before: Rows, after: Rows) -> None:
    """Put the rows that came or changed, and keep those that went or changed in the history."""
    for table, columns in COLUMNS.items():
        key, named = columns[0], ", ".join(f'"{c}"' for c in columns)
        for name, row in before.get(table, {}).items():
            if after[table].get(name) != row:
                con.execute(
                    f'INSERT INTO history."{table}" BY NAME SELECT *, {number} AS _until FROM main."{table}" '
                    f"WHERE {key} = ?", [name]
                )  # fmt: skip
                con.execute(f'DELETE FROM main."{table}" WHERE {key} = ?', [name])
        for name, row in after[table].items():
            if before.get(table, {}).get(name) != row:
                marks = ", ".join("?" * (1 + len(row)))
                con.execute(f'INSERT INTO main."{table}" ({named}, _load) VALUES ({marks}, {number})', [name, *row])


def derived(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    tables = [CUBE, "ledger_month", "spell"]
    return {name: sorted(map(repr, con.execute(f"FROM derived.{name}").fetchall())) for name in tables}


@pytest.mark.slow
@settings(max_examples=5, phases=[Phase.generate])  # an example shrinks for minutes
@given(st.lists(stories, min_size=2, max_size=3))
def test_carried_on_as_made_anew(told: list[Story]) -> None:
    with empty() as con:
        before: Rows = {}
        horizon = 90
        for number, story in enumerate(told, 1):
            load(con, number, before, story.rows)
            earlier, horizon = horizon, horizon + story.horizon
            if number == 1:
                derive.refresh(con, RULES, day(horizon))
                derive.roll_up(con, RULES, day(horizon), least_rows=0)
            else:
                Advance(con, RULES, number, day(earlier), day(horizon), least_rows=0).run()
            before = story.rows
        carried_on = derived(con)
        derive.refresh(con, RULES, day(horizon))
        derive.roll_up(con, RULES, day(horizon), least_rows=0)
        assert carried_on == derived(con)


def test_large_amounts_are_squared_to_the_last_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of 2025-01 by hand: 225,461.08² = 50,832,698,594.7664, then 99,999,999.99². Where even the many digits of
    the sums are too few there is no cube, and the load goes on."""
    rows: Rows = {name: {} for name in COLUMNS} | {"customer": {"ann": ("north", None)}}
    told = [rows | {"order": {"1": ("ann", day(3), "sale", amount, "TWD")}} for amount in (225461.08, 99_999_999.99, 1)]
    squares = f"SELECT month_revenue__month_revenue FROM derived.{CUBE} WHERE \"on\" = DATE '2025-01-01'"
    with empty() as con:
        load(con, 1, {}, told[0])
        derive.refresh(con, RULES, day(60))
        derive.roll_up(con, RULES, day(60), least_rows=0)
        assert con.execute(squares).fetchall() == [(Decimal("50832698594.7664"),)]
        load(con, 2, told[0], told[1])
        Advance(con, RULES, 2, day(60), day(60), least_rows=0).run()
        assert con.execute(squares).fetchall() == [(Decimal("9999999998000000.0001"),)]

        def overflow(self: object, name: str, *_: object) -> None:
            raise duckdb.OutOfRangeException(name)

        monkeypatch.setattr(CubeChange, "_sum", overflow)
        load(con, 3, told[1], told[2])
        Advance(con, RULES, 3, day(60), day(60), least_rows=0).run()
        assert con.execute(squares).fetchall() == [(1,)]  # made anew


def test_summed_month_by_month_as_all_at_once() -> None:
    """What would take too much memory is summed in parts."""
    bought = {str(n): orders((CUSTOMERS[n % 3], 9 * n, ("sale", 1), 1 + n)) for n in range(14)}
    case, contract = {"1": ("bob", day(40), "complaint")}, {"1": ("cat", day(30), None)}
    customers = {"ann": ("north", None), "bob": ("south", None), "cat": (None, None)}
    with empty() as con:
        load(con, 1, {}, {"customer": customers, "order": bought, "subscription": contract, "case": case})
        derive.refresh(con, RULES, day(120))
        derive.roll_up(con, RULES, day(120), least_rows=0)
        at_once = derived(con)
        cubes.build(on(con), derive.horizon(RULES, day(120)), least_rows=0, most_cells=1)
        assert len(at_once[CUBE]) > 4
        assert derived(con) == at_once


def test_no_cube_of_few_rows() -> None:
    with empty() as con:
        derive.refresh(con, RULES, day(90))
        derive.roll_up(con, RULES, day(90))
        assert not con.execute(f"SELECT 1 FROM duckdb_tables() WHERE table_name = '{CUBE}'").fetchall()


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [
        (date(2025, 2, 1), date(2025, 3, 1), "month"),
        (date(2024, 3, 1), date(2025, 3, 1), "year"),  # 365 days
        (date(2024, 2, 1), date(2025, 2, 1), None),  # 366 days
        (date(2025, 3, 1), date(2025, 3, 10), None),
        (date(2025, 3, 1), date(2025, 4, 1), None),  # not over at the horizon
        (date(2005, 2, 1), date(2005, 3, 1), None),  # too long ago
    ],
)
def test_stretches_that_are_kept(start: date, end: date, kept: str | None) -> None:
    found = place_in_cube(start, end, date(2025, 3, 10))
    assert (found and found[0]) == kept


def test_products_are_of_numbers_that_are_kept() -> None:
    single = {*of_month(), Part("customers_start", "year"), Part("lost", "year")}
    assert {part for pair in PAIRS for part in pair} <= single
