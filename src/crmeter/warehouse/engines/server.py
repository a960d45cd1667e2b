"""The canonical tables that lie in a schema of a PostgreSQL server, opened for measuring."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t
from crmeter.model.rules import Rules
from crmeter.model.table import Kind, Table
from crmeter.model.tables import TABLES
from crmeter.warehouse import derive
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.engines.postgres import TEMPORARY, Postgres
from crmeter.warehouse.horizon import data_horizon, history_start
from crmeter.warehouse.identifier import quoted

if TYPE_CHECKING:
    import psycopg

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
_WRITTEN = ("arrival", "rule_result")
_LOADED = {"load": "INTEGER", "as_of": "DATE", "history_start": "DATE", "rules": "VARCHAR"}
NO_LOAD = 0  # the number of the load where no table tells of one


@dataclass(frozen=True)
class _Column:
    """A column as it lies there: its type without and with its length, and the family of the type."""

    name: str
    type: str
    family: str
    written: str

    def fits(self, kind: str) -> bool:
        """Whether each value of it is one of the canonical type ``kind``, and exactly."""
        if kind == "VARCHAR":
            return self.family in "SE" or self.type == "uuid"
        if kind.startswith("DECIMAL"):
            digits = re.fullmatch(r"numeric\((\d+),(\d+)\)", self.written)
            return self.type in _WHOLE or bool(digits and int(digits[2]) <= 4)
        return self.type in _FITTING[kind]

    def selected(self, kind: str) -> str:
        return f"CAST({quoted(self.name)} AS {_word(kind)}){_order(kind)}"

    @property
    def kind(self) -> str | None:
        """What a custom attribute is taken as; None where it can be no attribute."""
        return next((kind for kind in ("VARCHAR", *_FITTING) if self.fits(kind)), None)


@contextmanager
def reading(url: str, schema: str, rules: Rules, now: datetime | None = None) -> Iterator[Warehouse]:
    """Open the canonical tables of ``schema`` and derive, in temporary tables, what measuring needs by ``rules``.

    A table that is not there counts as one without rows. Raises UserError where the tables do not have the canonical
    columns, and what psycopg raises where the server does not let us in or read.
    """
    import psycopg

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
        _show_tables(con, schema)
        engine = Postgres(con)
        as_of = data_horizon(engine, rules, now or datetime.now(UTC))
        derive.refresh(engine, rules, as_of)
        counted = json.dumps(rules.as_json(), default=str)
        engine.put("load", _LOADED, [(_last_load(engine), as_of, history_start(engine), counted)])
        yield Warehouse(engine)
        con.rollback()


def _last_load(engine: Postgres) -> int:
    """The newest load that the tables which are written of every load tell of."""
    told = (engine.execute(f"SELECT max(load) FROM {engine.named('main', name)}") for name in _WRITTEN)
    return max((number for [(number,)] in told if number is not None), default=NO_LOAD)


def _show_tables(con: psycopg.Connection[Any], schema: str) -> None:
    """A view of every canonical table, with the canonical columns, types and order of text."""
    there: dict[str, dict[str, _Column]] = {}
    for table, *column in con.execute(_COLUMNS.encode(), [schema]).fetchall():
        there.setdefault(table, {})[column[0]] = _Column(*column)
    if not any(table.name in there for table in TABLES):
        raise UserError.of(
            t("The schema “{schema}” has no canonical table that may be read.", schema=schema),
            next=t("Name the schema of the canonical tables in crmeter.toml: [engine] schema."),
        )
    raise_if_any(p for table in TABLES if table.name in there for p in _misfits(table, schema, there[table.name]))
    for table in TABLES:
        known = there.get(table.name)
        rows = f"FROM {quoted(schema, table.name)}" if known else "WHERE false"
        shown = ", ".join(_selected(table, known or {}))
        con.execute(f"CREATE TEMP VIEW {quoted(table.name)} AS SELECT {shown} {rows}".encode())


def _misfits(table: Table, schema: str, there: Mapping[str, _Column]) -> Iterator[Problem]:
    """What keeps a table from being read as a canonical one."""
    required = {c.name for c in table.columns if c.required}
    for column in table.columns:
        if column.kind is Kind.INSTANT and (column.required or column.name in there):
            required.add(column.business_date)
    for name, kind in table.stored:
        place = f"{schema}.{table.name}.{name}"
        if name not in there:
            if name in required:
                yield Problem(t("{column} is missing.", column=place), next=_mend())
        elif not there[name].fits(kind):
            yield Problem(
                t("{column} is {found}; it is to be {wanted}.", column=place, found=there[name].written, wanted=kind),
                next=_mend(),
            )


def _mend() -> str:
    return t("Make a view that has the column, and let [engine] schema name the schema of the views.")


def _selected(table: Table, there: Mapping[str, _Column]) -> Iterator[str]:
    """The canonical columns, null where they are not there, and the custom attributes."""
    stored = dict(table.stored)
    for name, kind in stored.items():
        value = there[name].selected(kind) if name in there else f"CAST(NULL AS {_word(kind)}){_order(kind)}"
        yield f"{value} AS {quoted(name)}"
    for name, column in there.items() if table.open_ended else ():
        if name not in stored and not name.startswith("_") and column.kind:
            yield f"{column.selected(column.kind)} AS {quoted(name)}"


def _word(kind: str) -> str:
    return _WORDS.get(kind, kind)


def _order(kind: str) -> str:
    """Text is in the order of its code points, whatever the order of the database is."""
    return ' COLLATE "C"' if kind == "VARCHAR" else ""
