"""Spark: the canonical tables read where they lie, by a session that may be one machine or a cluster.

Nothing is written there. What is derived and kept lies in the memory and on the disks of the executors until the
session ends; its plan is cut off, so that it is worked out once. Only results come to the driver.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
from ibis.backends.sql.compilers import PySparkCompiler
from ibis.backends.sql.compilers.base import NULL
from ibis.config import Config, options
from numpy.typing import NDArray
from sqlglot import exp

from crmeter.kernel.expressions import ibis, ir, real
from crmeter.warehouse.engines.arrays import array_of
from crmeter.warehouse.engines.engine import Rows
from crmeter.warehouse.engines.spark_places import MONTH, ticked
from crmeter.warehouse.engines.spark_ranks import listed_sql, spread_sql
from crmeter.warehouse.folds import fold_query
from crmeter.warehouse.sql import declared, of_rows, written

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SHARDS = 4_096
_TYPES = {"VARCHAR": "STRING", "INTEGER": "INT", "TIMESTAMP": "TIMESTAMP_NTZ", "BIGINT[]": "ARRAY<BIGINT>"}
_NAMES = {
    "string": "VARCHAR",
    "int": "INTEGER",
    "smallint": "INTEGER",
    "tinyint": "INTEGER",
    "timestamp_ntz": "TIMESTAMP",
    "array<bigint>": "BIGINT[]",
}


# names in double quotes, and what may have double quotes inside
_NAMES_OR_TEXTS = re.compile(r"'(?:[^'\\]|\\.)*'|`[^`]*`|\"((?:[^\"]|\"\")+)\"")


class _Options(Config):  # type: ignore[misc]  # without types of its own
    """What the compiler of Ibis asks its own session for."""

    treat_nan_as_null: bool = False


class _Compiler(PySparkCompiler):  # type: ignore[misc]  # without types of its own
    """What Ibis writes for Spark, and what it does not write by itself."""

    def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:
        """To the nearest whole number, where Spark cuts off. Rows of a list are made last of all."""
        if isinstance(op.arg, ops.Unnest):
            return self.f.explode(self.cast(arg.this, dt.Array(to)))
        if to.is_integer() and (op.arg.dtype.is_floating() or op.arg.dtype.is_decimal()):
            arg = self.f.anon.rint(arg) if op.arg.dtype.is_floating() else self.f.round(arg)
        return super().visit_Cast(op, arg=arg, to=to)

    def visit_First(self, op: Any, *, arg: Any, where: Any, order_by: Any, include_null: bool) -> Any:
        """The first value in an order: the smallest of the pairs of what is ordered by and the value."""
        keys = [key.this for key in order_by]
        pair = self.f.named_struct(*(part for i, key in enumerate(keys) for part in (f"k{i}", key)), "value", arg)
        kept = arg.is_(exp.Null()).not_() if where is None else exp.and_(where, arg.is_(exp.Null()).not_())
        first = self.f.min(self.if_(kept, pair, NULL))
        return exp.Dot(this=first, expression=exp.to_identifier("value"))


_COMPILER = _Compiler()
if options.pyspark is None:
    options.pyspark = _Options()


class Spark:
    """A session of Spark as an engine: canonical, derived and kept tables are its temporary views.

    Of at most ``listed_rows`` rows the values at ranks are read from lists, each put together by one task.
    """

    def __init__(self, session: SparkSession, listed_rows: int = 1_000_000) -> None:
        self._session = session
        self._listed_rows = listed_rows
        self._rows: dict[str, int] = {}
        self._shown: dict[str, ir.Table] = {}
        self._by_month: dict[str, ir.Table] = {}

    def show(self, name: str, columns: Mapping[str, str], rows: DataFrame) -> None:
        """Show ``rows`` as a canonical or derived table whose columns have the given DuckDB types.

        They may have MONTH besides: the first day of the month that their files lie by.
        """
        rows.createOrReplaceTempView(ticked(name))
        self._shown[name] = declared(name, dict(columns))
        if MONTH in rows.columns:
            self._by_month[name] = declared(name, {**columns, MONTH: "DATE"})

    def named(self, schema: str, table: str) -> str:
        return ticked(table)

    def tables(self) -> Mapping[str, ir.Table]:
        return dict(self._shown)

    def to_sql(self, expr: ir.Expr) -> str:
        return written("spark", expr, lambda: _sql(real(expr)), private=True)

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._run(sql, parameters).collect()]

    def arrays(self, sql: str) -> Mapping[str, NDArray[Any]]:
        found = self._run(sql)
        rows = found.collect()
        return {name: array_of([row[place] for row in rows]) for place, name in enumerate(found.columns)}

    def keep(self, name: str, expr: ir.Table, sql: str) -> tuple[ir.Table, int]:
        kept = self._run(sql).localCheckpoint()
        kept.createOrReplaceTempView(ticked(name))
        self._rows[name] = kept.count()
        return of_rows(name, expr), self._rows[name]

    def within(self, table: ir.Table, column: str, first: date, last: date) -> ir.Table:
        """Files of other months are not read, nor parts of files whose smallest and largest day tell it."""
        rows = self._by_month.get(table.get_name(), table)
        if MONTH in rows.columns:
            rows = rows.filter(rows[MONTH] >= ibis.literal(first.replace(day=1)), rows[MONTH] < ibis.literal(last))
        within = rows.filter(rows[column] >= ibis.literal(first), rows[column] < ibis.literal(last))
        return within.select(*table.columns)

    def numbered(self, rows: ir.Table, name: str, by: Sequence[str]) -> ir.Table:
        """The same number for the same row whoever works it out, and no task for all of them: the rows of a shard are
        numbered by themselves, each in steps of the number of shards."""
        shard = (rows[by[0]].hash() % _SHARDS + _SHARDS) % _SHARDS if by else ibis.literal(0)
        sharded = rows.mutate(shard=shard.cast("int64"))
        order = list(by) if by else None
        place = ibis.row_number().over(ibis.window(group_by="shard", order_by=order))
        return sharded.mutate(**{name: (place * _SHARDS + sharded.shard).cast("int32")}).drop("shard")

    def put(self, name: str, columns: Mapping[str, str], rows: Rows) -> ir.Table:
        self.show(name, columns, self._few(columns, rows))
        return self._shown[name]

    def fold_sql(
        self, table: str, keys: Sequence[str], slices: Sequence[Sequence[str]], folds: Mapping[str, str]
    ) -> str:
        return str(fold_query(table, keys, slices, folds).sql("spark"))

    def rank_sql(
        self, table: str, keys: Sequence[str], slices: Sequence[Sequence[str]], column: str, asked: str, *, summed: bool
    ) -> str:
        write = listed_sql if self._rows.get(table, 0) <= self._listed_rows else spread_sql
        return write(table, keys, slices, column, asked, summed=summed)

    def derive(self, name: str, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        rows = self._run(sql, parameters).localCheckpoint()
        kinds = {field.name: field.dataType.simpleString() for field in rows.schema.fields}
        self.show(name, {column: _NAMES.get(kind, kind.upper()) for column, kind in kinds.items()}, rows)

    def derive_rows(self, name: str, columns: Mapping[str, str], rows: Rows) -> None:
        self.show(name, columns, self._few(columns, rows))

    def _few(self, columns: Mapping[str, str], rows: Rows) -> DataFrame:
        """Rows of ours: as one JSON parameter, which the planner takes for the few rows that they are."""
        names = [f"c{place}" for place in range(len(columns))]
        fields = ", ".join(f"{name}: {word(kind)}" for name, kind in zip(names, columns.values(), strict=True))
        shown = ", ".join(f"r.{name} AS {ticked(column)}" for name, column in zip(names, columns, strict=True))
        written = json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str)
        listed = f"SELECT explode(from_json(:rows, 'ARRAY<STRUCT<{fields}>>')) AS r"
        return self._session.sql(f"SELECT {shown} FROM ({listed})", args={"rows": written})

    def _run(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> DataFrame:
        sql = ticking(sql)
        if parameters is None:
            return self._session.sql(sql)
        if not isinstance(parameters, Mapping):
            return self._session.sql(sql, args=[_bound(value) for value in parameters])
        marked = re.sub(r"\$([a-z_]+)", r":\1", sql)
        return self._session.sql(marked, args={name: _bound(value) for name, value in parameters.items()})


def ticking(sql: str) -> str:
    """A statement of Spark with names in double quotes as well, written as it takes them.

    >>> ticking("SELECT " + '"a" AS `b`')
    'SELECT `a` AS `b`'
    """
    return _NAMES_OR_TEXTS.sub(lambda found: ticked(found[1].replace('""', '"')) if found[1] else found[0], sql)


def word(kind: str) -> str:
    """Spark's word for a type that DuckDB names."""
    return _TYPES.get(kind, kind)


def _bound(value: Any) -> Any:
    """Days and instants go as text: the driver would shift them by the time zone of this machine."""
    return str(value) if isinstance(value, (date, datetime)) else value


def _sql(expr: Any) -> str:
    return str(_COMPILER.to_sqlglot(expr.as_table()).sql("spark"))
