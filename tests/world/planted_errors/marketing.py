"""Errors in whom campaigns reached and what they are credited with."""

from __future__ import annotations

from datetime import date

from crmeter.kpis.marketing import campaign_roi
from crmeter.model import campaigns
from crmeter.model.contributions import campaigns as credited
from crmeter.model.populations import campaign_spend, touches
from tests.world.planting import Planted, both, swap

Q4 = (date(2025, 10, 1), date(2026, 1, 1))
REACH = ("touched", "reach")
CREDIT = (*REACH, "credit", "trial")

MARKETING = (
    Planted(
        "what is sent has arrived",
        swap(campaigns.touched, ('((found.kind == "sent") & ~found.says_delivered)', '(found.kind == "sent")')),
        "campaign_conversion",
        "letter_bounced",
        derives=REACH,
    ),
    Planted(
        "the control group was reached",
        swap(campaigns.touched, ("in_touch & ~found.is_control", "in_touch")),
        "campaign_response",
        "left_alone, left_alone_too",
        derives=REACH,
    ),
    Planted(
        "merged customers are several people to a campaign",
        swap(campaigns.touched, ("found = as_survivor(found, tables)", "found = found")),
        "campaign_response",
        "letter_answered, letter_of_deleted",
        derives=REACH,
    ),
    Planted(
        "a lead that became a customer is another person",
        swap(campaigns.touched, ("found.customer_id.coalesce(found.became)", "found.customer_id")),
        "campaign_roi.last",
        "letter_of_lead",
        derives=CREDIT,
    ),
    Planted(
        "nobody is a person",
        swap(touches.reached_rows, ("one(~reach.nameless)", "one(reach.reached_on.notnull())")),
        "campaign_response",
        "phone_of_nobody",
    ),
    Planted(
        "whoever converts ever has converted by the end",
        swap(touches.reached_by_end, ("joined.converted_on < joined.period_end", "joined.converted_on.notnull()")),
        "campaign_conversion",
        "letter_late",
    ),
    Planted(
        "conversions by UTC date",
        swap(campaigns.reach, ("converted_on=known.on.min", "converted_on=known.at.date().min")),
        "campaign_conversion",
        "letter_late",
        derives=REACH,
    ),
    Planted(
        "30 days are 29",
        swap(campaigns.credit, ("rules.attribution_days", "rules.attribution_days - 1")),
        "campaign_roi.last",
        "letter_day_30",
        derives=CREDIT,
    ),
    Planted(
        "30 days are 31",
        swap(campaigns.credit, ("rules.attribution_days", "rules.attribution_days + 1")),
        "campaign_roi.last",
        "phone_long_ago",
        derives=CREDIT,
    ),
    Planted(
        "a touch after the order brought it",
        swap(campaigns.credit, ("found.reached_at <= orders.ordered_at", "found.reached_on <= orders.ordered_on")),
        "campaign_roi.first",
        "phone_minutes_after",
        derives=CREDIT,
    ),
    Planted(
        "campaigns are credited with invoices",
        both(
            swap(campaigns.credit, ("order.subscription_id.isnull(), ", "")),
            swap(credited.margins, ("order.filter(order.subscription_id.isnull())", "order")),
        ),
        "campaign_roi.even",
        "letter_invoiced",
        derives=CREDIT,
    ),
    Planted(
        "an order of two campaigns brings its margin twice",
        swap(credited.from_credit, ("rows[part] * rows[way]", "rows[part]")),
        "campaign_roi.even",
        "phone_second",
    ),
    Planted(
        "what was paid back was earned",
        swap(credited.margins, ("(~costed & ~sale).ifelse(-amount, zero)", "amount * 0")),
        "campaign_roi.last",
        "phone_refund",
    ),
    Planted(
        "what nobody knows the cost of cost nothing",
        swap(campaign_roi.unknown, ("uncosted > 0", "False")),
        "campaign_roi.last",
        "phone_next_quarter",
        Q4,
    ),
    Planted(
        "spend on no campaign is spend on campaigns",
        swap(campaign_spend.campaign_spend_rows, ("spend.filter(spend.campaign_id.notnull())", "spend")),
        "campaign_roi.last",
        "first_day, last_day",
    ),
    Planted(
        "a control group of half the people earned half as much",
        swap(campaigns.trial, ("people.is_control.ifelse(people.treated_per_control, 1.0)", "ibis.literal(1.0)")),
        "campaign_roi.uplift",
        "left_alone",
        derives=("trial",),
    ),
    Planted(
        "a trial goes on after the period",
        swap(credited.from_trial, ("rows.ordered_on < period.period_end,", "")),
        "campaign_roi.uplift",
        "trial_3",
    ),
    Planted(
        "every lead is a campaign's",
        swap(touches.campaign_lead_rows, ("lead.filter(lead.campaign_id.notnull())", "lead")),
        "leads_by_campaign",
        "day_89, converted_on_closing_day, never",
    ),
    Planted(
        "leads of campaigns by UTC date",
        swap(touches.campaign_lead_rows, ("on=leads.created_on", "on=leads.created_at.date()")),
        "leads_by_campaign",
        "at_midnight",
    ),
)
