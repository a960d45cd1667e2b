"""A warehouse straight from the demo's files by plain casts: a witness of ingest, and quick enough for ten seeds."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import duckdb

from crmeter.kernel.calendar import Calendar
from crmeter.model.rules import Rules
from crmeter.model.table import SQL_TYPES, Column, Kind, Table
from crmeter.model.tables import BY_NAME, CUSTOMER, TABLES
from crmeter.warehouse import derive, schema
from tests.demo.exported import ENCODINGS, lines

RULES = Rules(currency="TWD", timezone="Asia/Taipei", calendar=Calendar())
AS_OF = date(2026, 1, 1)
# rows that ingest refuses for more than a value that does not cast
_REFUSED = {
    "order": "kind = 'sale' AND amount < 0",
    "case": "resolved_at < opened_at OR kind NOT IN ('question', 'complaint', 'incident', 'other')",
    "survey_response": "score > scale_max",
    "opportunity": "outcome NOT IN ('won', 'lost')",
    "training": "level NOT IN ('basic', 'advanced', 'best_practice')",
}


def build(workspace: Path, path: Path) -> None:
    """Write the warehouse of a demo company to ``path``."""
    con = duckdb.connect(str(path), config={"threads": 1})
    schema.create(con)
    schema.add_attributes(con, CUSTOMER, {"onboarding": "VARCHAR"})
    _land(con, workspace, path.parent / "unpacked")
    for mapping in sorted((workspace / "mappings").glob("*/*.sql")):
        _fill(con, BY_NAME[mapping.stem], mapping.read_text("utf-8"))
    _drop_orphans(con)
    con.execute(
        "INSERT INTO customer (customer_id, _source, _implied, _load) "
        "SELECT DISTINCT customer_id, 'shop', true, 1 FROM \"order\" ANTI JOIN customer USING (customer_id)"
    )
    con.execute(
        "INSERT INTO meta.load VALUES (1, now(), now(), $as_of, DATE '2021-01-01', $rules)",
        {"as_of": AS_OF, "rules": json.dumps(RULES.as_json())},
    )
    derive.refresh(con, RULES, AS_OF)
    con.close()


def _land(con: duckdb.DuckDBPyConnection, workspace: Path, unpacked: Path) -> None:
    """The files as views of text columns."""
    con.execute("CREATE SCHEMA landed")
    unpacked.mkdir(exist_ok=True)
    files = {path.name.partition(".")[0]: path for path in workspace.glob("exports/*/*.csv*")}
    files = {name: path for name, path in files.items() if not name.startswith("orders_")}
    files["orders"] = workspace / "exports" / "shop" / "orders_*.csv.gz"
    files["cases"] = workspace / "exports" / "crm" / "cases.zip"
    files["crm_ledger_帳目"] = workspace / "exports" / "finance" / "crm_ledger.xlsx"
    for name, path in files.items():
        if name in ENCODINGS or path.suffix in (".zip", ".xlsx"):
            target = unpacked / f"{name}.csv"
            with target.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(lines(path))
            path = target
        con.execute(f"CREATE VIEW landed.\"{name}\" AS FROM read_csv('{path}', header = true, all_varchar = true)")


def _drop_orphans(con: duckdb.DuckDBPyConnection) -> None:
    """Rows whose required reference leads nowhere are refused; customers are the exception."""
    for table in TABLES:
        for column in table.columns:
            if column.kind is Kind.REF and column.required and column.to != CUSTOMER.name:
                (key,) = BY_NAME[column.to].keys
                con.execute(
                    f'DELETE FROM main."{table.name}" WHERE "{column.name}" NOT IN '
                    f'(SELECT "{key}" FROM main."{column.to}")'
                )


def _fill(con: duckdb.DuckDBPyConnection, table: Table, select: str) -> None:
    con.execute("SET search_path = 'landed'")
    con.execute(f"CREATE OR REPLACE TEMP TABLE mapped AS {select}")
    con.execute("SET search_path = 'main'")
    given = {row[0] for row in con.execute("DESCRIBE mapped").fetchall()}
    cells: dict[str, str] = {}
    for column in table.columns:
        if column.name in given:
            cells |= _cells(column)
    if table is CUSTOMER:
        cells["onboarding"] = "onboarding"
    names = ", ".join(f'"{name}"' for name in cells)
    shown = ", ".join(f'{sql} AS "{name}"' for name, sql in cells.items())
    missing = " OR ".join(f'"{column.name}" IS NULL' for column in table.columns if column.required)
    refused = f"({missing}) OR coalesce({_REFUSED.get(table.name, 'false')}, false)"
    con.execute(
        f'INSERT INTO main."{table.name}" ({names}, _load) '
        f"SELECT *, 1 FROM (SELECT {shown} FROM mapped) WHERE NOT ({refused})"
    )


def _cells(column: Column) -> dict[str, str]:
    """The stored columns of one column of a mapping, in SQL."""
    text = f'"{column.name}"'
    if column.kind is Kind.INSTANT:
        local = f"try_cast(replace({text}, '/', '-') AS TIMESTAMP)"
        return {column.name: f"{local} - INTERVAL 8 HOUR", column.business_date: f"{local}::DATE"}
    if column.kind is Kind.DATE:
        return {column.name: f"try_cast(replace({text}, '/', '-') AS DATE)"}
    if column.kind is Kind.MONEY:
        text = f"replace({text}, ',', '')"
    if column.name == "filled_share":
        return {column.name: f"try_cast(replace({text}, '%', '') AS DOUBLE) / 100"}
    if column.kind is Kind.FLAG:
        return {column.name: f"{text} = '是'"}
    return {column.name: f"try_cast({text} AS {SQL_TYPES[column.kind]})"}
