"""The ledger of the CRM itself: what it cost and brought so far."""

from __future__ import annotations

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.populations.money import priced, unpriced, with_rate
from crmeter.model.populations.population import Horizon, Lasting, Population, Tables, one


def investment_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    """Costs and benefits from their day on, however long ago. A benefit that nobody measured has no price, whatever
    amount stands beside it."""
    ledger = tables["investment"]
    ledger = with_rate(ledger, ledger.on, tables, horizon)
    cost, benefit = ledger.side == "cost", ledger.side == "benefit"
    measured = cost | (ledger.evidence != "not_measured")
    zero = ibis.literal(0, "decimal(18, 4)")
    amount = measured.ifelse(priced(ledger, ledger.amount), zero).fill_null(zero)
    return ledger.mutate(
        until=ibis.null("date"),
        cost=cost.ifelse(amount, zero),
        benefit=benefit.ifelse(amount, zero),
        net_flow=cost.ifelse(-amount, amount),
        entries=one(ledger.entry_id.notnull()),
        not_measured=one(benefit & (~measured | ledger.amount.isnull())),
        costs_without_amount=one(cost & ledger.amount.isnull()),
        foreign_amounts=unpriced(ledger, ledger.amount) * one(measured),
    )


INVESTMENT = Population(
    "investment",
    "investment",
    ("investment", "rate"),
    investment_rows,
    {
        "cost": "cost of the CRM so far",
        "benefit": "benefit of the CRM so far",
        "net_flow": "benefit less cost on a day",
        "entries": "entries of the ledger",
        "not_measured": "benefits that nobody measured",
        "costs_without_amount": "costs without an amount",
        "foreign_amounts": "amounts without a known rate",
    },
    lasting=Lasting.AT_END,
)
