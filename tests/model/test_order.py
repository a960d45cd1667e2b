"""Ranks counted by stretches, against the database's own."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from crmeter.model.order import with_rank
from crmeter.warehouse.sql import declared, to_sql

CENTS = st.integers(-(10**11), 10**11) | st.integers(-300, 300)  # of the smallest steps of money: far apart, and ties
DAYS = st.integers(0, 900).map(lambda days: date(2024, 1, 1) + timedelta(days))


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.mark.parametrize("most_first", [False, True])
@given(rows=st.lists(st.tuples(CENTS, DAYS), min_size=1, max_size=40))
@settings(max_examples=30)
def test_ranks_are_those_of_the_database(
    con: duckdb.DuckDBPyConnection, most_first: bool, rows: list[tuple[int, date]]
) -> None:
    kinds = {"money": "DECIMAL(18,4)", "whole": "BIGINT", "day": "DATE"}
    con.execute(f"CREATE OR REPLACE TABLE ranked ({', '.join(f'{name} {kind}' for name, kind in kinds.items())})")
    con.executemany(
        "INSERT INTO ranked VALUES (?::BIGINT / 10000.0, ?, ?)", [(cents, cents, day) for cents, day in rows]
    )
    for name in kinds:
        found = con.sql(to_sql(with_rank(declared("ranked", kinds), name, "place", most_first=most_first)))
        order = "DESC" if most_first else "ASC"
        known = con.sql(f"SELECT *, rank() OVER (ORDER BY {name} {order}) - 1, count(*) OVER () FROM ranked")
        assert sorted(found.fetchall()) == sorted(known.fetchall())
