"""What customers bought: in a period, up to its end, and in a period beside the same one a year before."""

from __future__ import annotations

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.contributions.contribution import Contribution, identified
from crmeter.model.identity import as_survivor
from crmeter.model.populations.money import priced, unpriced, with_rate
from crmeter.model.populations.orders import LEDGER
from crmeter.model.populations.population import Horizon, Tables


def from_ledger(tables: Tables, horizon: Horizon) -> ir.Table:
    days = tables["period_day"]
    rows = identified(LEDGER.summed_rows(tables, horizon), tables)
    return rows.join(days, rows.on == days.day)


def from_so_far(tables: Tables, horizon: Horizon) -> ir.Table:
    """Everything a customer ordered before the end of the period, however long ago."""
    rows, period = identified(LEDGER.rows(tables, horizon), tables), tables["period"]
    found = rows.join(period, rows.on < period.period_end)
    return found.mutate(
        revenue_so_far=found.revenue,
        priced_so_far=1 - found.foreign_amounts,
        foreign_so_far=found.foreign_amounts,
    )


def so_far_by_customer(tables: Tables, horizon: Horizon) -> ir.Table:
    """The same. Most of it was ordered before several of the periods ended: it is summed up to the first end that it
    counts for, and those sums count for that period and all that end later."""
    rows, period = identified(LEDGER.rows(tables, horizon), tables), tables["period"]
    days = tables["order"].select(day=tables["order"].ordered_on).distinct()
    days = days.join(period, days.day < period.period_end)
    days = days.group_by("day").agg(first_end=days.period_end.min())
    rows = rows.join(days, rows.on == days.day)
    early = rows.group_by("member", "cell_group", "first_end").agg(
        revenue_so_far=rows.revenue.sum().cast("decimal(18, 4)"),
        priced_so_far=(1 - rows.foreign_amounts).sum(),
        foreign_so_far=rows.foreign_amounts.sum(),
    )
    return early.join(period, early.first_end <= period.period_end)


def from_year_on_year(tables: Tables, horizon: Horizon) -> ir.Table:
    """Orders of a period and of the same one a year before, both at the rates of the day the period starts."""
    orders, period = identified(as_survivor(tables["order"], tables), tables), tables["period_base"]
    on = orders.ordered_on
    now = (on >= period.period_start) & (on < period.period_end)
    then = (on >= period.base_start) & (on < period.base_end)
    found = orders.join(period, now | then)
    found = with_rate(found, found.period_start, tables, horizon)
    zero = ibis.literal(0, "decimal(18, 4)")
    amount = priced(found, found.amount).fill_null(zero)
    in_base = found.ordered_on < found.base_end  # the base lies before the period
    return found.mutate(
        revenue_now=in_base.ifelse(zero, amount),
        revenue_then=in_base.ifelse(amount, zero),
        foreign_year_on_year=unpriced(found, found.amount),
    )


ORDERED = Contribution("ledger", "order", "ledger", LEDGER.needs, tuple(LEDGER.adds), from_ledger)
SO_FAR = Contribution(
    "so_far",
    "order",
    "ledger",
    LEDGER.needs,
    ("revenue_so_far", "priced_so_far", "foreign_so_far"),
    from_so_far,
    lasting=True,
    by_customer=so_far_by_customer,
)
YEAR_ON_YEAR = Contribution(
    "year_on_year",
    "order",
    "ledger",
    ("order", "customer_alias"),
    ("revenue_now", "revenue_then", "foreign_year_on_year"),
    from_year_on_year,
)
