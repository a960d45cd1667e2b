"""Reading a plan's rows: the stretches of days, the dimensions and the filter, and how groups are folded to slices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir

from crmeter.metrics.dimensions import COHORT, Condition, Dimension
from crmeter.metrics.facts import Facts, Group
from crmeter.metrics.measures import Extreme
from crmeter.metrics.plan import Place, Plan
from crmeter.model.populations import Horizon
from crmeter.warehouse.duck import Warehouse

Slice = tuple[Dimension, ...]
Store = Callable[[Facts, Group, tuple[Place, ...], Any, float], None]
_EXACT = "decimal(18, 4)"


@dataclass
class Reading:
    """What every scan of one plan shares. ``facts[slice]`` takes what is found."""

    warehouse: Warehouse
    horizon: Horizon
    plan: Plan
    slices: Sequence[Slice]
    conditions: Sequence[Condition]
    facts: dict[Slice, Facts] = field(default_factory=dict)
    _stretches: dict[tuple[Place, ...], Mapping[str, ir.Table]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.facts.update((s, Facts()) for s in self.slices)

    def tables(self, places: Iterable[Place]) -> Mapping[str, ir.Table]:
        """The warehouse's tables, and the stretches of days that are looked at."""
        wanted = tuple(sorted(places))
        if wanted not in self._stretches:
            period = self.warehouse.put(
                {"period": "INTEGER", "period_start": "DATE", "period_end": "DATE"},
                [(place, *self.plan.days[place]) for place in wanted],
            )
            first, last = (period[c].cast("timestamp") for c in ("period_start", "period_end"))
            day = ibis.range(first, last, ibis.interval(days=1)).unnest().cast("date")
            days = self.warehouse.keep(period.select("period", "period_end", day=day))
            self._stretches[wanted] = {**self.warehouse.tables, "period": period, "period_day": days}
        return self._stretches[wanted]

    def described(self, rows: ir.Table, population: Iterable[str], dimensions: Iterable[Dimension]) -> ir.Table:
        """``rows`` with a column for every dimension, and without those the filter leaves out."""
        names = set(population)
        conditions = [c.dimension for c in self.conditions]
        wanted = tuple(dict.fromkeys((*dimensions, *conditions)))
        foreign = [d for d in wanted if not d.own & names]
        if foreign:
            customer = self._customers({d.column for d in foreign})
            rows = rows.left_join(customer, rows.customer_id == customer.member_id)
        columns = {
            self.column(d): (rows[d.column] if d.own & names else rows[f"of_customer_{d.column}"]).cast("string")
            for d in wanted
        }
        rows = rows.mutate(**columns)
        for condition in self.conditions:
            rows = rows.filter(_holds(rows[self.column(condition.dimension)], condition))
        return rows

    @staticmethod
    def column(dimension: Dimension) -> str:
        """The name of a dimension's column; those of the user may clash with measures."""
        return f"by_{'own' if dimension.own else 'customer'}_{dimension.column}"

    def _customers(self, columns: set[str]) -> ir.Table:
        customer = self.warehouse.tables["customer"]
        chosen = {"member_id": customer.customer_id}
        chosen |= {f"of_customer_{c}": customer[c].cast("string") for c in sorted(columns) if c != COHORT}
        found = customer.select(**chosen)
        if COHORT in columns:
            spell = self.warehouse.tables["spell"]
            first = spell.filter(spell.number == 1)
            first = first.select(of_first=first.customer_id, of_customer_cohort=first.started_on.strftime("%Y-%m"))
            # customers that no row describes have spells too
            found = found.join(first, found.member_id == first.of_first, how="outer")
            found = found.mutate(member_id=found.member_id.coalesce(found.of_first))
        return found

    def fold(
        self,
        finest: ir.Table,
        keys: Sequence[str],
        measures: Mapping[str, Any],
        slices: Sequence[Slice],
        store: Store,
    ) -> None:
        """Sum the finest groups (all dimensions of ``slices``) to each slice and store its numbers.

        ``keys`` are the columns of places, ``measures`` says what each further column is.
        """
        every = every_dimension(slices)
        if len(slices) > 1:
            finest = self.warehouse.keep(finest)
        for dimensions in slices:
            columns = [self.column(d) for d in dimensions]
            found = finest
            if set(dimensions) != set(every):
                found = finest.group_by([*keys, *columns]).agg(
                    **{name: _again(finest[name], measure) for name, measure in measures.items()}
                )
            width = len(keys) + len(columns)
            for row in self.warehouse.rows(found.select(*keys, *columns, *measures)):
                group = tuple(row[len(keys) : width])
                for measure, number in zip(measures.values(), row[width:], strict=True):
                    if number is not None:
                        store(self.facts[dimensions], group, row[: len(keys)], measure, float(number))


def every_dimension(slices: Iterable[Slice]) -> Slice:
    """All dimensions of some slices, each once."""
    return tuple(dict.fromkeys(d for s in slices for d in s))


def exact_sum(column: ir.NumericValue) -> ir.NumericScalar:
    """Σ of a column; money stays as exact as it is."""
    return column.sum().cast(_EXACT) if column.type().is_decimal() else column.sum()


def product(x: ir.NumericValue, y: ir.NumericValue) -> ir.FloatingValue:
    """x × y in floating point."""
    return x.cast("float64") * y.cast("float64")


def _again(column: ir.NumericColumn, measure: Any) -> ir.NumericScalar:
    """The same aggregate of a finer one."""
    if isinstance(measure, Extreme):
        return column.max() if measure.largest else column.min()
    return exact_sum(column)


def _holds(column: ir.StringValue, condition: Condition) -> ir.BooleanValue:
    values = [v for v in condition.values if v is not None]
    held: ir.BooleanValue = ibis.literal(False)
    if values:
        held = column.isin(values).fill_null(False)
    if None in condition.values:
        held = held | column.isnull()
    return held if condition.among else ~held
