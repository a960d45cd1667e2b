"""What customers brought that campaigns are credited with.

The margin of an order is its amount less its cost. A sale without a known cost and a refund without one stand apart:
what they leave is the formula's to say.
"""

from __future__ import annotations

from typing import Any

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.contributions.contribution import Contribution, identified
from crmeter.model.identity import as_survivor
from crmeter.model.populations.money import priced, unpriced, with_rate
from crmeter.model.populations.population import Horizon, Tables, one

CREDITED = {  # how an order is credited → what is, in words
    "last": {
        "margin": "margin of orders, to the campaign of the last touch",
        "uncosted": "sales without a known cost, to the campaign of the last touch",
        "refunded": "refunds without a known cost, to the campaign of the last touch",
    },
    "first": {
        "margin": "margin of orders, to the campaign of the first touch",
        "uncosted": "sales without a known cost, to the campaign of the first touch",
        "refunded": "refunds without a known cost, to the campaign of the first touch",
    },
    "even": {
        "margin": "margin of orders, evenly to all campaigns that touched",
        "uncosted": "sales without a known cost, evenly to all campaigns that touched",
        "refunded": "refunds without a known cost, evenly to all campaigns that touched",
    },
}
TRIED = {  # the arms of a trial
    "treated": {
        "margin": "margin of orders of people treated",
        "uncosted": "sales to people treated without a known cost",
        "refunded": "refunds to people treated without a known cost",
    },
    "control": {
        "margin": "margin of orders of the control group, scaled to the people treated",
        "uncosted": "sales to the control group without a known cost, scaled to the people treated",
        "refunded": "refunds to the control group without a known cost, scaled to the people treated",
    },
}
WAYS = tuple(CREDITED)
PARTS = tuple(CREDITED["last"])


def margins(tables: Tables, horizon: Horizon) -> ir.Table:
    """Sales and refunds that are no invoices of subscriptions, with ``margin``, ``uncosted`` and ``refunded``."""
    order = tables["order"]
    orders = as_survivor(order.filter(order.subscription_id.isnull()), tables)
    orders = with_rate(orders, orders.ordered_on, tables, horizon)
    zero: Any = ibis.literal(0, "decimal(18, 4)")
    amount, cost = (priced(orders, orders[column]).fill_null(zero) for column in ("amount", "cost"))
    costed, sale = orders.cost.notnull(), orders.kind == "sale"
    return orders.mutate(
        margin=costed.ifelse(amount - cost, zero),
        uncosted=(~costed & sale).ifelse(amount, zero),
        refunded=(~costed & ~sale).ifelse(-amount, zero),
        unpriced=unpriced(orders, orders.amount),
    )


def from_credit(tables: Tables, horizon: Horizon) -> ir.Table:
    """Orders of a period that campaigns are credited with, once for each of the campaigns."""
    days, credit = tables["period_day"], tables["credit"]
    shares = credit.select(credited_order="order_id", credited_campaign="campaign_id", **{w: credit[w] for w in WAYS})
    rows = margins(tables, horizon).drop("campaign_id")
    rows = rows.join(shares, rows.order_id == shares.credited_order)
    rows = identified(rows.rename(campaign_id="credited_campaign"), tables)
    rows = rows.join(days, rows.ordered_on == days.day)
    return rows.mutate(
        credits=one(rows.order_id.notnull()),
        credits_unpriced=rows.unpriced * rows.last,
        **{f"{part}_{way}": rows[part] * rows[way] for way in WAYS for part in PARTS},
    )


def from_trial(tables: Tables, horizon: Horizon) -> ir.Table:
    """Orders of the people of a campaign with a control group who were first touched in a period, up to its end."""
    trial, period = tables["trial"], tables["period"]
    trial = trial.select("assigned_on", "is_control", "weight", of_order="order_id", of_campaign="campaign_id")
    rows = margins(tables, horizon).drop("campaign_id")
    rows = rows.join(trial, rows.order_id == trial.of_order)
    rows = identified(rows.rename(campaign_id="of_campaign"), tables)
    met = [
        rows.assigned_on >= period.period_start,
        rows.assigned_on < period.period_end,
        rows.ordered_on < period.period_end,
    ]
    rows = rows.join(period, met)
    arms = {"treated": ~rows.is_control, "control": rows.is_control}
    return rows.mutate(
        trial_unpriced=rows.unpriced,
        **{f"{part}_{arm}": rows[part] * rows.weight * one(of) for arm, of in arms.items() for part in PARTS},
    )


CREDIT = Contribution(
    "credit",
    "touch",
    "credited",
    ("order", "touched", "credit", "customer_alias", "rate"),
    ("credits", "credits_unpriced", *(f"{part}_{way}" for way in WAYS for part in PARTS)),
    from_credit,
)

TRIAL = Contribution(
    "trial",
    "touch",
    "credited",
    ("order", "touched", "reach", "trial", "customer_alias", "rate"),
    ("trial_unpriced", *(f"{part}_{arm}" for arm in TRIED for part in PARTS)),
    from_trial,
)
