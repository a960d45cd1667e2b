"""Who a number is made of: measures by customer, for one period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from crmeter.kernel.expressions import ir
from crmeter.kernel.period import Period
from crmeter.kernel.remembered import lasting
from crmeter.metrics.dimensions import Condition
from crmeter.metrics.measures import CELLS, Product, Total
from crmeter.metrics.plan import Place, Plan
from crmeter.metrics.reading import Reading
from crmeter.metrics.scan import aggregate
from crmeter.model.cells import CELL_COLUMNS, cells
from crmeter.model.populations import POPULATIONS
from crmeter.model.populations.population import Horizon
from crmeter.model.rules import Rules
from crmeter.model.tiers import Cuts
from crmeter.warehouse.duck import Warehouse

Part = Total | Product
ByCustomer = dict[str | None, tuple[float, ...]]


@lasting()
def by_customer(
    warehouse: Warehouse, rules: Rules, period: Period, parts: Sequence[Part], conditions: Sequence[Condition] = ()
) -> ByCustomer:
    """Customer → what each of ``parts`` counts of it where the ``conditions`` hold; those of whom nothing counts are
    left out. None stands for rows that belong to no customer."""
    totals = list(dict.fromkeys(t for part in parts for t in _totals(part)))
    plan = Plan(rules.calendar, warehouse.load.as_of)
    places = plan.places(period)
    horizon = Horizon(rules.currency, warehouse.load.as_of, csi_weights=rules.csi_weights)
    cuts = Cuts(rules.tier_high, rules.tier_medium)
    reading = Reading(warehouse, horizon, plan, ((),), tuple(conditions), cuts)
    found: dict[str | None, dict[Total, float]] = defaultdict(dict)
    for total in totals:
        rows_of = _cells_of if total.population == CELLS else _rows_of
        rows = rows_of(reading, total, places[total.window])
        for customer, number in warehouse.rows(rows):
            found[customer][total] = float(number)
    return {
        customer: tuple(_number(part, own) for part in parts) for customer, own in sorted(found.items(), key=_by_id)
    }


def _totals(part: Part) -> Iterator[Total]:
    yield from (part.x, part.y) if isinstance(part, Product) else (part,)


def _number(part: Part, own: dict[Total, float]) -> float:
    if isinstance(part, Product):
        return own.get(part.x, 0.0) * own.get(part.y, 0.0)
    return own.get(part, 0.0)


def _by_id(item: tuple[str | None, object]) -> tuple[bool, str]:
    return item[0] is None, item[0] or ""


def _cells_of(reading: Reading, total: Total, place: Place) -> ir.Table:
    column = CELL_COLUMNS[total.column]
    of_rows = [c for c in reading.conditions if c.dimension.own & set(column.needs)]
    of_customers = tuple(c for c in reading.conditions if c not in of_rows)
    member = reading.members((), of_customers)[0]
    own = tuple(dict.fromkeys(c.dimension for c in of_rows))
    tables = {**reading.tables([place]), "member": member}
    found = cells(tables, reading.horizon, column.needs, tuple(dict.fromkeys(d.column for d in own)))
    found = found.mutate(number=column.value(found), **{reading.column(d): found[d.column].cast("string") for d in own})
    found = reading.filtered(found, of_rows)
    found = found.filter(found.number != 0)
    names = member.select("member_id", number_of=member.member)
    found = found.join(names, found.member == names.number_of)
    if own:
        return found.group_by("member_id").agg(number=found.number.sum())
    return found.select("member_id", "number")


def _rows_of(reading: Reading, total: Total, place: Place) -> ir.Table:
    population, tables = POPULATIONS[total.population], reading.tables([place])
    rows = population.in_periods(population.rows_within(tables, reading.horizon), tables)
    if reading.conditions:
        rows = reading.described(rows, {total.population}, ())
    found = rows.group_by("customer_id").agg(number=aggregate(rows, total))
    return found.filter(found.number != 0)
