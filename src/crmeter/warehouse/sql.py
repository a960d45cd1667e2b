"""SQL from expressions: Ibis writes it, nothing of Ibis runs it. What it wrote before is remembered, so that it is not
even imported where nothing new is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from crmeter.kernel.expressions import Table, days_of, digest, ibis, ir, is_private, real, shape
from crmeter.kernel.extras import parts_alone
from crmeter.kernel.remembered import is_lasting, remembered

if TYPE_CHECKING:
    from ibis.common.graph import Node


STAND_IN = date(1001, 1, 1)  # and the days after it: stand for days in SQL that is remembered


def to_sql(expr: ir.Expr) -> str:
    """The DuckDB SELECT of an unbound expression. It is remembered with other days in the places of its own."""
    instead = {day: STAND_IN + timedelta(days=place) for place, day in enumerate(days_of(expr))}

    def work() -> str:
        return str(_compiler().to_sqlglot(real(expr, instead).as_table()).sql("duckdb"))

    found = remembered("duckdb", shape(expr), work, private=is_private(expr) or not is_lasting())
    for day, other in instead.items():
        found = found.replace(_day(other), _day(day))
    return found


def _day(day: date) -> str:
    """A day as Ibis writes it for DuckDB."""
    return f"MAKE_DATE({day.year}, {day.month}, {day.day})"


def written(engine: str, expr: ir.Expr, work: Callable[[], str], *, private: bool = False) -> str:
    """The SELECT of an expression on an engine; ``work`` writes it where it was never written before."""
    return remembered(engine, digest(expr), work, private=private or is_private(expr))


def written_of(engine: str, work: Callable[[], str], *given: Any) -> str:
    """The same for a statement of plain values."""
    return remembered(engine, blake2b(repr(given).encode(), digest_size=16).hexdigest(), work)


@cache
def _compiler() -> Any:
    with parts_alone("ibis.backends.sql.compilers"):  # which else imports those of twenty engines
        from ibis.backends.sql.compilers.duckdb import DuckDBCompiler
    return DuckDBCompiler()


def to_text(expr: ir.Table) -> str:
    """An expression written out, operation by operation: a tenth of the work of SQL where it is only to be compared."""
    return written("text", expr, lambda: _text(real(expr).op()))


def _text(expression: Node) -> str:
    from ibis.common.graph import Node
    from ibis.expr.operations import SelfReference

    lines: dict[Node, str] = {}
    places: dict[Node, int] = {}
    again: dict[int, int] = {}  # Ibis numbers references by how many the process has made

    def parts(node: Node) -> tuple[Any, ...]:
        if not isinstance(node, SelfReference):
            return tuple(node.__args__)
        return node.parent, again.setdefault(node.identifier, len(again))

    def told(part: Any) -> str:
        if isinstance(part, Node):
            if part not in places:
                lines[part] = f"{type(part).__name__}({', '.join(map(told, parts(part)))})"
                places[part] = len(places)
            return f"#{places[part]}"
        if isinstance(part, Mapping):
            return "{" + ", ".join(f"{name}: {told(value)}" for name, value in part.items()) + "}"
        if isinstance(part, frozenset):  # in an order that is the same in every process
            return "{" + ", ".join(sorted(map(told, part))) + "}"
        if isinstance(part, tuple):
            return "(" + ", ".join(map(told, part)) + ")"
        return repr(part)

    told(expression)
    return "\n".join(lines.values())


def numbered(rows: ir.Table, name: str) -> ir.Table:
    """``rows`` numbered as they come, on an engine that works them out once."""
    return rows.mutate(**{name: ibis.row_number().over(ibis.window()).cast("int32")})


def declared(name: str, columns: Mapping[str, str], schema: str | None = None) -> ir.Table:
    """An unbound table whose columns have the given DuckDB types."""
    return _declared(name, tuple(columns.items()), schema)


@lru_cache(maxsize=512)
def _declared(name: str, columns: tuple[tuple[str, str], ...], schema: str | None) -> Any:
    """The tables of a warehouse are asked for by every request: they are noted down once."""
    return Table(_table, name, columns, schema)


def of_rows(name: str, expr: ir.Table) -> Any:
    """A table of the rows of an expression."""
    return Table(_alike, name, expr)


def _alike(name: str, expr: Any) -> Any:
    import ibis

    return ibis.table(expr.schema(), name=name)


def _table(name: str, columns: tuple[tuple[str, str], ...], schema: str | None) -> Any:
    import ibis

    return ibis.table({column: _type(kind) for column, kind in columns}, name=name, database=schema)


@lru_cache(maxsize=512)
def _type(kind: str) -> Any:
    from ibis.backends.sql.datatypes import DuckDBType

    return DuckDBType.from_string(kind)
