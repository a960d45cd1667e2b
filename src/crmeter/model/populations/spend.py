"""Marketing and sales spend."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from crmeter.model.populations.money import foreign, in_currency
from crmeter.model.populations.population import Horizon, Population, Tables, one


def spend_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    spend = tables["spend"]
    zero = ibis.literal(0, "decimal(18, 4)")
    return spend.mutate(
        on=spend.spent_on,
        spent=in_currency(spend.amount, spend.currency, horizon).fill_null(zero),
        spend_entries=one(spend.currency == horizon.currency),
        foreign_amounts=foreign(spend.amount, spend.currency, horizon),
    )


SPEND = Population(
    "spend",
    "spend",
    ("spend",),
    spend_rows,
    {
        "spent": "marketing and sales spend",
        "spend_entries": "spend entries",
        "foreign_amounts": "amounts in another currency",
    },
)
