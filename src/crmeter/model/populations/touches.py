"""People whom campaigns reached or left alone, and the leads campaigns brought."""

from __future__ import annotations

from crmeter.kernel.expressions import ir
from crmeter.model.identity import as_survivor
from crmeter.model.populations.population import Horizon, Population, Tables, one


def reached_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    """One row per person whom a campaign reached, on the day it first did; one per touch of nobody."""
    reach = tables["reach"]
    reach = reach.filter(reach.reached_on.notnull())
    return reach.mutate(on=reach.reached_on, reached=one(~reach.nameless), nameless_touches=one(reach.nameless))


def reached_by_end(joined: ir.Table) -> ir.Table:
    return joined.mutate(
        responded_by_end=one(joined.responded_on < joined.period_end),
        converted_by_end=one(joined.converted_on < joined.period_end),
    )


def arm_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    """One row per person of a campaign with a control group, on the day of the first touch."""
    reach = tables["reach"]
    reach = reach.filter(reach.treated_per_control.notnull())
    return reach.mutate(on=reach.assigned_on, treated=one(~reach.is_control), left_alone=one(reach.is_control))


def campaign_lead_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    lead = tables["lead"]
    leads = as_survivor(lead.filter(lead.campaign_id.notnull()), tables)
    return leads.mutate(on=leads.created_on, campaign_leads=one(leads.lead_id.notnull()))


REACHED = Population(
    "reached",
    "touch",
    ("touched", "reach"),
    reached_rows,
    {
        "reached": "people reached",
        "responded_by_end": "of them responded or clicked by the end of the period",
        "converted_by_end": "of them converted by the end of the period",
        "nameless_touches": "touches of nobody",
    },
    reached_by_end,
    without=("kind", "currency"),
)


ARMS = Population(
    "arms",
    "touch",
    ("touched", "reach"),
    arm_rows,
    {"treated": "people treated", "left_alone": "people of the control group"},
    without=("kind", "currency"),
)


CAMPAIGN_LEADS = Population(
    "campaign_leads",
    "lead",
    ("lead", "customer_alias"),
    campaign_lead_rows,
    {"campaign_leads": "leads of campaigns"},
)
