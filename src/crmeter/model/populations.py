"""Populations: which rows count, on which day, and what each adds. Every KPI is made of sums of the columns named here.

A population's table has ``customer_id``, ``on`` (the business date that puts a row in a period), the attributes of its
base table, and the columns listed in ``adds`` with their words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from crmeter.model.days import days_after
from crmeter.model.identity import as_survivor

Tables = Mapping[str, ir.Table]
MATURITY_DAYS = 90


@dataclass(frozen=True)
class Horizon:
    """What the rows are read against: the currency that amounts count in, and the end of what is known."""

    currency: str
    as_of: date


@dataclass(frozen=True)
class Population:
    """Rows of one base ``table``; ``rows`` makes them, ``in_period`` adds what depends on the end of the period."""

    name: str
    table: str
    needs: tuple[str, ...]
    rows: Callable[[Tables, Horizon], ir.Table]
    adds: Mapping[str, str]  # column → its words, a message key
    in_period: Callable[[ir.Table], ir.Table] = lambda joined: joined


def one(condition: ir.BooleanValue) -> ir.IntegerValue:
    """1 where ``condition`` holds, else 0 (null counts as not)."""
    return condition.fill_null(False).ifelse(1, 0).cast("int64")


def hours(later: ir.TimestampValue, earlier: ir.TimestampValue) -> ir.FloatingValue:
    """The hours between two instants, to the second."""
    return (later.epoch_seconds() - earlier.epoch_seconds()).cast("float64") / 3600.0


def in_currency(amount: ir.DecimalValue, currency: ir.StringValue, horizon: Horizon) -> ir.DecimalValue:
    """The amount where it is in the workspace's currency, else null: no rate, no number."""
    return (currency == horizon.currency).ifelse(amount, ibis.null("decimal(18, 4)"))


def foreign(amount: ir.DecimalValue, currency: ir.StringValue, horizon: Horizon) -> ir.IntegerValue:
    """1 for an amount that is left out because of its currency."""
    return one(amount.notnull() & (currency != horizon.currency))


def ledger_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    orders = as_survivor(tables["order"], tables)
    amount = in_currency(orders.amount, orders.currency, horizon)
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
        cost_of_sales=(costed & amount.notnull()).ifelse(orders.cost, zero).fill_null(zero),
        costed_sales=one(costed & amount.notnull()),
        foreign_amounts=foreign(orders.amount, orders.currency, horizon),
    )


def opened_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    cases = as_survivor(tables["case"], tables)
    known = cases.first_response_on < horizon.as_of  # not so where there is none
    human = known & (cases.first_response_by.fill_null("human") == "human")
    waited = human.fill_null(False).ifelse(hours(cases.first_response_at, cases.opened_at), ibis.null("float64"))
    return cases.mutate(
        on=cases.opened_on,
        cases_opened=one(cases.case_id.notnull()),
        complaints=one(cases.kind == "complaint"),
        cases_answered=one(human),
        first_response_hours=waited,
    )


def resolved_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    cases = as_survivor(tables["case"], tables)
    cases = cases.filter(cases.resolved_on.notnull())
    return cases.mutate(
        on=cases.resolved_on,
        cases_resolved=one(cases.case_id.notnull()),
        resolution_hours=hours(cases.resolved_at, cases.opened_at),
        cases_timed=one(cases.handle_minutes.notnull()),
    )


def answer_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    answers = as_survivor(tables["survey_response"], tables)
    answers = answers.filter(answers.score.notnull(), answers.responded_on.notnull() | answers.invited_on.notnull())
    csat, nps = answers.instrument == "csat", answers.instrument == "nps"
    points = answers.scale_max - answers.scale_min + 1
    wide = csat & (points >= 5)
    return answers.mutate(
        on=answers.responded_on.coalesce(answers.invited_on),
        csat_answers=one(csat),
        csat_score=csat.ifelse(answers.score, ibis.null("float64")),
        csat_scale_low=csat.ifelse(answers.scale_min, ibis.null("float64")),
        csat_scale_high=csat.ifelse(answers.scale_max, ibis.null("float64")),
        csat_wide_answers=one(wide),
        csat_top_answers=one(wide & (answers.score >= answers.scale_max - 1)),
        nps_answers=one(nps),
        promoters=one(nps & (answers.score >= 9)),
        detractors=one(nps & (answers.score <= 6)),
    )


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


def lead_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    leads = as_survivor(tables["lead"], tables)
    matures = days_after(leads.created_on, ibis.literal(MATURITY_DAYS))
    mature = matures <= horizon.as_of
    return leads.mutate(
        on=leads.created_on,
        leads=one(leads.lead_id.notnull()),
        mature_leads=one(mature),
        mature_conversions=one(mature & (leads.converted_on < matures)),
    )


def leads_by_end(joined: ir.Table) -> ir.Table:
    return joined.mutate(conversions_by_end=one(joined.converted_on < joined.period_end))


def spend_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    spend = tables["spend"]
    zero = ibis.literal(0, "decimal(18, 4)")
    return spend.mutate(
        on=spend.spent_on,
        spent=in_currency(spend.amount, spend.currency, horizon).fill_null(zero),
        spend_entries=one(spend.currency == horizon.currency),
        foreign_amounts=foreign(spend.amount, spend.currency, horizon),
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
        "foreign_amounts": "amounts in another currency",
    },
)
OPENED = Population(
    "opened",
    "case",
    ("case", "customer_alias"),
    opened_rows,
    {
        "cases_opened": "cases opened",
        "complaints": "complaints",
        "cases_answered": "cases with a first response",
        "first_response_hours": "hours to the first response",
    },
)
RESOLVED = Population(
    "resolved",
    "case",
    ("case", "customer_alias"),
    resolved_rows,
    {
        "cases_resolved": "cases resolved",
        "resolution_hours": "hours to resolution",
        "cases_timed": "resolved cases with a handle time",
        "handle_minutes": "handle minutes",
    },
)
ANSWERS = Population(
    "answers",
    "survey_response",
    ("survey_response", "customer_alias"),
    answer_rows,
    {
        "csat_answers": "satisfaction answers",
        "csat_score": "satisfaction score",
        "csat_scale_low": "lowest point of the scale",
        "csat_scale_high": "highest point of the scale",
        "csat_wide_answers": "satisfaction answers on a scale of five points or more",
        "csat_top_answers": "answers in the two best points",
        "nps_answers": "recommendation answers",
        "promoters": "promoters",
        "detractors": "detractors",
    },
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
LEADS = Population(
    "leads",
    "lead",
    ("lead", "customer_alias"),
    lead_rows,
    {
        "leads": "leads created",
        "conversions_by_end": "of them converted by the end of the period",
        "mature_leads": "leads that are at least 90 days old",
        "mature_conversions": "of them converted within 90 days",
    },
    leads_by_end,
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
POPULATIONS = {p.name: p for p in (LEDGER, OPENED, RESOLVED, ANSWERS, CLOSED, LEADS, SPEND)}
