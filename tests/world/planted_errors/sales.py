"""Errors in opportunities and leads."""

from __future__ import annotations

from datetime import date

from crmeter.model.populations import deals, leads
from tests.world.planting import Planted, swap

Q4 = (date(2025, 10, 1), date(2026, 1, 1))

SALES = (
    Planted(
        "deals count on the day they were created",
        swap(deals.closed_rows, ("on=deals.closed_on", "on=deals.created_at.date()")),
        "deals_won",
        "won_on_closing_day",
    ),
    Planted(
        "deals closed by UTC date",
        swap(deals.closed_rows, ("on=deals.closed_on", "on=deals.closed_at.date()")),
        "deals_won",
        "won_at_midnight",
    ),
    Planted(
        "a deal closed without an outcome is decided",
        swap(
            deals.closed_rows,
            (", deals.outcome.notnull()", ""),
            ('deals.outcome.isin(("won", "lost"))', "deals.closed_on.notnull()"),
        ),
        "win_rate",
        "closed_without_outcome",
    ),
    Planted(
        "a join to the leads of the customer multiplies deals",
        swap(
            deals.closed_rows,
            ('met_lead_id=tables["lead"].lead_id', 'met_lead_id=tables["lead"].customer_id'),
            ("deals.lead_id == lead.met_lead_id", "deals.customer_id == lead.met_lead_id"),
        ),
        "deals_won",
        "won_with_contact",
    ),
    Planted(
        "the cycle starts with the opportunity",
        swap(
            deals.closed_rows,
            ("deals.first_contact_at.coalesce(deals.lead_created_at, deals.created_at)", "deals.created_at"),
        ),
        "sales_cycle_days.mean",
        "won_with_contact",
    ),
    Planted(
        "the lead is no first contact",
        swap(deals.closed_rows, ("coalesce(deals.lead_created_at, deals.created_at)", "coalesce(deals.created_at)")),
        "sales_cycle_days.mean",
        "won_from_lead",
    ),
    Planted(
        "lost deals have a cycle too",
        swap(deals.closed_rows, ("cycle_days=won.ifelse(", "cycle_days=deals.outcome.notnull().ifelse(")),
        "sales_cycle_days.mean",
        "lost_1, lost_2, lost_3",
    ),
    Planted(
        "a deal without an amount is worth nothing",
        swap(
            deals.closed_rows,
            ("deal_amount=amount.cast", "deal_amount=won.ifelse(amount.fill_null(0), None).cast"),
        ),
        "average_deal_value",
        "won_without_amount",
    ),
    Planted(
        "lost deals are worth something",
        swap(
            deals.closed_rows,
            ("amount = won.ifelse(priced", "amount = deals.outcome.notnull().ifelse(priced"),
        ),
        "won_value",
        "lost_1",
    ),
    Planted(
        "the day after the period converts too",
        swap(
            leads.leads_by_end,
            ("joined.converted_on < joined.period_end", "joined.converted_on <= joined.period_end"),
        ),
        "lead_conversion.by_end",
        "converted_on_closing_day",
    ),
    Planted(
        "whoever converts ever has converted by the end",
        swap(leads.leads_by_end, ("joined.converted_on < joined.period_end", "joined.converted_on.notnull()")),
        "lead_conversion.by_end",
        "last_day",
    ),
    Planted(
        "90 days are 91",
        swap(leads.lead_rows, ("leads.converted_on < matures", "leads.converted_on <= matures")),
        "lead_conversion.matured",
        "day_90",
    ),
    Planted(
        "young leads count",
        swap(leads.lead_rows, ("mature = matures <= horizon.as_of", "mature = matures.notnull()")),
        "lead_conversion.matured",
        "young, not_yet_matured",
        Q4,
    ),
    Planted(
        "a lead of 90 days is young",
        swap(leads.lead_rows, ("matures <= horizon.as_of", "matures < horizon.as_of")),
        "lead_conversion.matured",
        "just_matured",
        Q4,
    ),
    Planted(
        "leads by UTC date",
        swap(leads.lead_rows, ("on=leads.created_on", "on=leads.created_at.date()")),
        "lead_conversion.by_end",
        "at_midnight",
    ),
)
