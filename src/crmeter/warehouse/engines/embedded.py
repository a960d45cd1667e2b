"""DuckDB, in the process itself: the engine unless another is asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
from numpy.typing import NDArray

from crmeter.kernel.expressions import ir
from crmeter.kernel.extras import hidden
from crmeter.warehouse.engines.engine import Engine, Rows
from crmeter.warehouse.identifier import quoted
from crmeter.warehouse.sql import declared, numbered, to_sql, written_of


class DuckDB:
    """A DuckDB connection as an engine."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def named(self, schema: str, table: str) -> str:
        return quoted(schema, table)

    def tables(self) -> Mapping[str, ir.Table]:
        found: dict[tuple[str, str], dict[str, str]] = {}
        rows = self._con.execute(
            "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE (schema_name IN ('main', 'derived') OR (schema_name = 'meta' AND table_name = 'load')) "
            "AND database_name = current_database() AND NOT internal "
            "AND NOT starts_with(column_name, '_') "
            "ORDER BY schema_name, table_name, column_index"
        ).fetchall()
        for schema, table, column, kind in rows:
            found.setdefault((schema, table), {})[column] = kind
        return {table: declared(table, columns, schema) for (schema, table), columns in found.items()}

    def to_sql(self, expr: ir.Expr) -> str:
        return to_sql(expr)

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        if parameters is None:
            return self._con.execute(sql).fetchall()
        with hidden("pandas"):  # DuckDB imports it, where it is installed, to see whether a value is one of its own
            return self._con.execute(sql, parameters).fetchall()

    def arrays(self, sql: str) -> Mapping[str, NDArray[Any]]:
        return self._con.execute(sql).fetchnumpy()

    def keep(self, name: str, expr: ir.Table, sql: str) -> tuple[ir.Table, int]:
        [(rows,)] = self._con.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS {sql}").fetchall()
        described = self._con.execute(f"DESCRIBE {quoted(name)}").fetchall()
        return declared(name, {column: kind for column, kind, *_ in described}), rows

    def within(self, table: ir.Table, column: str, first: date, last: date) -> ir.Table:
        return table

    def numbered(self, rows: ir.Table, name: str, by: Sequence[str]) -> ir.Table:
        return numbered(rows, name)

    def put(self, name: str, columns: Mapping[str, str], rows: Rows) -> ir.Table:
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} ({_described(columns)})")
        self._fill(quoted(name), columns, rows)
        return declared(name, dict(columns))

    def fold_sql(
        self, table: str, keys: Sequence[str], slices: Sequence[Sequence[str]], folds: Mapping[str, str]
    ) -> str:
        def work() -> str:
            from crmeter.warehouse.folds import fold_query

            return str(fold_query(table, keys, slices, folds).sql("duckdb"))

        return written_of("duckdb fold", work, table, keys, slices, folds)

    def rank_sql(
        self, table: str, keys: Sequence[str], slices: Sequence[Sequence[str]], column: str, asked: str, *, summed: bool
    ) -> str:
        def work() -> str:
            from crmeter.warehouse.folds import rank_query

            return str(rank_query(table, keys, slices, column, asked, _at_ranks(summed=summed)).sql("duckdb"))

        return written_of("duckdb ranks", work, table, keys, slices, column, asked, summed)

    def derive(self, name: str, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        self._con.execute("CREATE SCHEMA IF NOT EXISTS derived")
        self.execute(f"CREATE OR REPLACE TABLE {quoted('derived', name)} AS {sql}", parameters)

    def derive_rows(self, name: str, columns: Mapping[str, str], rows: Rows) -> None:
        self._con.execute("CREATE SCHEMA IF NOT EXISTS derived")
        target = quoted("derived", name)
        self._con.execute(f"CREATE OR REPLACE TABLE {target} ({_described(columns)})")
        self._fill(target, columns, rows)

    def _fill(self, table: str, columns: Mapping[str, str], rows: Rows) -> None:
        """Put rows into a table: as one JSON parameter, since values bound one by one cost a hundred times as much."""
        if not rows:
            return
        names = [f"c{i}" for i in range(len(columns))]
        written = json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str)
        picked = ", ".join(f"r.{name}" for name in names)
        self.execute(
            f"INSERT INTO {table} SELECT {picked} FROM (SELECT unnest(from_json($rows::JSON, $shape)) AS r)",
            {"rows": written, "shape": json.dumps([dict(zip(names, columns.values(), strict=True))])},
        )


def on(where: Engine | duckdb.DuckDBPyConnection) -> Engine:
    """The engine of a DuckDB connection; any other engine as it is."""
    return DuckDB(where) if isinstance(where, duckdb.DuckDBPyConnection) else where


def _described(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())


def _at_ranks(*, summed: bool) -> Any:
    """What is found in the list of all values: those at the ranks, or the sum of those from the first rank on."""
    from sqlglot import exp

    def call(function: str, *arguments: Any) -> Any:
        return exp.Anonymous(this=function, expressions=[each.copy() for each in arguments])

    in_order, ranks = exp.column("in_order", quoted=True), exp.column("ranks", quoted=True)
    if not summed:
        return call("list_select", in_order, ranks)
    first = call("list_extract", ranks, exp.Literal.number(1))
    return call("list_value", call("list_sum", call("list_slice", in_order, first, call("len", in_order))))
