"""What a converted row must hold to be believed: one pass that makes an array of what is wrong with each row."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from crmeter.ingest import reasons
from crmeter.model.table import Column, Kind, Limit, Table
from crmeter.warehouse.identifier import literal, quoted

RAW = "~"
"""Before a column's name: the value as the mapping gave it, as text, null where it says that there is none."""


@dataclass(frozen=True)
class Check:
    """Something wrong with a value: the row fails where ``fails`` (SQL) is true."""

    column: str
    fails: str
    reason: str


def checks(table: Table, given: Collection[str]) -> list[Check]:
    """The checks of ``table`` for a mapping that gives the columns ``given``."""
    columns = [column for column in table.columns if column.name in given]
    found = [check for column in columns for check in _of_column(column)]
    found += [
        Check(later, f"{quoted(earlier)} > {quoted(later)}", f"{reasons.REVERSED}:{earlier}")
        for earlier, later in table.after
        if {earlier, later} <= set(given)
    ]
    found += [
        Check(value, _outside(value, low, high), f"{reasons.OUTSIDE}:{low}:{high}")
        for value, low, high in table.within
        if {value, low, high} <= set(given)
    ]
    for limit in table.limits:
        if {limit.column, limit.where[0]} <= set(given):
            found += _of_limit(limit)
    return found


def errors(found: list[Check]) -> str:
    """SQL of a row's list of what is wrong, null where nothing is; the list is only built for rows that fail."""
    if not found:
        return 'CAST(NULL AS STRUCT("column" VARCHAR, value VARCHAR, reason VARCHAR)[])'
    any_fails = " OR ".join(f"coalesce({check.fails}, false)" for check in found)
    items = ", ".join(
        f"CASE WHEN {check.fails} THEN {{'column': {literal(check.column)}, "
        f"'value': {quoted(RAW + check.column)}, 'reason': {literal(check.reason)}}} END"
        for check in found
    )
    return f"CASE WHEN {any_fails} THEN list_filter([{items}], lambda item: item IS NOT NULL) END"


def _of_column(column: Column) -> Iterator[Check]:
    name, raw = quoted(column.name), quoted(RAW + column.name)
    if column.required:
        yield Check(column.name, f"{raw} IS NULL", reasons.MISSING)
    if column.kind is Kind.CHOICE:
        yield Check(column.name, f"{raw} IS NOT NULL AND {name} IS NULL", reasons.NOT_A_CHOICE)
    elif column.kind is Kind.CURRENCY:
        yield Check(column.name, f"{raw} IS NOT NULL AND {name} IS NULL", reasons.CURRENCY)
    elif column.kind not in (Kind.KEY, Kind.REF, Kind.TEXT):
        yield Check(column.name, f"{raw} IS NOT NULL AND {name} IS NULL", f"{reasons.UNFIT}:{column.kind}")
    yield from _bounds(column.name, column.low, column.high)


def _bounds(name: str, low: float | None, high: float | None, where: str = "") -> Iterator[Check]:
    if low is not None:
        yield Check(name, f"{where}{quoted(name)} < {low!r}", f"{reasons.BELOW}:{low:g}")
    if high is not None:
        yield Check(name, f"{where}{quoted(name)} > {high!r}", f"{reasons.ABOVE}:{high:g}")


def _of_limit(limit: Limit) -> Iterator[Check]:
    column, value = limit.where
    yield from _bounds(limit.column, limit.low, limit.high, f"{quoted(column)} = {literal(value)} AND ")


def _outside(value: str, low: str, high: str) -> str:
    return f"({quoted(value)} < {quoted(low)} OR {quoted(value)} > {quoted(high)})"
