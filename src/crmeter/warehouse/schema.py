"""The tables of the warehouse file: what is believed now, what was believed before, and what is known of each load."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from crmeter.model.table import Table
from crmeter.model.tables import TABLES
from crmeter.warehouse.identifier import quoted

BELIEVED = "main"
HISTORY = "history"
META = "meta"

PROVENANCE = (("_source", "VARCHAR"), ("_file", "VARCHAR"), ("_row", "BIGINT"), ("_load", "INTEGER"))
"""Beside the stored columns of each table: where the row came from, and the load since which it is believed."""

IMPLIED = "_implied"
"""Customer only: the row was made because something referred to its id."""

_META_TABLES = {
    "load": (
        "load INTEGER NOT NULL, started_at TIMESTAMP, finished_at TIMESTAMP, as_of DATE, history_start DATE, "
        "rules VARCHAR"
    ),
    "load_table": (
        'load INTEGER NOT NULL, source VARCHAR, "table" VARCHAR, read BIGINT, accepted BIGINT, quarantined BIGINT, '
        "unchanged BIGINT, changed BIGINT, gone BIGINT"
    ),
    "quarantine": (
        'load INTEGER NOT NULL, source VARCHAR, "table" VARCHAR, file VARCHAR, "row" BIGINT, "column" VARCHAR, '
        "value VARCHAR, reason VARCHAR"
    ),
    "format": 'source VARCHAR, "table" VARCHAR, "column" VARCHAR, format VARCHAR',
    # the load that was the newest then, and the table whose key the pseudonym is
    "erasure": "load INTEGER NOT NULL, kind VARCHAR, pseudonym VARCHAR, erased_at TIMESTAMP, reason VARCHAR",
    "note": 'load INTEGER NOT NULL, source VARCHAR, "table" VARCHAR, kind VARCHAR, count BIGINT, text VARCHAR',
}


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make what is missing; what is there stays."""
    for schema in (HISTORY, META):
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
    for name, columns in _META_TABLES.items():
        con.execute(f"CREATE TABLE IF NOT EXISTS {quoted(META, name)} ({columns})")
    for table in TABLES:
        own = _definition(table)
        con.execute(f"CREATE TABLE IF NOT EXISTS {quoted(BELIEVED, table.name)} ({own})")
        con.execute(f"CREATE TABLE IF NOT EXISTS {quoted(HISTORY, table.name)} ({own}, _until INTEGER)")


def _definition(table: Table) -> str:
    columns = (*table.stored, *PROVENANCE, *(((IMPLIED, "BOOLEAN"),) if table.open_ended else ()))
    return ", ".join(f"{quoted(name)} {kind}" for name, kind in columns)


def attributes(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, str]:
    """The custom attributes that ``table`` has so far, with their SQL types."""
    if not table.open_ended:
        return {}
    own = {name.casefold() for name, _ in (*table.stored, *PROVENANCE)} | {IMPLIED}
    return {name: kind for name, kind in columns(con, BELIEVED, table.name).items() if name.casefold() not in own}


def columns(con: duckdb.DuckDBPyConnection, schema: str, name: str) -> dict[str, str]:
    """The columns of a table with their SQL types, in order; empty if there is no such table."""
    rows = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = ? AND table_name = ? ORDER BY column_index",
        [schema, name],
    ).fetchall()
    return dict(rows)


def add_attributes(con: duckdb.DuckDBPyConnection, table: Table, wanted: Mapping[str, str]) -> None:
    """Give ``table`` a column for each custom attribute in ``wanted`` (name → SQL type).

    Where an attribute had another type before, both become text.
    """
    there = {name.casefold(): (name, kind) for name, kind in attributes(con, table).items()}
    for name, kind in wanted.items():
        known = there.get(name.casefold())
        for schema in (BELIEVED, HISTORY):
            target = quoted(schema, table.name)
            if known is None:
                con.execute(f"ALTER TABLE {target} ADD COLUMN {quoted(name)} {kind}")
            elif known[1] != kind:
                con.execute(f"ALTER TABLE {target} ALTER COLUMN {quoted(known[0])} TYPE VARCHAR")


def stored(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, str]:
    """Every column of ``table`` that makes up a row's content, with its SQL type: canonical ones, then attributes."""
    return {**dict(table.stored), **attributes(con, table)}
