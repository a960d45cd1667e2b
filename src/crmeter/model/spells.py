"""Spells: the unbroken stretches of days for which somebody is a customer. All counting of customers rests on them.

``spell(customer_id, started_on, ended_on, number, spells)``: ``ended_on`` is the first day not covered
and null while the stretch runs (an end on or after the horizon is not known yet). Spells of a customer neither overlap
nor touch. See the definitions in docs/concepts/spells.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.days import days_after
from crmeter.model.identity import as_survivor
from crmeter.model.rules import Rules

Tables = Mapping[str, ir.Table]
FOREVER = date(9999, 12, 31)


def spells(tables: Tables, rules: Rules, as_of: date) -> ir.Table:
    """One row per spell, from the contracts and the sales before ``as_of``."""
    contracts = merged(contract_cover(tables, as_of), gap_days=rules.contract_gap_days)
    stretches = merged(ibis.union(contracts, sale_cover(tables, rules, as_of)), gap_days=0)
    in_order = ibis.window(group_by="customer_id", order_by="started_on")
    ended = (stretches.ended_on >= as_of).ifelse(ibis.null("date"), stretches.ended_on)
    return stretches.select(
        "customer_id",
        "started_on",
        ended_on=ended,
        number=(ibis.row_number().over(in_order) + 1).cast("int64"),
        spells=stretches.count().over(ibis.window(group_by="customer_id")).cast("int64"),
    )


def contract_cover(tables: Tables, as_of: date) -> ir.Table:
    """The days each contract covers; one that starts and ends on the same day covers none."""
    contracts = as_survivor(tables["subscription"], tables)
    until = contracts.ended_on.coalesce(ibis.literal(FOREVER))
    cover = contracts.select("customer_id", "started_on", ended_on=until)
    return cover.filter(cover.started_on < as_of, cover.ended_on > cover.started_on)


def sale_cover(tables: Tables, rules: Rules, as_of: date) -> ir.Table:
    """The day of each sale and the days of inactivity after which its buyer no longer counts."""
    orders = tables["order"]
    sales = as_survivor(orders.filter(orders.kind == "sale", orders.subscription_id.isnull()), tables)
    sales = sales.filter(sales.ordered_on < as_of).select("customer_id", "ordered_on").distinct()
    return sales.select(
        "customer_id",
        started_on=sales.ordered_on,
        ended_on=days_after(sales.ordered_on, inactivity(sales, tables, rules) + 1),
    )


def inactivity(sales: ir.Table, tables: Tables, rules: Rules) -> ir.IntegerValue:
    """How many days without a sale end the relationship with each buyer."""
    days = ibis.literal(rules.inactivity_days, "int64")
    for segment, own in rules.inactivity_by_segment:
        customer = tables["customer"]
        members = customer.filter(customer.segment == segment).customer_id
        days = sales.customer_id.isin(members).ifelse(ibis.literal(own, "int64"), days)
    return days


def merged(cover: ir.Table, *, gap_days: int) -> ir.Table:
    """Stretches that overlap, touch, or lie at most ``gap_days`` apart, as one."""
    before = ibis.window(group_by="customer_id", order_by=("started_on", "ended_on"), preceding=(None, 1))
    so_far = ibis.window(group_by="customer_id", order_by=("started_on", "ended_on"), preceding=None, following=0)
    reach = cover.mutate(reach=cover.ended_on.max().over(before))
    apart = reach.reach.isnull() | (reach.started_on > days_after(reach.reach, ibis.literal(gap_days)))
    marked = reach.mutate(first=apart.ifelse(1, 0))
    islands = marked.mutate(island=marked["first"].sum().over(so_far))
    return (
        islands.group_by("customer_id", "island")
        .agg(started_on=islands.started_on.min(), ended_on=islands.ended_on.max())
        .select("customer_id", "started_on", "ended_on")
    )
