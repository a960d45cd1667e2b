"""What a KPI needs to have a value: tables and columns, read off the expressions that define it.

Nothing is listed by hand. A row needs what it is made of and what it is filtered by; a number needs the columns it is
worked out from, unless the expression says what stands in for one that is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import ibis.expr.operations as ops
from ibis.common.graph import Node

from crmeter.metrics.definitions import column_of, derived_rows, rows_of
from crmeter.metrics.kpi import Kpi
from crmeter.metrics.measures import CELLS, Dated, Extreme, Ranked, Total
from crmeter.model.cells import CELL_COLUMNS
from crmeter.model.populations import POPULATIONS
from crmeter.model.tables import BY_NAME

Has = Callable[[str, str], bool]
_IMPLIED = "customer"  # its rows are made where other tables name customers


@dataclass(frozen=True, order=True)
class Column:
    """A canonical column; without ``name`` the whole table."""

    table: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.table}.{self.name}" if self.name else self.table


@dataclass(frozen=True)
class Every:
    """All of these are needed."""

    parts: frozenset[Need]


@dataclass(frozen=True)
class Any_:
    """One of these is enough."""

    parts: frozenset[Need]


Need = Column | Every | Any_
Lack = frozenset[Column]  # any of these would do
NOTHING = Every(frozenset())


def every(parts: Iterable[Need]) -> Need:
    """All of ``parts``, as simply as it can be said."""
    flat: set[Need] = set()
    for part in parts:
        flat |= part.parts if isinstance(part, Every) else {part}
    return next(iter(flat)) if len(flat) == 1 else Every(frozenset(flat))


def either(parts: Iterable[Need]) -> Need:
    """One of ``parts``; nothing at all where one of them needs nothing."""
    found = set(parts)
    if not found or NOTHING in found:
        return NOTHING
    return next(iter(found)) if len(found) == 1 else Any_(frozenset(found))


def lacking(need: Need, has: Has) -> frozenset[Lack]:
    """What ``need`` lacks: of each, the columns or tables any of which would do. Nothing where all is there.

    Of longer alternatives it is the shortest.
    """
    found = _lacking(need, has)
    certain = {column for lack in found if len(lack) == 1 for column in lack}
    return frozenset(lack for lack in found if len(lack) == 1 or not lack & certain)


def _lacking(need: Need, has: Has) -> frozenset[Lack]:
    if isinstance(need, Column):
        if has(need.table, need.name):
            return frozenset()
        return frozenset({frozenset({need if has(need.table, "") else Column(need.table)})})
    found = [_lacking(part, has) for part in need.parts]
    if isinstance(need, Every):
        return frozenset().union(*found)
    if all(len(lacks) == 1 for lacks in found):
        return frozenset({frozenset(column for lacks in found for lack in lacks for column in lack)})
    return min(found, key=lambda lacks: (len(lacks), sorted(map(sorted, lacks))))


@cache
def need_of(kpi: Kpi) -> Need:
    """What a KPI needs to have a value of any period."""
    parts = [_of_total(total) for total in kpi.totals]
    return either(parts) if kpi.any_of else every(parts)


def _of_total(total: Total | Extreme | Ranked | Dated) -> Need:
    if total.population != CELLS:
        rests_on = [_rows(rows_of(name)[-1].op()) for name in _rests_on(total.population)]
        return every([_of_rows(total.population, total.column), *rests_on])
    column = CELL_COLUMNS[total.column]
    used = {field.name for field in column_of(total.column).op().find(ops.Field)}
    parts = [_contributed(name, used) for name in column.needs]
    return either(parts) if column.any_of else every(parts)


def _rests_on(population: str) -> list[str]:
    return [name for name in POPULATIONS[population].rests_on if name in POPULATIONS]


def _of_rows(population: str, column: str) -> Need:
    rows = rows_of(population)[-1].op()
    name = column.lstrip("#")
    return _rows(rows) if column == "*" else every([_rows(rows), _field(rows, name)])


def _contributed(name: str, used: set[str]) -> Need:
    rows = rows_of(name)[-1].op()
    columns = [column for column in rows.schema.names if column in used]
    return every([_rows(rows), *(_field(rows, column) for column in columns)])


def _table(name: str, column: str = "") -> Need:
    """A table as it is named in expressions: a canonical one, or one that is made of others."""
    table = BY_NAME.get(name)
    if table is None:
        made = derived_rows(name)
        if made is None:
            return NOTHING
        return _field(made.op(), column) if column else _rows(made.op())
    if name == _IMPLIED:
        return NOTHING
    stored = {c.business_date: c.name for c in table.columns if c.kind == "instant"}
    return Column(name, stored.get(column, column))


@cache
def _rows(relation: Any) -> Need:
    """What there must be for a relation to have rows."""
    match relation:
        case ops.UnboundTable():
            return _table(relation.name)
        case ops.Filter():
            return every([_rows(relation.parent), *map(_value, relation.predicates)])
        case ops.JoinChain():
            inner = [link for link in relation.rest if link.how in ("inner", "semi")]
            asked = [_value(predicate) for link in inner for predicate in link.predicates]
            return every([_rows(relation.first), *(_rows(link.table) for link in inner), *asked])
        case ops.Union():
            return either([_rows(relation.left), _rows(relation.right)])
        case ops.Set():
            return _rows(relation.left)
        case _:
            return every(map(_rows, _relations(relation.__args__)))


@cache
def _field(relation: Any, name: str) -> Need:
    """What there must be for a column of a relation to have values."""
    match relation:
        case ops.UnboundTable():
            return _table(relation.name, name)
        case ops.Project() | ops.JoinChain():
            return _value(relation.values[name])
        case ops.Aggregate():
            return _value(relation.groups[name] if name in relation.groups else relation.metrics[name])
        case ops.Set():
            return either([_field(relation.left, name), _field(relation.right, name)])
        case _:
            (parent,) = _relations(relation.__args__)
            return _field(parent, name)


@cache
def _value(value: Any) -> Need:
    """What there must be for a value not to be empty, or for a condition ever to hold."""
    match value:
        case ops.Field():
            return _field(value.rel, value.name)
        case ops.IsNull() | ops.Literal():
            return NOTHING
        case ops.Not():  # not known to be so is enough
            return NOTHING
        case ops.Coalesce():
            return _first_that_is_there(value.arg)
        case ops.Or():
            return either([_value(value.left), _value(value.right)])
        case ops.Greatest() | ops.Least():
            return either(map(_value, value.arg))
        case ops.IfElse():
            otherwise = value.false_null_expr
            then = _value(value.true_expr)
            said = then if _says_nothing(otherwise) else either([then, _value(otherwise)])
            return every([_value(value.bool_expr), said])
        case ops.SearchedCase():
            cases = [every([_value(c), _value(r)]) for c, r in zip(value.cases, value.results, strict=True)]
            return either(cases if _says_nothing(value.default) else [*cases, _value(value.default)])
        case _:
            parts = _nodes(value.__args__)
            return every(_value(part) if isinstance(part, ops.Value) else _rows(part) for part in parts
                         if isinstance(part, ops.Value | ops.Relation))  # fmt: skip


def _first_that_is_there(parts: tuple[Any, ...]) -> Need:
    """``x`` or else something. A condition that is false where it is not known is still to be known some time, and an
    amount that counts in some cases is still to be there in those."""
    first, *others = parts
    if isinstance(first, ops.IfElse) and all(map(_says_nothing, others)):
        return _value(first)
    if any(isinstance(other, ops.Literal) and other.value is not False for other in others):
        return NOTHING
    return either(_value(part) for part in (first, *others) if not isinstance(part, ops.Literal))


def _says_nothing(value: Any) -> bool:
    """Null or zero: what stands where there is no number."""
    while isinstance(value, ops.Cast):
        value = value.arg
    return isinstance(value, ops.Literal) and not value.value


def _relations(parts: Iterable[Any]) -> list[Any]:
    return [part for part in _nodes(parts) if isinstance(part, ops.Relation)]


def _nodes(parts: Iterable[Any]) -> list[Node]:
    """The nodes among the parts of one, also those in tuples."""
    found: list[Node] = []
    for part in parts:
        if isinstance(part, Node):
            found.append(part)
        elif isinstance(part, tuple):
            found += _nodes(part)
    return found
