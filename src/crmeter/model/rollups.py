"""Rollups: what each customer did in each month, summed up when data is loaded, so that measuring reads fewer rows.

A rollup stands in for the rows of its population wherever only sums over whole stretches of it are asked for. Its rows
have ``customer_id``, ``on`` and the columns that the population adds. ``on`` is the first day of the month; what lies
in the month of the horizon and not before it is dated on the horizon, so that a period that ends there takes its part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.populations.orders import LEDGER
from crmeter.model.populations.population import Horizon, Population, Tables, standing_in

ROWS, FIRST, LAST = "rows", "first_on", "last_on"  # how many rows one of a rollup is made of, the first day, the last


@dataclass(frozen=True)
class Rollup:
    """A table ``derived.<name>`` of the sums of a population by customer and month."""

    name: str
    population: Population

    def rows(self, tables: Tables, horizon: Horizon) -> ir.Table:
        """One row for every customer and month; amounts are in the currency of the horizon at the rates of the day."""
        rows = self.population.rows(tables, horizon)
        as_of, month = ibis.literal(horizon.as_of), ibis.date(rows.on.year(), rows.on.month(), 1)
        rows = rows.mutate(stretch=(rows.on >= as_of).ifelse(ibis.greatest(month, as_of), month), **{ROWS: 1})
        sums = {name: rows[name].sum().cast(_stored(rows[name])) for name in (*self.population.adds, ROWS)}
        days = {FIRST: rows.on.min(), LAST: rows.on.max()}
        return rows.group_by("customer_id", on=rows.stretch).agg(**sums, **days)


ROLLUPS: Mapping[str, Rollup] = {r.population.name: r for r in (Rollup("ledger_month", LEDGER),)}


def _stored(column: ir.NumericValue) -> str:
    """What a sum is kept as: whole numbers of one customer and month fit four bytes."""
    return "int32" if column.type().is_integer() else "decimal(18, 4)"


def is_whole(start: date, end: date, as_of: date) -> bool:
    """Whether a period is made of whole rows of rollups.

    >>> is_whole(date(2025, 1, 1), date(2025, 4, 1), date(2026, 1, 10))
    True
    >>> is_whole(date(2026, 1, 1), date(2026, 1, 10), date(2026, 1, 10))
    True
    >>> is_whole(date(2025, 1, 1), date(2025, 1, 10), date(2026, 1, 10))
    False
    """
    return start.day == 1 and (end.day == 1 or end == as_of)


def is_within_a_month(start: date, end: date) -> bool:
    """Whether a period has days of one month only: then there is one row of a rollup for each customer at most."""
    last = end - timedelta(days=1)
    return (start.year, start.month) == (last.year, last.month)


def with_rollups(tables: Tables) -> Tables:
    """``tables`` with every rollup that there is in the place of the rows that it is the sums of."""
    there = [rollup for rollup in ROLLUPS.values() if rollup.name in tables]
    return {**tables, **{standing_in(rollup.population.name): tables[rollup.name] for rollup in there}}
