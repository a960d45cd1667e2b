"""SELECTs that fold kept groups to slices, and that read values at ranks: written with the syntax tree that Ibis itself
writes with, since they are small and asked for often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp


def fold_query(table: str, keys: Sequence[str], slices: Sequence[Sequence[str]], folds: Mapping[str, str]) -> exp.Query:
    """A SELECT that folds the groups of ``table`` once to each of ``slices``.

    Every slice groups by ``keys`` and its own columns. The rows hold the number of their slice, the keys, every column
    of any slice (null where it is not of theirs), and the columns of ``folds`` (name → sum, min or max).
    """
    how: dict[str, type[exp.AggFunc]] = {"sum": exp.Sum, "min": exp.Min, "max": exp.Max}
    folded = [_alias(how[fold](this=_column(name)), name) for name, fold in folds.items()]
    return _each_slice(table, keys, slices, folded)


def rank_query(
    table: str,
    keys: Sequence[str],
    slices: Sequence[Sequence[str]],
    column: str,
    asked: str,
    found: exp.Expr,
    listed: exp.Expr | None = None,
) -> exp.Query:
    """A SELECT of the values of ``column`` at some ranks (from 1, null last) in the groups of ``table``, by slice.

    ``asked`` is a table of the number of the slice, the keys, every column of any slice and the list ``ranks``. The
    rows hold the same and ``found``, what an engine makes of the lists ``in_order`` (all values of the group) and
    ``ranks``: the list of the values at those ranks, or of the sum of the values from the one rank asked for to the
    last. ``listed`` makes ``in_order`` where an engine has a word of its own for a list in order; null may be left out.
    """
    every = [*keys, *_every(slices)]
    if listed is None:
        ordered = exp.Ordered(this=_column(column), desc=False, nulls_first=False)
        listed = exp.ArrayAgg(this=exp.Order(this=_column(column), expressions=[ordered]))
    groups = _each_slice(table, keys, slices, [_alias(listed, "in_order")]).subquery("found")
    same = [exp.NullSafeEQ(this=_column(c, "found"), expression=_column(c, "asked")) for c in ("slice", *every)]
    shown = [_column(c, "asked") for c in ("slice", *every, "ranks")]
    wanted = exp.alias_(exp.table_(asked, quoted=True), "asked", table=True)
    return exp.select(*shown, found).from_(groups).join(wanted, on=exp.and_(*same))


def _every(slices: Sequence[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(column for columns in slices for column in columns))


def _each_slice(table: str, keys: Sequence[str], slices: Sequence[Sequence[str]], folded: Sequence[Any]) -> exp.Query:
    """``folded`` by the groups of each slice, one slice below the other."""
    parts = []
    for number, columns in enumerate(slices):
        shown: list[Any] = [_alias(exp.Literal.number(number), "slice"), *map(_column, keys)]
        shown += [_column(c) if c in columns else _alias(exp.Null(), c) for c in _every(slices)]
        one = exp.select(*shown, *(each.copy() for each in folded)).from_(exp.table_(table, quoted=True))
        parts.append(one.group_by(*map(_column, (*keys, *columns))))
    return exp.union(*parts, distinct=False) if len(parts) > 1 else parts[0]


def _column(name: str, table: str | None = None) -> Any:
    return exp.column(name, table=table, quoted=True)


def _alias(expression: Any, name: str) -> Any:
    return exp.Alias(this=expression, alias=exp.Identifier(this=name, quoted=True))
