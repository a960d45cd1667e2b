"""Which contracts run at the start and at the end of a period, and what they bring a month."""

from __future__ import annotations

from datetime import date

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.contributions.contribution import Contribution, identified
from crmeter.model.identity import as_survivor
from crmeter.model.populations.money import priced, unpriced, with_rate
from crmeter.model.populations.population import Horizon, Tables, one


def from_contracts(tables: Tables, horizon: Horizon) -> ir.Table:
    """A contract that runs at the end of the period."""
    contracts = identified(as_survivor(tables["subscription"], tables), tables)
    period = tables["period"]
    runs = contracts.join(
        period,
        [
            contracts.started_on < period.period_end,
            contracts.ended_on.isnull() | (contracts.ended_on >= period.period_end),
        ],
    )
    return runs.mutate(contracts=one(runs.period.notnull()))


def from_recurring(tables: Tables, horizon: Horizon) -> ir.Table:
    """A contract that runs at the start or at the end of the period, and its monthly amount there.

    What is held against the amount of the start is at the rate of the start too (``…_then``).

    A contract that ends on the day another starts hands over to it: at any moment one of them runs, never both.
    """
    contracts, period = identified(as_survivor(tables["subscription"], tables), tables), tables["period"]
    until = contracts.ended_on.coalesce(ibis.literal(date(9999, 12, 31)))
    contracts = contracts.mutate(until=until)
    found = contracts.join(period, [contracts.started_on < period.period_end, contracts.until >= period.period_start])
    spell = tables["spell"]
    left_on = spell.ended_on.coalesce(ibis.literal(date(9999, 12, 31)))
    spell = spell.select(staying_id=spell.customer_id, came_on=spell.started_on, left_on=left_on)
    day = found.period_end  # one spell at most covers it
    found = found.left_join(spell, [found.customer_id == spell.staying_id, spell.came_on < day, spell.left_on >= day])

    rated = with_rate(found, found.period_start, tables, horizon)
    then = {"monthly_then": priced(rated, rated.monthly_amount), "unpriced_then": unpriced(rated, rated.monthly_amount)}
    rated = with_rate(rated.mutate(**then).drop("rate"), rated.period_end, tables, horizon)
    zero = ibis.literal(0, "decimal(18, 4)")
    at_start, at_end = (
        (rated.started_on < day) & (rated.until >= day) for day in (rated.period_start, rated.period_end)
    )
    monthly_then, monthly_now = rated.monthly_then.fill_null(zero), priced(rated, rated.monthly_amount).fill_null(zero)
    return rated.mutate(
        contracts_start=one(at_start),
        contracts_end=one(at_end),
        monthly_start=at_start.ifelse(monthly_then, zero),
        monthly_end=at_end.ifelse(monthly_now, zero),
        monthly_end_then=at_end.ifelse(monthly_then, zero),
        monthly_lost=(at_start & rated.staying_id.isnull()).ifelse(monthly_then, zero),
        unpriced_start=rated.unpriced_then * one(at_start),
        unpriced_end=unpriced(rated, rated.monthly_amount) * one(at_end),
        unpriced_contracts=rated.unpriced_then * one(at_start | at_end),
    )


CONTRACTS = Contribution(
    "contracts", "subscription", "contracts", ("subscription", "customer_alias"), ("contracts",), from_contracts
)
RECURRING = Contribution(
    "recurring",
    "subscription",
    "contracts",
    ("subscription", "customer_alias", "rate", "spell"),
    (
        "contracts_start",
        "contracts_end",
        "monthly_start",
        "monthly_end",
        "monthly_end_then",
        "monthly_lost",
        "unpriced_start",
        "unpriced_end",
        "unpriced_contracts",
    ),
    from_recurring,
)
