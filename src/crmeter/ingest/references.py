"""References between tables: required ones must exist, unknown customers are made, dangling ones are counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from crmeter.ingest import candidates, quarantine
from crmeter.ingest.report import Note
from crmeter.ingest.staging import Staged
from crmeter.model.table import Column, Kind, Table
from crmeter.model.tables import BY_NAME, TABLES
from crmeter.model.tables.customer import CUSTOMER
from crmeter.warehouse import schema
from crmeter.warehouse.identifier import literal, quoted

IMPLIED_SOURCE = ""
"""The source of customers that no source delivers, but that rows refer to."""


def references(table: Table) -> Iterator[Column]:
    return (column for column in table.columns if column.kind is Kind.REF)


def refuse_orphans(con: duckdb.DuckDBPyConnection, table: Table, staged: Sequence[Staged]) -> None:
    """Refuse rows whose required reference finds no row; the tables referred to must be merged already.

    References to customers never fail: see :func:`imply_customers`.
    """
    for column in references(table):
        if column.required and column.to != CUSTOMER.name:
            for each in staged:
                _refuse(con, table, column, each)
    quarantine.take_out(con, table, candidates.relation(table))


def _refuse(con: duckdb.DuckDBPyConnection, table: Table, column: Column, staged: Staged) -> None:
    rows = (
        f"(SELECT rowid AS _id, {literal(staged.source)} AS _source, _file, _row, {quoted(column.name)} "
        f"FROM {staged.relation}) AS s WHERE s.{quoted(column.name)} IS NOT NULL AND NOT {_exists(column, 's')}"
    )
    quarantine.refuse(con, table, column.name, quarantine.value_of(column.name), quarantine.no_such(column.to), rows)


def _exists(column: Column, row: str) -> str:
    (key,) = BY_NAME[column.to].keys
    target = quoted(schema.BELIEVED, column.to)
    return f"EXISTS (SELECT 1 FROM {target} AS o WHERE o.{quoted(key)} = {row}.{quoted(column.name)})"


def imply_customers(con: duckdb.DuckDBPyConnection, sources: Sequence[str]) -> None:
    """Add a candidate for every customer that a believed row refers to and that no source delivers.

    All other tables must be merged already. The customer holds its id and nothing else; a real row replaces it.
    """
    staged = candidates.relation(CUSTOMER)
    others = ", ".join(map(literal, (*sources, IMPLIED_SOURCE)))
    mentioned = [
        f"SELECT {quoted(column.name)} AS id FROM {quoted(schema.BELIEVED, table.name)}"
        for table in TABLES
        if table is not CUSTOMER
        for column in references(table)
        if column.to == CUSTOMER.name
    ]
    mentioned.append(f"SELECT merged_into FROM {staged}")
    mentioned.append(f"SELECT merged_into FROM main.customer WHERE _source NOT IN ({others})")
    con.execute(
        f"INSERT INTO {staged} (customer_id, _source, {schema.IMPLIED}) "
        f"SELECT id, {literal(IMPLIED_SOURCE)}, true FROM ({' UNION '.join(mentioned)}) WHERE id IS NOT NULL "
        f"AND id NOT IN (SELECT customer_id FROM {staged}) "
        f"AND id NOT IN (SELECT customer_id FROM main.customer WHERE _source NOT IN ({others}))"
    )


def notes(con: duckdb.DuckDBPyConnection) -> list[Note]:
    """How many customers are implied, and by which tables; how many references of each column dangle."""
    found = list(_dangling(con))
    row = con.execute(f"SELECT count(*) FROM main.customer WHERE {schema.IMPLIED}").fetchone()
    if row and row[0]:
        found.append(Note("implied_customers", CUSTOMER.name, row[0], ", ".join(_implying(con))))
    return found


def _implying(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for table in TABLES:
        for column in references(table):
            if column.to == CUSTOMER.name:
                row = con.execute(
                    f"SELECT EXISTS (SELECT 1 FROM {quoted(schema.BELIEVED, table.name)} AS m "
                    f"JOIN main.customer AS c ON c.customer_id = m.{quoted(column.name)} WHERE c.{schema.IMPLIED})"
                ).fetchone()
                if row and row[0]:
                    yield table.name


def _dangling(con: duckdb.DuckDBPyConnection) -> Iterator[Note]:
    """Optional references to a table that has rows, but not this one. The rows stay."""
    for table in TABLES:
        for column in references(table):
            if column.to == CUSTOMER.name:
                continue
            row = con.execute(
                f"SELECT count(*) FROM {quoted(schema.BELIEVED, table.name)} AS m "
                f"WHERE m.{quoted(column.name)} IS NOT NULL AND NOT {_exists(column, 'm')} "
                f"AND EXISTS (SELECT 1 FROM {quoted(schema.BELIEVED, column.to)})"
            ).fetchone()
            if row and row[0]:
                yield Note("dangling", table.name, row[0], column.name)
