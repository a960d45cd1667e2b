"""Whether there is what a filter asks for: a value that was misspelt leaves nobody in, or nobody out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from crmeter.kernel.errors import Problem, raise_if_any
from crmeter.kernel.expressions import Private
from crmeter.kernel.messages import t
from crmeter.metrics import Kpi
from crmeter.metrics.dimensions import Dimension, Filter, resolve
from crmeter.metrics.kpi import base_table
from crmeter.warehouse.duck import Warehouse

_SHOWN = 12  # values that are told where there are no more
_MOST = 1000


def ensure_known(warehouse: Warehouse, kpis: Sequence[Kpi], filters: Sequence[Filter]) -> None:
    """UserError with the values of filters that no row has, of any of the tables that the KPIs look at."""
    raise_if_any(problem for each in filters for problem in _unknown(warehouse, kpis, each))


def _unknown(warehouse: Warehouse, kpis: Sequence[Kpi], asked: Filter) -> Iterator[Problem]:
    places = {place for kpi in kpis for place in _places(resolve(asked.name, kpi, warehouse.tables))}
    wanted = [value for value in asked.values if value is not None]
    # what is worked out of other tables, such as a tier, stands in no column
    if not wanted or any(column not in warehouse.tables[table].columns for table, column in places):
        return
    known = {value for place in places for value in _values(warehouse, *place, wanted)}
    for value in wanted:
        if value not in known:
            there = sorted({value for place in places for value in _values(warehouse, *place)})
            near = get_close_matches(value, there, 1, 0.5)
            yield Problem(
                t("Nothing has the value “{value}” of {name}.", value=value, name=asked.name),
                next=t("Did you mean {near}?", near=near[0])
                if near
                else t("There are: {names}.", names=", ".join(there[:_SHOWN]) + (" …" if there[_SHOWN:] else "")),
            )


def _places(dimension: Dimension) -> Iterator[tuple[str, str]]:
    """The tables and columns in which an attribute stands."""
    if not dimension.own:
        yield "customer", dimension.column
    for population in dimension.own:
        prefix, _, rest = dimension.name.partition(".")
        yield (prefix, rest) if prefix == "campaign" and rest else (base_table(population), dimension.column)


def _values(warehouse: Warehouse, table: str, column: str, among: Sequence[str] = ()) -> list[str]:
    """The values of a column, as text: those ``among`` some, or the first of all."""
    rows = warehouse.tables[table]
    rows = rows.select(value=rows[column].cast("string"))
    rows = rows.filter(rows.value.isin(Private(list(among))) if among else rows.value.notnull())
    return [value for (value,) in warehouse.rows(rows.distinct().limit(_MOST))]
