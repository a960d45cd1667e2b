"""What a KPI reads: the canonical tables and their columns, found in the SQL of what it counts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from crmeter.metrics.definitions import column_of, declared_columns, rows_of
from crmeter.metrics.kpi import Kpi
from crmeter.metrics.measures import CELLS
from crmeter.model.cells import CELL_COLUMNS, CONTRIBUTIONS
from crmeter.model.tables import TABLES
from crmeter.warehouse.sql import to_sql

_TABLES = {table.name: table for table in TABLES}


def inputs(kpi: Kpi) -> dict[str, tuple[str, ...]]:
    """Table → the columns that a KPI reads of it, both as the model names and orders them."""
    found: dict[str, set[str]] = {}
    for population, columns in _wanted(kpi).items():
        for table, read in _read(population, frozenset(columns)):
            found.setdefault(table, set()).update(read)
    return {name: _in_order(name, found[name]) for name in _TABLES if _counts(name, found.get(name), kpi)}


def _counts(table: str, read: set[str] | None, kpi: Kpi) -> bool:
    """Whether a table is read for more than its keys: one that is only joined adds nothing."""
    return bool(read) and (table in kpi.tables or not set(read or ()) <= set(_TABLES[table].keys))


def _wanted(kpi: Kpi) -> dict[str, set[str]]:
    """Population or contribution → the columns of it that the KPI needs."""
    wanted: dict[str, set[str]] = {name: set() for name in kpi.populations}
    for measure in kpi.totals:
        if measure.population != CELLS:
            wanted[measure.population].add(measure.column.removeprefix("#"))
            continue
        used = _made_of(measure.column)
        for need in CELL_COLUMNS[measure.column].needs:
            wanted[need] |= used & set(CONTRIBUTIONS[need].columns)
    return wanted


@cache
def _made_of(column: str) -> frozenset[str]:
    """The columns of contributions that a number of a customer cell is made of."""
    from crmeter.warehouse.lineage import columns_named  # reading SQL takes a parser, which measuring goes without

    return columns_named(to_sql(column_of(column)))


@cache
def _read(population: str, columns: frozenset[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    *before, rows = rows_of(population)
    wanted = rows.select("period", *sorted(columns - {"*"}))
    found = [_columns_read(to_sql(expression)) for expression in (*before, wanted)]
    return tuple((table, read) for each in found for table, read in each.items() if table in _TABLES)


@cache
def _columns_read(sql: str) -> Mapping[str, tuple[str, ...]]:
    """What comes before the rows of a population is the same whichever columns of them are read."""
    from crmeter.warehouse.lineage import columns_read

    return columns_read(sql, declared_columns())


def _in_order(table: str, read: set[str]) -> tuple[str, ...]:
    """The columns as they are loaded: the business date beside an instant is the instant's."""
    return tuple(c.name for c in _TABLES[table].columns if c.name in read or c.business_date in read)
