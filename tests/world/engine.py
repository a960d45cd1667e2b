"""The engine on rows that stand in a test, without a file or an ingest between."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

import duckdb

from crmeter.kernel.working_time import WorkingTime
from crmeter.model.rules import Rules
from crmeter.model.tables import BY_NAME
from crmeter.warehouse import derive, schema
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.horizon import history_start
from tests.world.rows import (
    ARRIVAL,
    AS_OF,
    BREAK,
    CLOSES,
    CURRENCY,
    FOLDER,
    INACTIVITY_DAYS,
    OPENS,
    TIMEZONE,
    insert,
    read,
)

WORKING = WorkingTime("TW", hours=((OPENS, CLOSES),) * 5 + (None, None), lunch=BREAK)
RULES = Rules(CURRENCY, TIMEZONE, working=WORKING, inactivity_days=INACTIVITY_DAYS)
Rows = Mapping[str, Sequence[Mapping[str, str]]]


def designed() -> Rows:
    """The rows of the designed company, and what a load makes: the customer of an unknown id, the newest event."""
    tables = {path.stem: read(path.stem) for path in sorted(FOLDER.glob("*.csv"))}
    return {**tables, "customer": [*tables["customer"], {"customer_id": "unknown"}], "arrival": [ARRIVAL]}


def warehouse(rows: Rows, rules: Rules = RULES, as_of: date = AS_OF) -> tuple[Warehouse, duckdb.DuckDBPyConnection]:
    """A warehouse in memory that holds ``rows``, and its connection for the independent SQL."""
    con = empty()
    fill(con, rows, rules, as_of)
    return Warehouse(con), con


def empty() -> duckdb.DuckDBPyConnection:
    """A database in memory with all tables of a warehouse."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    schema.create(con)
    return con


def fill(con: duckdb.DuckDBPyConnection, rows: Rows, rules: Rules, as_of: date) -> None:
    """Put ``rows`` in the place of all rows there are, and derive what a load derives."""
    for table in BY_NAME:
        con.execute(f'DELETE FROM main."{table}"')
        insert(con, table, rows.get(table, ()))
    derive.refresh(con, rules, as_of)
    con.execute("DELETE FROM meta.load")
    con.execute(
        "INSERT INTO meta.load (load, as_of, history_start, rules) VALUES (1, ?, ?, ?)",
        [as_of, history_start(con), json.dumps(rules.as_json(), default=str)],
    )
