"""ClickHouse: the canonical tables of a database read where they lie.

Nothing is written there but temporary tables, which are gone when the session ends: what is derived is derived anew by
each session. ClickHouse has no transaction over several statements: who loads tables while they are measured changes
what is measured.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray
from sqlglot import exp

from crmeter.kernel.expressions import digest, ir, real
from crmeter.warehouse.engines.arrays import array_of
from crmeter.warehouse.engines.clickhouse_sql import INSTANT, written
from crmeter.warehouse.engines.engine import Rows
from crmeter.warehouse.folds import fold_query, rank_query
from crmeter.warehouse.identifier import quoted
from crmeter.warehouse.sql import declared, numbered, of_rows

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

SETTINGS = {
    "join_use_nulls": 1,  # what has no partner is null, not zero or empty
    "aggregate_functions_null_for_empty": 1,  # the sum of nothing is null
    "prefer_column_name_to_alias": 1,  # in WHERE and GROUP BY a name is the column's, as everywhere else
    "union_default_mode": "ALL",
    "transform_null_in": 0,
    "data_type_default_nullable": 0,
}
_WORDS = {
    "VARCHAR": "String",
    "DOUBLE": "Float64",
    "INTEGER": "Int32",
    "BIGINT": "Int64",
    "BOOLEAN": "Bool",
    "DATE": "Date32",
    "TIMESTAMP": INSTANT,
}
_BOUND = {str: "String", bool: "Bool", int: "Int64", float: "Float64", date: "Date32", datetime: INSTANT}
_CANONICAL = f"canonical_{secrets.token_hex(8)}"  # stands for the SELECTs of these tables; no value can hold it


def word(kind: str) -> str:
    """The type of a column, which may be null unless it is a list.

    >>> word("DATE"), word("BIGINT[]")
    ('Nullable(Date32)', 'Array(Int64)')
    """
    if kind.endswith("[]"):
        return f"Array({_WORDS[kind[:-2]]})"
    return f"Nullable({_WORDS.get(kind, kind.capitalize())})"


class ClickHouse:
    """A session of a ClickHouse server as an engine: derived and kept tables are temporary.

    ``views`` has the SELECT of each canonical table, ``columns`` their columns with their types.
    """

    def __init__(
        self, client: Client, views: Mapping[str, str], columns: Mapping[str, Sequence[tuple[str, str]]]
    ) -> None:
        self._client = client
        self._views = views
        self._canonical = {name: declared(name, dict(found), _CANONICAL) for name, found in columns.items()}
        self._made: dict[str, ir.Table | None] = {}
        self._written: dict[str, str] = {}

    def named(self, schema: str, table: str) -> str:
        return f"({self._views[table]})" if schema == "main" else quoted(table)

    def tables(self) -> Mapping[str, ir.Table]:
        for name in [name for name, table in self._made.items() if table is None]:
            columns = self._client.query(f"DESCRIBE TABLE {quoted(name)}").result_rows
            self._made[name] = declared(name, {column: _kind(kind) for column, kind, *_ in columns})
        return self._canonical | {name: table for name, table in self._made.items() if table is not None}

    def to_sql(self, expr: ir.Expr) -> str:
        told = digest(expr)
        if told not in self._written:
            self._written[told] = self._shown(written(real(expr).as_table()))
        return self._written[told]

    def _shown(self, sql: str) -> str:
        """The SELECT of a canonical table in the place of its name."""
        return re.sub(rf'"{_CANONICAL}"\."(\w+)"', lambda found: f"({self._views[found[1]]})", sql)

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._client.query(*_bound(sql, parameters)).result_rows]

    def arrays(self, sql: str) -> Mapping[str, NDArray[Any]]:
        found = self._client.query(sql, column_oriented=True)
        columns = found.result_columns or [()] * len(found.column_names)
        return {name: array_of(list(column)) for name, column in zip(found.column_names, columns, strict=True)}

    def keep(self, name: str, expr: ir.Table, sql: str) -> tuple[ir.Table, int]:
        self._make(name, sql)
        [(rows,)] = self.execute(f"SELECT count(*) FROM {quoted(name)}")
        return of_rows(name, expr), rows

    def within(self, table: ir.Table, column: str, first: date, last: date) -> ir.Table:
        return table

    def numbered(self, rows: ir.Table, name: str, by: Sequence[str]) -> ir.Table:
        return numbered(rows, name)

    def put(self, name: str, columns: Mapping[str, str], rows: Rows) -> ir.Table:
        self._drop(name)
        types = [word(kind) for kind in columns.values()]
        described = ", ".join(f"{quoted(column)} {kind}" for column, kind in zip(columns, types, strict=True))
        self._client.command(f"CREATE TEMPORARY TABLE {quoted(name)} ({described}) ENGINE = Memory")
        if rows:
            self._client.insert(
                quoted(name), [list(map(_in_utc, row)) for row in rows], list(columns), column_type_names=types
            )
        self._made[name] = declared(name, dict(columns))
        return declared(name, dict(columns))

    def fold_sql(
        self, table: str, keys: Sequence[str], slices: Sequence[Sequence[str]], folds: Mapping[str, str]
    ) -> str:
        return str(fold_query(table, keys, slices, folds).sql("clickhouse"))

    def rank_sql(
        self, table: str, keys: Sequence[str], slices: Sequence[Sequence[str]], column: str, asked: str, *, summed: bool
    ) -> str:
        listed: Any = exp.maybe_parse(f"arraySort(groupArray({quoted(column)}))", dialect="clickhouse")  # without nulls
        every = 'arrayMap(place -> if(place > length("in_order"), NULL, "in_order"[place]), "ranks")'
        largest = '[if("ranks"[1] > length("in_order"), NULL, arraySum(arraySlice("in_order", "ranks"[1])))]'
        found: Any = exp.maybe_parse(largest if summed else every, dialect="clickhouse")
        return str(rank_query(table, keys, slices, column, asked, found, listed).sql("clickhouse"))

    def derive(self, name: str, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        self._make(name, sql, parameters)

    def derive_rows(self, name: str, columns: Mapping[str, str], rows: Rows) -> None:
        self.put(name, columns, rows)

    def clear(self) -> None:
        """Drop every temporary table now, and not when the server ends the session."""
        for name in tuple(self._made):
            self._drop(name)

    def _make(self, name: str, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        self._drop(name)
        sql, values = _bound(sql, parameters)
        self._client.command(f"CREATE TEMPORARY TABLE {quoted(name)} ENGINE = Memory AS {sql}", values)
        self._made[name] = None

    def _drop(self, name: str) -> None:
        if name in self._made:
            self._client.command(f"DROP TEMPORARY TABLE {quoted(name)}")
            del self._made[name]


def _bound(sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None) -> tuple[str, Any]:
    """``$name`` as the server binds it, with the type of its value."""
    if not isinstance(parameters, Mapping):
        return sql, None
    marked = re.sub(r"\$([a-z_]+)", lambda found: f"{{{found[1]}:{_BOUND[type(parameters[found[1]])]}}}", sql)
    return marked, {name: _in_utc(value) for name, value in parameters.items()}


def _in_utc(value: Any) -> Any:
    """Instants are given without a zone, in UTC; a driver may take them for local ones."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def _kind(written_type: str) -> str:
    """What DuckDB calls a type."""
    plain = re.sub(r"^(?:Nullable|LowCardinality)\((.*)\)$", r"\1", written_type)
    kinds: Iterable[tuple[str, str]] = ((theirs, ours) for ours, theirs in _WORDS.items())
    return dict(kinds).get(plain) or ("BIGINT" if plain.startswith(("Int", "UInt")) else plain.upper())
