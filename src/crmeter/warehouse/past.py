"""The warehouse as it was known at an earlier load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.model.rules import Rules
from crmeter.model.tables import TABLES
from crmeter.warehouse import derive, schema
from crmeter.warehouse.duck import Warehouse, opening
from crmeter.warehouse.history import known_at
from crmeter.warehouse.identifier import literal, quoted

PUBLISHED = "published"


@contextmanager
def reading_past(path: Path, load: int, rules: Rules) -> Iterator[Warehouse]:
    """Open what was known at ``load``, counted by ``rules``; UserError where there was no such load.

    Nothing is copied but what is derived: the rows are read where they lie. The data horizon is that of the load.
    """
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        with opening(path):
            con.execute(f"ATTACH {literal(str(path))} AS {PUBLISHED} (READ_ONLY)")
        con.execute("SET enable_external_access = false")
        _show(con, load)
        (as_of,) = con.execute("SELECT as_of FROM meta.load WHERE load = ?", [load]).fetchall()[0]
        derive.refresh(con, rules, as_of)
        con.execute("SET lock_configuration = true")
        yield Warehouse(con)


def _show(con: duckdb.DuckDBPyConnection, load: int) -> None:
    """Views of the canonical tables and of what is known of loads, as they were."""
    home = con.execute("SELECT current_database()").fetchall()[0][0]
    con.execute(f"USE {PUBLISHED}")
    loads = [row[0] for row in con.execute("SELECT load FROM meta.load ORDER BY load").fetchall()]
    if load not in loads:
        raise UserError.of(
            t("There was no load {load}.", load=load),
            next=t("Loads: {loads}.", loads=f"{loads[0]} … {loads[-1]}") if loads else t("Run: crmeter ingest"),
        )
    rows = {table.name: known_at(con, table, load, PUBLISHED) for table in TABLES}
    meta = con.execute(
        "SELECT table_name, bool_or(column_name = 'load') FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = $meta GROUP BY table_name",
        {"meta": schema.META},
    ).fetchall()
    con.execute(f"USE {quoted(home)}")
    for name, text in rows.items():
        con.execute(f"CREATE VIEW {quoted(schema.BELIEVED, name)} AS FROM {text}")
    con.execute(f"CREATE SCHEMA {quoted(schema.META)}")
    for name, numbered in meta:
        believed = f" WHERE load <= {load:d}" if numbered else ""
        con.execute(f"CREATE VIEW {quoted(schema.META, name)} AS FROM {quoted(PUBLISHED, schema.META, name)}{believed}")
