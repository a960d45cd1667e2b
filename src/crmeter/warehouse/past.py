"""The warehouse as it was known at an earlier load, or on the way from there to what is known now.

An erasure is no change that came with a load: it holds for what was known before too, which can't be shown as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path

import duckdb

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.model.rules import Rules
from crmeter.model.table import Kind, Table
from crmeter.model.tables import TABLES
from crmeter.warehouse import derive, schema
from crmeter.warehouse.duck import Warehouse, opening
from crmeter.warehouse.history import known_at
from crmeter.warehouse.horizon import history_start
from crmeter.warehouse.identifier import literal, quoted

PUBLISHED = "published"
RATES = "fx_rate"


class Change(StrEnum):
    """What can have happened to rows since a load."""

    LATE = "late"  # rows that were not there
    CORRECTED = "corrected"  # rows that say something else
    MERGED = "merged"  # customers that were found to be one
    DELETED = "deleted"  # customers and rows that are out now
    RATES = "currency"  # rates of currencies
    CALENDAR = "calendar"  # the same instant on another business day


ALL = frozenset(Change)


@contextmanager
def reading_past(
    path: Path, load: int, rules: Rules, *, changes: Collection[Change] = (), as_of: date | None = None
) -> Iterator[Warehouse]:
    """Open what was known at ``load``, with those ``changes`` that came since, counted by ``rules``.

    ``as_of`` is the data horizon, by default that of the load. Rows are read where they lie; only what is derived from
    them is made. UserError where there was no such load.
    """
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        with opening(path):
            con.execute(f"ATTACH {literal(str(path))} AS {PUBLISHED} (READ_ONLY)")
        con.execute("SET enable_external_access = false")
        _show_rows(con, load, frozenset(changes))
        _show_loads(con, load, as_of)
        (horizon,) = con.execute("SELECT as_of FROM meta.load ORDER BY load DESC LIMIT 1").fetchall()[0]
        derive.refresh(con, rules, horizon)
        con.execute("SET lock_configuration = true")
        yield Warehouse(con)


def _show_rows(con: duckdb.DuckDBPyConnection, load: int, changes: frozenset[Change]) -> None:
    """A view of every canonical table."""
    home = con.execute("SELECT current_database()").fetchall()[0][0]
    con.execute(f"USE {PUBLISHED}")  # its columns are to be found
    loads = [row[0] for row in con.execute("SELECT load FROM meta.load ORDER BY load").fetchall()]
    if load not in loads:
        raise UserError.of(
            t("There was no load {load}.", load=load),
            next=t("Loads: {loads}.", loads=f"{loads[0]} … {loads[-1]}") if loads else t("Run: crmeter ingest"),
        )
    rows = {table.name: _rows(con, table, load, changes) for table in TABLES}
    con.execute(f"USE {quoted(home)}")
    for name, text in rows.items():
        con.execute(f"CREATE VIEW {quoted(schema.BELIEVED, name)} AS {text}")


def _rows(con: duckdb.DuckDBPyConnection, table: Table, load: int, changes: frozenset[Change]) -> str:
    """SQL text of the rows of a table: those of then, with what ``changes`` made of them."""
    then, now = known_at(con, table, load, PUBLISHED), quoted(PUBLISHED, schema.BELIEVED, table.name)
    if table.name == RATES:
        return f"FROM {now if Change.RATES in changes else then}"
    if not changes & {*Change} - {Change.RATES}:
        return f"FROM {then}"
    names = [*schema.stored(con, table), *(name for name, _ in schema.PROVENANCE)]
    same = " AND ".join(f"t.{quoted(key)} IS NOT DISTINCT FROM n.{quoted(key)}" for key in table.keys)
    met, late = (", ".join(f"{_column(table, n, changes, new)} AS {quoted(n)}" for n in names) for new in (False, True))
    parts = [f"SELECT {met} FROM {then} AS t JOIN {now} AS n ON {same}"]
    if Change.DELETED not in changes:
        old = ", ".join(f"t.{quoted(name)}" for name in names)
        parts.append(f"SELECT {old} FROM {then} AS t ANTI JOIN {now} AS n ON {same}")
    if Change.LATE in changes:
        parts.append(f"SELECT {late} FROM {now} AS n ANTI JOIN {then} AS t ON {same}")
    return " UNION ALL ".join(parts)


def _column(table: Table, name: str, changes: frozenset[Change], new: bool) -> str:
    """A column of a row that is there now, and (unless it is ``new``) was then."""
    own = {Change.MERGED: ("merged_into",), Change.DELETED: ("deleted_at", "deleted_on")}
    for change, columns in own.items():
        if table.name == "customer" and name in columns:
            return f"n.{quoted(name)}" if change in changes else "NULL" if new else f"t.{quoted(name)}"
    if new:
        return f"n.{quoted(name)}"
    corrected = "n" if Change.CORRECTED in changes else "t"
    instant = next((c.name for c in table.columns if c.kind is Kind.INSTANT and c.business_date == name), None)
    if instant is None:
        return f"{corrected}.{quoted(name)}"
    dated = "n" if Change.CALENDAR in changes else "t"
    return (
        f"CASE WHEN t.{quoted(instant)} IS NOT DISTINCT FROM n.{quoted(instant)} "
        f"THEN {dated}.{quoted(name)} ELSE {corrected}.{quoted(name)} END"
    )


def _show_loads(con: duckdb.DuckDBPyConnection, load: int, as_of: date | None) -> None:
    """What is known of the loads up to ``load``; the horizon and the start of the history are those of the rows."""
    meta = con.execute(
        "SELECT table_name, bool_or(column_name = 'load') FROM duckdb_columns() "
        "WHERE database_name = $published AND schema_name = $meta GROUP BY table_name",
        {"published": PUBLISHED, "meta": schema.META},
    ).fetchall()
    con.execute(f"CREATE SCHEMA {quoted(schema.META)}")
    for name, numbered in meta:
        kept = f" WHERE load <= {load:d}" if numbered else ""
        kind = "TABLE" if name == "load" else "VIEW"
        rows = f"FROM {quoted(PUBLISHED, schema.META, name)}{kept}"
        con.execute(f"CREATE {kind} {quoted(schema.META, name)} AS {rows}")
    con.execute(
        "UPDATE meta.load SET as_of = coalesce($as_of, as_of), history_start = $start WHERE load = $load",
        {"as_of": as_of, "start": history_start(con), "load": load},
    )
