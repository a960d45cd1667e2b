"""Expressions in ClickHouse's SQL: exact where its own words are not, and with the types that were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
import sqlglot.expressions as sge
from ibis.backends.sql.compilers import ClickHouseCompiler
from ibis.backends.sql.datatypes import ClickHouseType
from ibis.common.graph import Node

INSTANT = "DateTime64(6, 'UTC')"
_MICROSECONDS = 1_000_000


class Types(ClickHouseType):  # type: ignore[misc]  # without types of its own
    """Days from 1900 on, not from 1970, and instants to the microsecond, in UTC."""

    @classmethod
    def _from_ibis_Date(cls, dtype: dt.Date) -> Any:
        return sge.DataType(this=sge.DataType.Type.DATE32)

    @classmethod
    def _from_ibis_Timestamp(cls, dtype: dt.Timestamp) -> Any:
        return super()._from_ibis_Timestamp(dt.Timestamp(timezone="UTC", scale=6, nullable=dtype.nullable))


class Compiler(ClickHouseCompiler):  # type: ignore[misc]
    """What Ibis writes, where that is exact; our own where it is an estimate, a shorter type or another value."""

    __slots__ = ()
    type_mapper = Types

    @staticmethod
    def _minimize_spec(op: Any, spec: Any) -> Any:
        return None if isinstance(op.func, ops.RankBase) else spec  # rows of equal rank are not seen in a frame of rows

    def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:
        if to.is_decimal() and _is_float(op.arg):
            return self.to_decimal(arg, to)
        if to.is_integer() and (op.arg.dtype.is_floating() or op.arg.dtype.is_decimal()):
            arg = self.f.round(arg)  # where a cast would cut off
        return super().visit_Cast(op, arg=arg, to=to)

    def to_decimal(self, arg: Any, to: Any) -> Any:
        """The nearest decimal, where a cast would cut off: by way of the whole number of its smallest steps."""
        step, whole = self.f.toDecimal64(sge.Literal.string(f"{10**-to.scale:.{to.scale}f}"), to.scale), 10**to.scale
        steps = self.f.trunc(self._add_parens(arg) * whole + self.if_(self._add_parens(arg) < 0, -0.5, 0.5))
        return self.cast(self.f.toDecimal64(steps, 0) * step, to)

    def visit_NonNullLiteral(self, op: Any, *, value: Any, dtype: Any) -> Any:
        if dtype.is_date() or dtype.is_timestamp():
            return self.cast(sge.convert(str(value)), dtype.copy(nullable=False))
        if dtype.is_decimal():  # as text: a number would be read as a float
            return self.cast(sge.convert(str(value)), dtype.copy(nullable=False))
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)

    def visit_ExtractEpochSeconds(self, op: Any, *, arg: Any) -> Any:
        return sge.paren(self.f.toUnixTimestamp64Micro(arg) / _MICROSECONDS)

    def visit_Date(self, op: Any, *, arg: Any) -> Any:
        return self.cast(arg, op.dtype)

    def visit_First(self, op: Any, *, arg: Any, where: Any, order_by: Any, include_null: bool) -> Any:
        """Of the rows with a value, that of the first in order; keys of the order are ascending and not null."""
        if not order_by or include_null:
            return super().visit_First(op, arg=arg, where=where, order_by=order_by, include_null=include_null)
        keys = [each.this for each in order_by]
        return self.agg.argMin(arg, self.f.tuple(*keys) if len(keys) > 1 else keys[0], where=where)

    def visit_Quantile(self, op: Any, *, arg: Any, quantile: Any, where: Any) -> Any:
        return self._visit_quantile("quantileExactInclusive", arg, quantile, where)

    def visit_Median(self, op: Any, *, arg: Any, where: Any) -> Any:
        return self._visit_quantile("quantileExactInclusive", arg, sge.convert(0.5), where)

    def visit_CountDistinct(self, op: Any, *, arg: Any, where: Any) -> Any:
        return self.agg.uniqExact(arg, where=where)

    def visit_Lowercase(self, op: Any, *, arg: Any) -> Any:
        return self.f.anon.lowerUTF8(arg)

    def visit_Uppercase(self, op: Any, *, arg: Any) -> Any:
        return self.f.anon.upperUTF8(arg)

    def visit_StringLength(self, op: Any, *, arg: Any) -> Any:
        return self.f.anon.lengthUTF8(arg)


_COMPILER = Compiler()


def written(expr: ir.Table) -> str:
    """The SELECT of an unbound expression, each column of the type that the expression says.

    A comparison is a small whole number there, and a count has no sign: both would be remembered so by a table.
    """
    found = _COMPILER.to_sqlglot(expr)
    schema = expr.schema()
    columns = {name: sge.column(name, table="typed", quoted=True) for name in schema.names}
    if isinstance(found, sge.Select) and not any(each.is_star for each in found.expressions):
        columns = {each.alias_or_name: each.unalias() for each in found.expressions}
        target = found
    elif isinstance(found, sge.Select) and found.args.get("order"):  # stars are put in order where they stand
        columns = {name: sge.column(name, quoted=True) for name in schema.names}
        target = found
    else:
        target = sge.select().from_(found.subquery(sge.to_identifier("typed", quoted=True)))
    values = _values(expr.op())
    typed = [_typed(columns[name], name, kind, values.get(name)) for name, kind in schema.items()]
    target.set("expressions", typed)
    return str(target.sql("clickhouse"))


def _typed(value: Any, name: str, kind: dt.DataType, made: Node | None) -> Any:
    if kind.is_decimal() and made is not None and _is_float(made):
        value = _COMPILER.to_decimal(value, kind)
    elif kind.is_boolean() or kind.is_integer() or kind.is_decimal() or kind.is_temporal():
        value = sge.Cast(this=value, to=Types.from_ibis(kind))
    return sge.Alias(this=value, alias=sge.to_identifier(name, quoted=True))


@lru_cache(maxsize=4096)
def _is_float(value: Node) -> bool:
    """Whether a number is one in floating point there: Ibis takes a decimal times a float for a decimal, engines do
    not."""
    if not value.dtype.is_decimal():
        return bool(value.dtype.is_floating())
    if isinstance(value, ops.Field):
        return any(_is_float(made) for rows in _sides(value.rel) if (made := _values(rows).get(value.name)) is not None)
    parts = () if isinstance(value, ops.Cast) else value.args
    return any(_is_float(part) for part in parts if isinstance(part, ops.Value) and part.dtype.is_numeric())


def _sides(rows: Node) -> tuple[Node, ...]:
    return (*_sides(rows.left), *_sides(rows.right)) if isinstance(rows, ops.Set) else (rows,)


def _values(rows: Node) -> Mapping[str, Node]:
    """What the columns of some rows are made of."""
    if isinstance(rows, ops.Aggregate):
        return {**rows.groups, **rows.metrics}
    if isinstance(rows, ops.Set):
        return {name: ops.Field(rows, name) for name in rows.schema.names}
    for kept in ("selections", "values"):  # as Ibis writes a SELECT, and as it is asked for one
        if isinstance(found := getattr(rows, kept, None), Mapping) and found:
            return found
    parent = getattr(rows, "parent", None)
    return {name: ops.Field(parent, name) for name in parent.schema.names} if parent is not None else {}
