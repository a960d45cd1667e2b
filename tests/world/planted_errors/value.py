"""Errors in contracts, tenure, loyalty and lifetime values."""

from __future__ import annotations

from datetime import date

from crmeter.kpis.value import discounting, lifetime
from crmeter.metrics import measures
from crmeter.metrics.plan import Plan
from crmeter.model.contributions import contracts, orders, spells
from tests.world.planting import Planted, cell, swap

FIRST_DAY = (date(2025, 7, 1), date(2025, 7, 2))
AT_START, AT_END = "(rated.started_on < day) & ", "(rated.until >= day)"

VALUE = (
    Planted(
        "a contract that ends on the closing day is over",
        swap(contracts.from_recurring, (AT_END, "(rated.until > day)")),
        "recurring_revenue",
        "handed_over_2, ends_on_closing_day",
    ),
    Planted(
        "a contract that begins on the closing day runs",
        swap(
            contracts.from_recurring,
            ("contracts.started_on < period.period_end", "contracts.started_on <= period.period_end"),
            (AT_START, "(rated.started_on <= day) & "),
        ),
        "recurring_revenue",
        "handed_over_3",
    ),
    Planted(
        "a change of plan on the first day counts both",
        swap(contracts.from_recurring, (AT_START, "(rated.started_on <= day) & ")),
        "net_revenue_retention",
        "handed_over_2",
        FIRST_DAY,
    ),
    Planted(
        "monthly amounts are added whatever their currency",
        swap(contracts.from_recurring, ("priced(rated, rated.monthly_amount).fill_null(zero)", "rated.monthly_amount")),
        "recurring_revenue",
        "dollars",
    ),
    Planted(
        "the lost are those without a contract at the end",
        cell("recurring_lost", lambda c: (c.contracts_end == 0).ifelse(c.monthly_start, 0)),
        "revenue_churn",
        "shop",
    ),
    Planted(
        "whoever has another contract at the end has renewed",
        cell("recurring_kept", lambda c: c.monthly_end_then),
        "net_revenue_retention",
        "also, back_2",
    ),
    Planted(
        "who paid nothing at the start was no customer",
        cell("recurring_kept", lambda c: (c.monthly_start > 0).ifelse(c.monthly_end_then, 0)),
        "net_revenue_retention",
        "free_2",
    ),
    Planted(
        "what a contract brought before counts at the end",
        cell("recurring_kept", lambda c: (c.contracts_end > 0).ifelse(c.monthly_start, 0)),
        "net_revenue_retention",
        "touching_2",
    ),
    Planted(
        "a year of tenure is more than 365 days",
        swap(spells.from_tenures, ("days >= TENURED_DAYS", "days > TENURED_DAYS")),
        "loyalty_index.tenured",
        "contract_ends_on_closing_day",
    ),
    Planted(
        "who is gone on the closing day has no tenure",
        swap(spells.from_tenures, ("end >= period.period_end", "end > period.period_end")),
        "tenure_days",
        "gone_on_closing_day",
    ),
    Planted(
        "who left in the quarter has a tenure",
        swap(spells.from_tenures, ("end >= period.period_end", "end >= period.period_start")),
        "tenure_days",
        "gone_on_last_day",
    ),
    Planted(
        "loyalty looks at the quarter alone",
        swap(Plan._find, ("(known.end - year, known.end)", "(known.start, known.end)")),
        "loyalty_index.repeat",
        "regular_1",
    ),
    Planted(
        "loyalty looks back a day too far",
        swap(Plan._find, ("year = timedelta(days=365)", "year = timedelta(days=366)")),
        "loyalty_index.repeat",
        "gone_closing",
    ),
    Planted(
        "revenue so far reaches over the closing day",
        swap(orders.so_far_by_customer, ("days.day < period.period_end", "days.day <= period.period_end")),
        "clv.historical_mean",
        "closing_2",
    ),
    Planted(
        "revenue so far begins with the period",
        swap(orders.so_far_by_customer, ("days.day < period.period_end", "days.day >= period.period_start")),
        "clv.historical_median",
        "gone_before",
    ),
    Planted(
        "who paid in another currency alone has brought nothing",
        swap(orders.so_far_by_customer, ("(1 - rows.foreign_amounts).sum()", "rows.count()")),
        "clv.historical_mean",
        "in_dollars",
    ),
    Planted(
        "a tenth is rounded down",
        swap(measures.TopSum.first, ("math.ceil(n * (1 - self.q) - 1e-9)", "math.floor(n * (1 - self.q))")),
        "clv.historical_top_decile_share",
        "regular, merge_new",
    ),
    Planted(
        "the first year is discounted too",
        swap(discounting.annuity, ("range(years)", "range(1, years + 1)")),
        "clv.discounted",
        "regular",
    ),
    Planted(
        "customer-months are customer-years",
        swap(lifetime.Payback.estimate, ("years.value / 12", "years.value")),
        "cac_payback_months",
        "regular",
    ),
    Planted(
        "revenue is margin",
        swap(lifetime.LifetimeProfit.estimate, ("found.value * margin", "found.value")),
        "clv_to_cac",
        "on_first_day, merge_3",
    ),
)
