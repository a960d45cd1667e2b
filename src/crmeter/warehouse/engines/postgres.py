"""PostgreSQL: the canonical tables of a schema read where they lie.

Nothing is written there but temporary tables, which are gone when the session ends: what is derived is derived anew by
each session. All of it is one transaction that sees a single moment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt
from ibis.backends.sql.compilers import PostgresCompiler
from numpy.typing import NDArray
from sqlglot import exp

from crmeter.kernel.expressions import ir, real
from crmeter.warehouse.engines.arrays import array_of
from crmeter.warehouse.engines.engine import Rows
from crmeter.warehouse.folds import fold_query, rank_query
from crmeter.warehouse.identifier import quoted
from crmeter.warehouse.sql import declared, numbered, of_rows, written

if TYPE_CHECKING:
    import psycopg

TEMPORARY = "pg_temp"
TEXT = 'TEXT COLLATE "C"'  # the order of code points, whatever the order of the database is
_TYPES = {"VARCHAR": TEXT, "DOUBLE": "DOUBLE PRECISION"}
_NAMES = {
    "text": "VARCHAR",
    "character varying": "VARCHAR",
    "smallint": "INTEGER",
    "double precision": "DOUBLE",
    "timestamp without time zone": "TIMESTAMP",
    "numeric": "DECIMAL(38,9)",
}
_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = pg_my_temp_schema() AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""
_WORTH_A_LOOK = 1_000  # rows from which the planner is told what a temporary table holds


class _Compiler(PostgresCompiler):  # type: ignore[misc]  # without types of its own
    """What Ibis writes for a server with its own additions, in SQL that every server knows."""

    def visit_First(self, op: Any, *, arg: Any, where: Any, order_by: Any, include_null: bool) -> Any:
        listed = self.visit_ArrayCollect(
            op, arg=arg, where=where, order_by=order_by, include_null=include_null, distinct=False
        )
        return exp.Bracket(this=exp.Paren(this=listed), expressions=[exp.Literal.number(1)], offset=1)

    def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:
        if op.arg.dtype.is_boolean() and to.is_numeric():  # by way of the one type of number that a flag becomes
            arg = self.cast(arg, dt.int32)
        if op.arg.dtype.is_floating() and to.is_decimal():
            return self._to_decimal(arg, to)
        return super().visit_Cast(op, arg=arg, to=to)

    def _to_decimal(self, arg: Any, to: Any) -> Any:
        """The nearest decimal of the number itself; a cast would take the nearest of its first fifteen digits."""
        whole, half = 10**to.scale, self.if_(self._add_parens(arg) < 0, -0.5, 0.5)
        steps = self.f.trunc(self._add_parens(arg) * whole + half)
        return self.cast(self.cast(steps, dt.Decimal()) / whole, to)


_COMPILER = _Compiler()


class Postgres:
    """A session of a PostgreSQL server as an engine: canonical, derived and kept tables are temporary, or views."""

    def __init__(self, con: psycopg.Connection[Any]) -> None:
        self._con = con

    def named(self, schema: str, table: str) -> str:
        return quoted(TEMPORARY, table)

    def tables(self) -> Mapping[str, ir.Table]:
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in self._con.execute(_COLUMNS).fetchall():
            found.setdefault(table, {})[column] = _NAMES.get(kind, kind.upper())
        return {name: declared(name, columns, TEMPORARY) for name, columns in found.items()}

    def to_sql(self, expr: ir.Expr) -> str:
        return written("postgres", expr, lambda: _sql(real(expr)), private=True)

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self._run(sql, parameters).fetchall()

    def arrays(self, sql: str) -> Mapping[str, NDArray[Any]]:
        found = self._run(sql)
        names, rows = [column.name for column in found.description or ()], found.fetchall()
        return {name: array_of([row[place] for row in rows]) for place, name in enumerate(names)}

    def keep(self, name: str, expr: ir.Table, sql: str) -> tuple[ir.Table, int]:
        return of_rows(name, expr), self._make(name, sql)

    def within(self, table: ir.Table, column: str, first: date, last: date) -> ir.Table:
        return table

    def numbered(self, rows: ir.Table, name: str, by: Sequence[str]) -> ir.Table:
        return numbered(rows, name)

    def put(self, name: str, columns: Mapping[str, str], rows: Rows) -> ir.Table:
        target = quoted(TEMPORARY, name)
        described = ", ".join(f"{quoted(column)} {_TYPES.get(kind, kind)}" for column, kind in columns.items())
        self._run(f"DROP TABLE IF EXISTS {target}")
        self._run(f"CREATE TEMP TABLE {quoted(name)} ({described})")
        with self._con.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)
        return declared(name, dict(columns))

    def fold_sql(
        self, table: str, keys: Sequence[str], slices: Sequence[Sequence[str]], folds: Mapping[str, str]
    ) -> str:
        return str(fold_query(table, keys, slices, folds).sql("postgres"))

    def rank_sql(
        self, table: str, keys: Sequence[str], slices: Sequence[Sequence[str]], column: str, asked: str, *, summed: bool
    ) -> str:
        every = 'SELECT array_agg("in_order"[place] ORDER BY nth) FROM unnest("ranks") WITH ORDINALITY AS r(place, nth)'
        largest = 'SELECT ARRAY[sum(one)] FROM unnest("in_order"["ranks"[1]:]) AS largest(one)'
        found: Any = exp.maybe_parse(f"({largest if summed else every})", dialect="postgres")
        return str(rank_query(table, keys, slices, column, asked, found).sql("postgres"))

    def derive(self, name: str, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        self._make(name, sql, parameters)

    def derive_rows(self, name: str, columns: Mapping[str, str], rows: Rows) -> None:
        self.put(name, columns, rows)

    def _make(self, name: str, sql: str, parameters: Mapping[str, Any] | None = None) -> int:
        """A temporary table of the rows of a SELECT; one of that name is gone."""
        self._run(f"DROP TABLE IF EXISTS {quoted(TEMPORARY, name)}")
        rows = self._run(f"CREATE TEMP TABLE {quoted(name)} AS {sql}", parameters).rowcount
        if rows >= _WORTH_A_LOOK:
            self._run(f"ANALYZE {quoted(TEMPORARY, name)}")
        return rows

    def _run(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None
    ) -> psycopg.Cursor[tuple[Any, ...]]:
        if parameters is None:
            return self._con.execute(sql.encode())
        marked = re.sub(r"\$([a-z_]+)", r"%(\1)s", sql.replace("%", "%%"))
        return self._con.execute(marked.encode(), parameters)


def _sql(expr: Any) -> str:
    return str(_COMPILER.to_sqlglot(expr.as_table()).sql("postgres"))
