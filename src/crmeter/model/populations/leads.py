"""Leads on the day they came."""

from __future__ import annotations

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.days import days_after
from crmeter.model.identity import as_survivor
from crmeter.model.populations.population import Horizon, Population, Tables, one

MATURITY_DAYS = 90


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
