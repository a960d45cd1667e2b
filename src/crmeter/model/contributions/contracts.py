"""Which contracts run at the start and at the end of a period, and what they bring a month."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from crmeter.model.contributions.contribution import Contribution, identified
from crmeter.model.identity import as_survivor
from crmeter.model.populations.money import foreign, in_currency
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

    A contract that ends on the day another starts hands over to it: at any moment one of them runs, never both.
    """
    contracts, period = identified(as_survivor(tables["subscription"], tables), tables), tables["period"]
    until = contracts.ended_on.coalesce(ibis.literal(date(9999, 12, 31)))
    contracts = contracts.mutate(until=until)
    found = contracts.join(period, [contracts.started_on < period.period_end, contracts.until >= period.period_start])

    def runs_at(day: ir.DateValue) -> ir.BooleanValue:
        return (found.started_on < day) & (found.until >= day)

    def amount(where: ir.BooleanValue) -> Any:
        zero = ibis.literal(0, "decimal(18, 4)")
        priced = in_currency(found.monthly_amount, found.currency, horizon)
        return where.ifelse(priced, zero).fill_null(zero)

    at_start, at_end = runs_at(found.period_start), runs_at(found.period_end)
    unpriced = foreign(found.monthly_amount, found.currency, horizon)
    return found.mutate(
        contracts_start=one(at_start),
        contracts_end=one(at_end),
        monthly_start=amount(at_start),  # at the rate of the start
        monthly_end=amount(at_end),  # at the rate of the end
        monthly_end_at_start=amount(at_end),  # at the rate of the start
        unpriced_start=unpriced * one(at_start),
        unpriced_end=unpriced * one(at_end),
        unpriced_contracts=unpriced * one(at_start | at_end),
    )


CONTRACTS = Contribution(
    "contracts", "subscription", "contracts", ("subscription", "customer_alias"), ("contracts",), from_contracts
)
RECURRING = Contribution(
    "recurring",
    "subscription",
    "contracts",
    ("subscription", "customer_alias"),
    (
        "contracts_start",
        "contracts_end",
        "monthly_start",
        "monthly_end",
        "monthly_end_at_start",
        "unpriced_start",
        "unpriced_end",
        "unpriced_contracts",
    ),
    from_recurring,
)
