"""Marketing and sales spend."""

from __future__ import annotations

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.populations.money import priced, unpriced, with_rate
from crmeter.model.populations.population import Horizon, Population, Tables, one


def spend_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    spend = tables["spend"]
    spend = with_rate(spend, spend.spent_on, tables, horizon)
    zero = ibis.literal(0, "decimal(18, 4)")
    return spend.mutate(
        on=spend.spent_on,
        spent=priced(spend, spend.amount).fill_null(zero),
        spend_entries=one(spend.rate.notnull()),
        foreign_amounts=unpriced(spend, spend.amount),
    )


SPEND = Population(
    "spend",
    "spend",
    ("spend",),
    spend_rows,
    {
        "spent": "marketing and sales spend",
        "spend_entries": "spend entries",
        "foreign_amounts": "amounts without a known rate",
    },
)
