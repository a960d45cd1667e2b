"""Buyers by how lately, how often and for how much they bought: three scores of 1 to 5, and seven groups with names.

A score is ``1 + 5 × (buyers who are strictly worse) ÷ (all buyers)``, whole numbers alone: the fifth that a buyer is
in. Whoever is as good as another has the same score, the lower one, so that everybody with a single order scores 1 in
orders however many they are. Who has never ordered has no group.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.order import with_rank
from crmeter.model.populations.orders import LEDGER
from crmeter.model.populations.population import Horizon, Tables

SCORES = 5
BEST, LOYAL, BIG, NEW, PROMISING, SLIPPING, SLEEPING = RFM_GROUPS = (
    "best", "loyal", "big_spender", "new", "promising", "slipping", "sleeping",
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """A group, and what its scores are at least, and orders at most."""

    group: str
    days: int = 1
    orders: int = 1
    revenue: int = 1
    orders_at_most: int = SCORES


RULES = (  # the first that holds
    Rule(BEST, days=4, orders=4, revenue=4),
    Rule(LOYAL, days=3, orders=4),
    Rule(BIG, days=3, revenue=4),
    Rule(NEW, days=4, orders_at_most=1),
    Rule(PROMISING, days=3),
    Rule(SLIPPING, orders=4),
    Rule(SLIPPING, revenue=4),
    Rule(SLEEPING),
)


def rfm(tables: Tables, horizon: Horizon, day: date) -> ir.Table:
    """One row per buyer by the orders before ``day``: ``customer_id``, ``last_order_on``, ``orders_so_far``,
    ``revenue_so_far`` (less refunds, amounts with a rate), ``days_points``, ``orders_points``, ``revenue_points`` from
    1 to 5, and ``rfm``, the group."""
    rows = LEDGER.rows(tables, horizon)
    rows = rows.filter(rows.on < day, rows.customer_id.notnull())
    found = rows.group_by("customer_id").agg(
        last_order_on=rows.on.max(where=rows.purchases > 0),
        orders_so_far=rows.purchases.sum().cast("int64"),
        revenue_so_far=rows.revenue.sum(),
        unpriced=rows.foreign_amounts.sum().cast("int64"),
    )
    found = found.filter(found.orders_so_far > 0)
    points = {"days": "last_order_on", "orders": "orders_so_far", "revenue": "revenue_so_far"}
    for name, measure in points.items():
        found = _with_points(found, measure, f"{name}_points")
    return found.mutate(rfm=ibis.cases(*((_holds(found, rule), rule.group) for rule in RULES)))


def _with_points(found: ir.Table, measure: str, name: str) -> ir.Table:
    found = with_rank(found, measure, "worse")
    points = (found.worse * SCORES) // found.worse_of + 1
    return found.mutate(**{name: points.cast("int64")}).drop("worse", "worse_of")


def _holds(found: ir.Table, rule: Rule) -> ir.BooleanValue:
    holds: ir.BooleanValue = (
        (found.days_points >= rule.days)
        & (found.orders_points >= rule.orders)
        & (found.revenue_points >= rule.revenue)
        & (found.orders_points <= rule.orders_at_most)
    )
    return holds
