"""Opportunities: those decided on a day, and those open at an end."""

from __future__ import annotations

from datetime import timedelta

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.identity import as_survivor
from crmeter.model.populations.money import priced, unpriced, with_rate
from crmeter.model.populations.population import Horizon, Lasting, Population, Tables, hours, one


def closed_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    deals = as_survivor(tables["opportunity"], tables)
    deals = deals.filter(deals.closed_on.notnull(), deals.outcome.notnull())
    lead = tables["lead"].select(met_lead_id=tables["lead"].lead_id, lead_created_at=tables["lead"].created_at)
    deals = deals.left_join(lead, deals.lead_id == lead.met_lead_id)
    deals = with_rate(deals, deals.closed_on, tables, horizon)
    met = deals.first_contact_at.coalesce(deals.lead_created_at, deals.created_at)
    won = deals.outcome == "won"
    amount = won.ifelse(priced(deals, deals.amount), ibis.null("decimal(18, 4)"))
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
        foreign_amounts=unpriced(deals, deals.amount) * one(won),
    )


def open_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    """Opportunities from the day they came until they were closed.

    One without a day of creation is there from its first contact. One without either is only known to be there now: it
    counts at the horizon and not before. One decided on a day that nobody noted was never open for sure. Amounts take
    the rate of the day an opportunity came, so that no change of rates looks like one of the pipeline.
    """
    deals = as_survivor(tables["opportunity"], tables)
    deals = deals.filter(deals.closed_on.notnull() | deals.outcome.isnull())
    now = ibis.literal(horizon.as_of - timedelta(days=1))
    deals = deals.mutate(on=deals.created_on.coalesce(deals.first_contact_on, now))
    deals = with_rate(deals, deals.on, tables, horizon)
    amount = priced(deals, deals.amount)
    return deals.mutate(
        until=deals.closed_on,
        open_deals=one(deals.opportunity_id.notnull()),
        open_amount=amount.fill_null(ibis.literal(0, "decimal(18, 4)")),
        open_deals_priced=one(amount.notnull()),
        open_deals_without_amount=one(deals.amount.isnull()),
        foreign_amounts=unpriced(deals, deals.amount),
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
        "foreign_amounts": "amounts without a known rate",
    },
)


OPEN_DEALS = Population(
    "open_deals",
    "opportunity",
    ("opportunity", "customer_alias", "rate"),
    open_rows,
    {
        "open_deals": "opportunities open at the end",
        "open_amount": "amount of opportunities open at the end",
        "open_deals_priced": "opportunities open at the end with an amount",
        "open_deals_without_amount": "opportunities open at the end without an amount",
        "foreign_amounts": "amounts without a known rate",
    },
    lasting=Lasting.AT_END,
)
