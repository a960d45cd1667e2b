"""Orders: sales and refunds on their day."""

from __future__ import annotations

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.identity import as_survivor
from crmeter.model.populations.money import priced, unpriced, with_rate
from crmeter.model.populations.population import Horizon, Population, Tables, one


def ledger_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    orders = as_survivor(tables["order"], tables)
    orders = with_rate(orders, orders.ordered_on, tables, horizon)
    amount = priced(orders, orders.amount)
    sale = (orders.kind == "sale") & orders.subscription_id.isnull()
    refund = (orders.kind == "refund") & orders.subscription_id.isnull()
    costed = sale & orders.cost.notnull()
    zero = ibis.literal(0, "decimal(18, 4)")
    return orders.mutate(
        on=orders.ordered_on,
        purchases=one(sale),
        sales=one(sale & amount.notnull()),
        sale_amount=sale.ifelse(amount, zero).fill_null(zero),
        refund_amount=refund.ifelse(-amount, zero).fill_null(zero),
        revenue=amount.fill_null(zero),
        costed_amount=costed.ifelse(amount, zero).fill_null(zero),
        cost_of_sales=(costed & amount.notnull()).ifelse(priced(orders, orders.cost), zero).fill_null(zero),
        costed_sales=one(costed & amount.notnull()),
        foreign_amounts=unpriced(orders, orders.amount),
    )


LEDGER = Population(
    "ledger",
    "order",
    ("order", "customer_alias"),
    ledger_rows,
    {
        "purchases": "sales",
        "sales": "sales with an amount",
        "sale_amount": "amount of sales",
        "refund_amount": "refunded amount",
        "revenue": "revenue, less refunds",
        "costed_amount": "amount of sales with a known cost",
        "cost_of_sales": "cost of those sales",
        "costed_sales": "sales with a known cost",
        "foreign_amounts": "amounts without a known rate",
    },
    dated="ordered_on",
)
