"""Tiers of customers by what they have brought so far: high, medium and low.

Who has never ordered anything has no tier. Customers who brought the same are in the same tier, the better one.
"""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.order import with_rank
from crmeter.model.populations.orders import LEDGER
from crmeter.model.populations.population import Horizon, Tables

HIGH, MEDIUM, LOW = "high", "medium", "low"
_ROUNDING = 1e-9  # 0.1 + 0.2 is meant to be 0.3


@dataclass(frozen=True)
class Cuts:
    """The shares of customers in the tiers high and medium; all others are low."""

    high: float = 0.2
    medium: float = 0.3


def tiers(tables: Tables, horizon: Horizon, cuts: Cuts) -> ir.Table:
    """``tier(customer_id, tier)`` by the revenue of each customer up to the horizon."""
    rows = LEDGER.rows(tables, horizon)
    rows = rows.filter(rows.on < horizon.as_of, rows.foreign_amounts == 0, rows.customer_id.notnull())
    brought = rows.group_by("customer_id").agg(revenue=rows.revenue.sum())
    brought = with_rank(brought, "revenue", "ahead", most_first=True)  # how many brought more
    share = (brought.ahead.cast("float64") + _ROUNDING) / brought.ahead_of
    tier = ibis.cases((share < cuts.high, HIGH), (share < cuts.high + cuts.medium, MEDIUM), else_=LOW)
    return brought.select("customer_id", tier=tier)
