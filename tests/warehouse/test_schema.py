"""The tables of a new warehouse, and the columns that custom attributes add."""

from __future__ import annotations

import duckdb
import pytest

from crmeter.model.tables import TABLES
from crmeter.model.tables.customer import CUSTOMER
from crmeter.model.tables.order import ORDER
from crmeter.warehouse import schema


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    schema.create(con)
    return con


def test_every_canonical_table_is_there_and_empty(con: duckdb.DuckDBPyConnection) -> None:
    for table in TABLES:
        names = list(schema.columns(con, "main", table.name))
        assert names[: len(table.stored)] == [name for name, _ in table.stored]
        assert {"_source", "_file", "_row", "_load"} <= set(names)
        past = list(schema.columns(con, "history", table.name))
        assert past == [*names, "_until"]
        assert con.execute(f'SELECT count(*) FROM main."{table.name}"').fetchone() == (0,)
    assert "_implied" in schema.columns(con, "main", "customer")


def test_an_instant_is_followed_by_its_business_date(con: duckdb.DuckDBPyConnection) -> None:
    columns = schema.columns(con, "main", "order")
    names = list(columns)
    assert columns["ordered_at"] == "TIMESTAMP"
    assert columns["ordered_on"] == "DATE"
    assert names.index("ordered_on") == names.index("ordered_at") + 1
    assert columns["amount"] == "DECIMAL(18,4)"


def test_creating_again_changes_nothing(con: duckdb.DuckDBPyConnection) -> None:
    schema.add_attributes(con, CUSTOMER, {"tier": "VARCHAR"})
    con.execute("INSERT INTO main.customer (customer_id, tier) VALUES ('ann', 'gold')")
    schema.create(con)
    assert con.execute("SELECT customer_id, tier FROM main.customer").fetchall() == [("ann", "gold")]


def test_attributes_come_over_time_and_become_text_where_types_differ(con: duckdb.DuckDBPyConnection) -> None:
    schema.add_attributes(con, CUSTOMER, {"tier": "VARCHAR", "points": "BIGINT"})
    con.execute("INSERT INTO main.customer (customer_id, points) VALUES ('ann', 5)")
    schema.add_attributes(con, CUSTOMER, {"Points": "DOUBLE", 'odd "name"': "VARCHAR"})
    assert schema.attributes(con, CUSTOMER) == {"tier": "VARCHAR", "points": "VARCHAR", 'odd "name"': "VARCHAR"}
    assert con.execute("SELECT points FROM main.customer").fetchall() == [("5",)]
    assert schema.columns(con, "history", "customer")["points"] == "VARCHAR"
    assert schema.attributes(con, ORDER) == {}
