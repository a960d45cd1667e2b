"""Errors in what was bought, refunded and spent."""

from __future__ import annotations

from datetime import date

from crmeter.kernel.calendar import Calendar
from crmeter.metrics import formulas
from crmeter.metrics.clustered import Growth
from crmeter.metrics.plan import Plan
from crmeter.metrics.reading import Reading
from crmeter.model.populations import money, orders, spend
from tests.world.planting import Planted, cell, swap

NOBODY_THEN = (date(2023, 4, 1), date(2023, 5, 1))
AFTER_REFUNDS = (date(2025, 8, 16), date(2025, 8, 17))

ORDERS = (
    Planted(
        "the period ends a day later",
        swap(Reading.tables, ("ibis.range(first, last,", "ibis.range(first, last + ibis.interval(days=1),")),
        "revenue",
        "closing_2",
    ),
    Planted(
        "the UTC date decides",
        swap(orders.ledger_rows, ("on=orders.ordered_on", "on=orders.ordered_at.date()")),
        "revenue",
        "on_first_day, on_closing_day_early",
    ),
    Planted(
        "refunds are ignored",
        swap(
            orders.ledger_rows,
            ("revenue=amount.fill_null(zero)", "revenue=sale.ifelse(amount, zero).fill_null(zero)"),
        ),
        "revenue",
        "refund_of_earlier_sale",
    ),
    Planted(
        "refunds count for the sale they belong to, not in their period",
        swap(orders.ledger_rows, ("refund = (orders.kind", "refund = (orders.amount < -250) & (orders.kind")),
        "refund_rate",
        "refund_of_earlier_sale",
    ),
    Planted(
        "invoices are sales",
        swap(
            orders.ledger_rows,
            ('sale = (orders.kind == "sale") & orders.subscription_id.isnull()', 'sale = orders.kind == "sale"'),
        ),
        "orders",
        "invoice_q3",
    ),
    Planted(
        "refunded invoices are refunded sales",
        swap(
            orders.ledger_rows,
            (
                'refund = (orders.kind == "refund") & orders.subscription_id.isnull()',
                'refund = orders.kind == "refund"',
            ),
        ),
        "refund_rate",
        "invoice_refund",
    ),
    Planted(
        "amounts are added whatever their currency",
        swap(money.priced, ("return (rows.rate == 1.0).ifelse(amount, converted)", "return amount")),
        "revenue",
        "in_dollars",
    ),
    Planted(
        "an amount that is left out is divided by all the same",
        swap(orders.ledger_rows, ("sales=one(sale & amount.notnull())", "sales=one(sale)")),
        "average_order_value",
        "in_dollars",
    ),
    Planted(
        "orders of one day are one order",
        swap(
            orders.ledger_rows,
            ('tables["order"], tables)', 'tables["order"], tables).distinct(on=("customer_id", "ordered_on", "kind"))'),
        ),
        "orders",
        "same_day_2",
    ),
    Planted(
        "orders are counted as buyers", cell("buyers", lambda c: c.purchases), "repeat_purchase_rate", "same_day_2"
    ),
    Planted(
        "an unknown cost is no cost",
        swap(orders.ledger_rows, ("costed = sale & orders.cost.notnull()", "costed = sale")),
        "clv.profit",
        "shop_with_contract",
    ),
    Planted(
        "the lifetime comes from the period alone",
        swap(Plan._find, ("(known.end - year, known.end)", "(known.start, known.end)")),
        "clv.revenue",
        "gone_before_period",
    ),
    Planted(
        "the quarter before is as many days before",
        swap(Calendar._shifted, ("if months:", "if False:")),
        "sales_growth.previous",
        "invoice_q1",
    ),
    Planted(
        "growth from a loss is a number",
        swap(Growth.undefined, ("sums[1] > 0", "sums[1]")),
        "sales_growth.previous",
        "refund_of_earlier_sale",
        AFTER_REFUNDS,
    ),
    Planted(
        "only marketing is spend",
        swap(
            spend.spend_rows,
            ('spend = tables["spend"]', 'spend = tables["spend"].filter(ibis._.function == "marketing")'),
        ),
        "cac",
        "last_day",
    ),
    Planted(
        "undefined is zero",
        swap(formulas.Share.estimate, ("if not whole:", "if not whole: return Estimate(0.0)\n    if not whole:")),
        "churn_rate.cohort",
        "nobody was a customer then",
        NOBODY_THEN,
    ),
)
