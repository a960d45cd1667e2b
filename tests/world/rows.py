"""The rows of the designed company as canonical tables in a database, without any of our own loading."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from crmeter.model.table import Kind, Table
from crmeter.model.tables import BY_NAME, TABLES

FOLDER = Path(__file__).parent / "tables"
AS_OF = date(2026, 1, 1)  # the day after the newest event, the conversion of the lead just_matured
CURRENCY = "TWD"
TIMEZONE = "Asia/Taipei"
INACTIVITY_DAYS = 365
OPENS, CLOSES, BREAK = 9 * 60, 18 * 60, (12 * 60, 13 * 60)  # business hours, in minutes of the day
ARRIVAL = {  # of the newest event that a load of these files sees: in local time, like the rows
    "load": "1",
    "source": "company",
    "first_at": "2021-12-25 10:00",  # the order invoice_before
    "newest_at": "2025-12-31 10:00",  # the conversion of the lead just_matured
    "horizon_at": "2026-01-01 00:00",
}
OFFSET = timedelta(hours=8)  # of Taipei, which has no summer time


def loaded() -> duckdb.DuckDBPyConnection:
    """A database in memory with all canonical tables, filled from ``tables/*.csv``."""
    con = duckdb.connect()
    for table in TABLES:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in table.stored)
        con.execute(f'CREATE TABLE "{table.name}" ({columns})')
    con.execute("CREATE SCHEMA meta; CREATE TABLE meta.load (load INTEGER, as_of DATE)")
    con.execute("INSERT INTO meta.load VALUES (1, ?)", [AS_OF])
    for path in sorted(FOLDER.glob("*.csv")):
        insert(con, path.stem, read(path.stem))
    insert(con, "arrival", [ARRIVAL])
    con.execute("INSERT INTO customer (customer_id) VALUES ('unknown')")  # what a load makes of an unknown customer
    return con


def read(table: str) -> list[dict[str, str]]:
    """The rows of one file as they stand, without the column that names the trap."""
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [{k: v for k, v in row.items() if k != "trap"} for row in csv.DictReader(file)]


def insert(con: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Mapping[str, str]]) -> None:
    """Add rows of local times to a canonical table: the instant in UTC, its business date as written."""
    table = BY_NAME[name]
    cells = [{c: value for key, text in row.items() for c, value in _cells(table, key, text).items()} for row in rows]
    columns = tuple(dict.fromkeys(column for row in cells for column in row))
    if not columns:
        return
    names, marks = ", ".join(f'"{column}"' for column in columns), ", ".join("?" * len(columns))
    values = [row.get(column) for row in cells for column in columns]
    con.execute(f'INSERT INTO "{name}" ({names}) VALUES {", ".join([f"({marks})"] * len(cells))}', values)


def _cells(table: Table, name: str, text: str) -> dict[str, object]:
    column = table.column(name)
    if text == "":
        return {}
    if column.kind is Kind.INSTANT:
        local = datetime.fromisoformat(text)
        return {name: local - OFFSET, column.business_date: local.date()}
    return {name: text}
