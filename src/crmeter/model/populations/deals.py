"""Opportunities that were decided."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from crmeter.model.identity import as_survivor
from crmeter.model.populations.money import foreign, in_currency
from crmeter.model.populations.population import Horizon, Population, Tables, hours, one


def closed_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    deals = as_survivor(tables["opportunity"], tables)
    deals = deals.filter(deals.closed_on.notnull(), deals.outcome.notnull())
    lead = tables["lead"].select(met_lead_id=tables["lead"].lead_id, lead_created_at=tables["lead"].created_at)
    deals = deals.left_join(lead, deals.lead_id == lead.met_lead_id)
    met = deals.first_contact_at.coalesce(deals.lead_created_at, deals.created_at)
    won = deals.outcome == "won"
    amount = won.ifelse(in_currency(deals.amount, deals.currency, horizon), ibis.null("decimal(18, 4)"))
    return deals.mutate(
        on=deals.closed_on,
        deals_closed=one(deals.outcome.isin(("won", "lost"))),
        deals_won=one(won),
        deals_lost=one(deals.outcome == "lost"),
        won_amount=amount.fill_null(ibis.literal(0, "decimal(18, 4)")),
        deal_amount=amount.cast("float64"),
        deals_priced=one(amount.notnull()),
        cycle_days=won.ifelse(hours(deals.closed_at, met) / 24.0, ibis.null("float64")),
        cycles_known=one(won & met.notnull()),
        foreign_amounts=foreign(deals.amount, deals.currency, horizon) * one(won),
    )


CLOSED = Population(
    "closed",
    "opportunity",
    ("opportunity", "lead", "customer_alias"),
    closed_rows,
    {
        "deals_closed": "deals won or lost",
        "deals_won": "deals won",
        "deals_lost": "deals lost",
        "won_amount": "amount won",
        "deal_amount": "amount of a deal won",
        "deals_priced": "deals won with an amount",
        "cycle_days": "days from first contact to close",
        "cycles_known": "deals won with a known first contact",
        "foreign_amounts": "amounts in another currency",
    },
)
