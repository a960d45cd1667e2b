"""The canonical tables that lie in a schema of a PostgreSQL server, opened for measuring."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmeter.model.tables import TABLES
from crmeter.warehouse.engines import canonical
from crmeter.warehouse.engines.engine import ServerError
from crmeter.warehouse.engines.postgres import TEMPORARY, Postgres
from crmeter.warehouse.identifier import quoted

if TYPE_CHECKING:
    import psycopg

SCHEMA = "public"  # unless another is named
_WAIT = 15  # seconds for a server to answer
_SETTINGS = (
    "SET TimeZone = 'UTC'",
    "SET DateStyle = 'ISO, YMD'",
    "SET client_encoding = 'UTF8'",
    "SET jit = off",  # it takes longer to compile these statements than to run them
    f"SET search_path = {TEMPORARY}, pg_catalog",
)
_COLUMNS = """
SELECT c.relname, a.attname, coalesce(base.typname, own.typname), own.typcategory,
       format_type(coalesce(base.oid, own.oid), CASE WHEN base.oid IS NULL THEN a.atttypmod ELSE own.typtypmod END)
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_type AS own ON own.oid = a.atttypid LEFT JOIN pg_type AS base ON base.oid = nullif(own.typbasetype, 0)
WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""
_WHOLE = ("int2", "int4", "int8")
_FITTING = {  # the types of a server whose values are values of the canonical type, each and exactly
    "BIGINT": _WHOLE,
    "DOUBLE": (*_WHOLE, "float4", "float8", "numeric"),
    "BOOLEAN": ("bool",),
    "DATE": ("date",),
    "TIMESTAMP": ("timestamp", "timestamptz"),
}
_WORDS = {"VARCHAR": "TEXT", "DOUBLE": "DOUBLE PRECISION"}


@dataclass(frozen=True)
class Column:
    """A column as it lies there: its type without and with its length, and the family of the type."""

    name: str
    type: str
    family: str
    written: str

    def fits(self, kind: str) -> bool:
        if kind == "VARCHAR":
            return self.family in "SE" or self.type == "uuid"
        if kind.startswith("DECIMAL"):
            digits = re.fullmatch(r"numeric\((\d+),(\d+)\)", self.written)
            return self.type in _WHOLE or bool(digits and int(digits[2]) <= 4)
        return self.type in _FITTING[kind]

    def selected(self, kind: str) -> str:
        return f"CAST({quoted(self.name)} AS {_word(kind)}){_order(kind)}"


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A session whose one transaction sees a single moment, undone at the end unless it is committed before.

    Raises ServerError where the server does not let us in, or does not do what is asked of it.
    """
    import psycopg

    try:
        with psycopg.connect(
            url,
            connect_timeout=_WAIT,
            application_name="crmeter",
            prepare_threshold=None,  # temporary tables of one name change their columns
            cursor_factory=psycopg.ClientCursor,  # CREATE TABLE … AS takes no values of the server's own binding
        ) as con:
            con.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            for setting in _SETTINGS:
                con.execute(setting.encode())
            yield con
            con.rollback()
    except psycopg.Error as error:
        raise ServerError(str(error)) from error


@contextmanager
def opened(url: str, schema: str | None) -> Iterator[Postgres]:
    """A session that shows the canonical tables of ``schema``.

    Raises UserError where the tables do not have the canonical columns, and what :func:`connected` does.
    """
    with connected(url) as con:
        _show_tables(con, schema or SCHEMA)
        yield Postgres(con)


def found(con: psycopg.Connection[Any], schema: str) -> dict[str, dict[str, Column]]:
    """The tables and views of a schema that may be read, and their columns."""
    there: dict[str, dict[str, Column]] = {}
    for table, *column in con.execute(_COLUMNS.encode(), [schema]).fetchall():
        there.setdefault(table, {})[column[0]] = Column(*column)
    return there


def _show_tables(con: psycopg.Connection[Any], schema: str) -> None:
    """A view of every canonical table, with the canonical columns, types and order of text."""
    there = found(con, schema)
    canonical.check(schema, there)
    for table in TABLES:
        known = there.get(table.name)
        rows = f"FROM {quoted(schema, table.name)}" if known else "WHERE false"
        shown = ", ".join(canonical.selected(table, known or {}, _null))
        con.execute(f"CREATE TEMP VIEW {quoted(table.name)} AS SELECT {shown} {rows}".encode())


def _null(kind: str) -> str:
    return f"CAST(NULL AS {_word(kind)}){_order(kind)}"


def _word(kind: str) -> str:
    return _WORDS.get(kind, kind)


def _order(kind: str) -> str:
    """Text is in the order of its code points, whatever the order of the database is."""
    return ' COLLATE "C"' if kind == "VARCHAR" else ""
