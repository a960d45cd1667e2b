"""The customers that filters leave: the ones an analysis looks at."""

from __future__ import annotations

from collections.abc import Sequence

from crmeter.kernel.expressions import ir
from crmeter.kpis.customers.customers import customers_end
from crmeter.metrics.dimensions import Condition, Filter, resolve
from crmeter.metrics.plan import Plan
from crmeter.metrics.reading import Reading
from crmeter.model.populations.population import Horizon
from crmeter.model.rules import Rules
from crmeter.model.tiers import Cuts
from crmeter.warehouse.duck import Warehouse


def customers_chosen(
    warehouse: Warehouse, rules: Rules, filters: Sequence[Filter] = (), by: Sequence[str] = ()
) -> ir.Table:
    """``customer_id`` of everybody whom all ``filters`` hold of, and the attributes ``by_<name>`` of the customer, in a
    table that is kept. Merged and deleted customers are nobody: what they did is their survivor's, or out.

    UserError where a filter or a name is no attribute of the customer.
    """
    tables = warehouse.tables
    conditions = tuple(Condition(resolve(f.name, customers_end, tables), f.values, f.among) for f in filters)
    dimensions = tuple(resolve(name, customers_end, tables) for name in by)
    horizon = Horizon(rules.currency, warehouse.load.as_of, csi_weights=rules.csi_weights)
    cuts = Cuts(rules.tier_high, rules.tier_medium)
    reading = Reading(warehouse, horizon, Plan(rules.calendar, horizon.as_of), (dimensions,), conditions, cuts)
    member, groups = reading.members(dimensions, conditions)
    found = member.select("cell_group", customer_id=member.member_id)
    named = {f"by_{name}": groups[reading.column(d)] for name, d in zip(by, dimensions, strict=True)}
    if named:
        known = groups.select(group_number=groups.cell_group, **named)
        found = found.left_join(known, found.cell_group == known.group_number)
    alias = tables["customer_alias"]
    found = found.filter(found.customer_id.notin(alias.customer_id))
    return warehouse.keep(found.select("customer_id", *named))
