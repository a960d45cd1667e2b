"""SQL from expressions: Ibis writes it, nothing of Ibis runs it."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import ibis
import ibis.expr.types as ir
from ibis.backends.sql.compilers import DuckDBCompiler
from ibis.backends.sql.datatypes import DuckDBType

_COMPILER = DuckDBCompiler()
SCHEMAS = ("main", "derived", "temp")


def to_sql(expr: ir.Expr) -> str:
    """The DuckDB SELECT of an unbound expression."""
    return str(_COMPILER.to_sqlglot(expr.as_table()).sql("duckdb"))


def tables_of(con: duckdb.DuckDBPyConnection) -> Mapping[str, ir.Table]:
    """Every canonical and derived table as an unbound expression, with the types it has in the warehouse."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    rows = con.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE schema_name IN ('main', 'derived') AND database_name = current_database() AND NOT internal "
        "ORDER BY schema_name, table_name, column_index"
    ).fetchall()
    for schema, table, column, kind in rows:
        found.setdefault((schema, table), {})[column] = kind
    return {table: declared(table, columns, schema) for (schema, table), columns in found.items()}


def declared(name: str, columns: Mapping[str, str], schema: str | None = None) -> ir.Table:
    """An unbound table whose columns have the given DuckDB types."""
    types = {column: DuckDBType.from_string(kind) for column, kind in columns.items()}
    return ibis.table(types, name=name, database=schema)
