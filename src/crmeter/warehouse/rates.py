"""The rate of every day, from rates of some days."""

from __future__ import annotations

import duckdb

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.days import days_after
from crmeter.warehouse.engines.embedded import on
from crmeter.warehouse.engines.engine import Engine

VALID_DAYS = 7
"""How many days after its own a rate still holds."""


def refresh_rates(where: Engine | duckdb.DuckDBPyConnection, currency: str) -> None:
    """Build ``derived.rate(currency, day, rate)``: what one unit of each currency is worth in ``currency``.

    A rate holds on its day and until the next one, VALID_DAYS at most. Where a day has the rate only the other way
    round, its inverse is taken. Rates are not chained over a third currency.
    """
    engine = on(where)
    engine.derive("rate", engine.to_sql(_daily(engine.tables()["fx_rate"], currency, VALID_DAYS)))


def _daily(known: ir.Table, home: str, valid_days: int) -> ir.Table:
    known = known.filter(known.rate > 0).mutate(one=known.from_currency.upper(), two=known.to_currency.upper())
    given = known.filter(known.two == home).select("on", "rate", currency="one", preference=ibis.literal(1))
    turned = known.filter(known.one == home)
    turned = turned.select("on", rate=1.0 / turned.rate, currency="two", preference=ibis.literal(2))
    both = given.union(turned.select(given.columns))
    both = both.filter(both.currency != home)
    best = ibis.window(group_by=("currency", "on"), order_by=("preference", "rate"))
    both = both.mutate(place=ibis.row_number().over(best))
    daily = both.filter(both.place == 0).select("currency", "on", "rate")
    later = ibis.window(group_by="currency", order_by="on", following=(1, None))
    ages = ibis.range(valid_days + 1).unnest().name("age").as_table()
    stretch = daily.mutate(following=daily.on.min().over(later)).cross_join(ages)
    stretch = stretch.mutate(day=days_after(stretch.on, stretch.age))
    stretch = stretch.filter(stretch.following.isnull() | (stretch.day < stretch.following))
    return stretch.select("currency", "day", "rate")
