"""Contents of a person's rows: which rows are theirs, and emptying what tells who it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb

from crmeter.kernel.expressions import ir
from crmeter.model.table import Kind, Table
from crmeter.model.tables import BY_NAME, DELIVERED
from crmeter.warehouse import schema
from crmeter.warehouse.erasure.identifiers import CUSTOMER, IDS, Relations
from crmeter.warehouse.identifier import quoted

_THEY = (
    f"(SELECT id FROM {IDS} WHERE kind = '{CUSTOMER}' "
    f"UNION ALL SELECT pseudonym FROM meta.erasure WHERE kind = '{CUSTOMER}')"
)
_NOTED = f"(SELECT id FROM {IDS} WHERE kind = '{CUSTOMER}')"


def belonging(table: Table, relations: Relations, *, noted: bool = False) -> str | None:
    """SQL of whether a row r of ``table`` is about an erased customer (one of those noted alone, where so asked): by
    its customer, or where it names none, by the case, lead, order … that it names. None where no row can be."""
    if "customer_id" not in dict(table.stored):
        return None
    they = _NOTED if noted else _THEY
    tests = [f"r.customer_id IN {they}"]
    for column in table.columns:
        if column.kind is Kind.REF and column.to != CUSTOMER and "customer_id" in dict(BY_NAME[column.to].stored):
            key = quoted(BY_NAME[column.to].keys[0])
            theirs = " UNION ALL ".join(
                f"SELECT o.{key} FROM {relation} AS o WHERE o.customer_id IN {they}"
                for relation in relations.get(column.to, ())
            )
            if theirs:
                tests.append(f"(r.customer_id IS NULL AND r.{quoted(column.name)} IN ({theirs}))")
    return f"coalesce({' OR '.join(tests)}, false)"


def emptied(con: duckdb.DuckDBPyConnection, table: Table) -> Mapping[str, str]:
    """The columns that erasure empties, with what stands there afterwards: what is personal, what describes a person,
    free text, and every custom attribute. A text that a row must have is an empty one then."""
    found = {column.name: "''" if column.required else "NULL" for column in table.columns if column.erased}
    return {**found, **dict.fromkeys(schema.attributes(con, table), "NULL")}


def erased_names(tables: Mapping[str, ir.Table]) -> Iterator[str]:
    """The columns of any table by which a person can't be found any more after an erasure: those that are emptied, and
    the identifiers."""
    for table in DELIVERED:
        yield from (column.name for column in table.columns if column.erased or column.kind in (Kind.KEY, Kind.REF))
        if table.open_ended:
            stored = {name for name, _ in table.stored}
            yield from (name for name in tables[table.name].columns if name not in stored)


def empty(con: duckdb.DuckDBPyConnection, targets: Relations, relations: Relations) -> dict[str, int]:
    """Empty these columns in the person's rows of ``targets``; how many rows held something, by table."""
    counts: dict[str, int] = {}
    for table in DELIVERED:
        columns, theirs = emptied(con, table), belonging(table, relations)
        if not columns or theirs is None:
            continue
        values = ", ".join(f"{quoted(name)} = {value}" for name, value in columns.items())
        filled = " OR ".join(f"r.{quoted(name)} IS DISTINCT FROM {value}" for name, value in columns.items())
        for relation in targets.get(table.name, ()):
            row = con.execute(f"UPDATE {relation} AS r SET {values} WHERE {theirs} AND ({filled})").fetchone()
            if row and row[0]:
                counts[table.name] = counts.get(table.name, 0) + row[0]
    return counts


def count(
    con: duckdb.DuckDBPyConnection, targets: Relations, relations: Relations, *, noted: bool = False
) -> dict[str, int]:
    """How many rows of ``targets`` are about an erased customer, by table."""
    counts: dict[str, int] = {}
    for table in DELIVERED:
        theirs = belonging(table, relations, noted=noted)
        for relation in targets.get(table.name, ()) if theirs else ():
            row = con.execute(f"SELECT count(*) FROM {relation} AS r WHERE {theirs}").fetchone()
            if row and row[0]:
                counts[table.name] = counts.get(table.name, 0) + row[0]
    return counts
