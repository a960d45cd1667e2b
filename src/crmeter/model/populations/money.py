"""Amounts in the currency of the workspace, at the rate of their day.

``rate(currency, day, rate)`` is what one unit of a currency is worth in the workspace's on a day: the latest rate known
within the seven days before. A currency or a day that is not in it has no rate, and its amounts count nowhere.
"""

from __future__ import annotations

from datetime import date

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.populations.population import Horizon, Rates, Tables, one


def with_rate(rows: ir.Table, day: ir.DateValue, tables: Tables, horizon: Horizon) -> ir.Table:
    """``rows`` with ``rate``, what their ``currency`` is worth on ``day`` in the currency that the horizon asks for.

    It is null where no rate is known. ``day`` is a column of ``rows``; a horizon of constant rates takes its own.
    """
    if horizon.rates is Rates.ORIGINAL:
        return rows.mutate(rate=ibis.literal(1.0))
    known = tables["rate"]
    known = known.select(rate_currency=known.currency, rate_day=known.day, known_rate=known.rate)
    same = [rows.currency == known.rate_currency]
    if isinstance(horizon.rates, date):
        known = known.filter(known.rate_day == horizon.rates)
    else:
        same.append(day == known.rate_day)
    found = rows.left_join(known, same)
    own = found.currency == horizon.currency
    kept = {name: found[name] for name in rows.columns}
    return found.select(**kept, rate=own.ifelse(ibis.literal(1.0), found.known_rate))


def priced(rows: ir.Table, amount: ir.DecimalValue) -> ir.DecimalValue:
    """An amount of ``rows`` that have a rate, in the currency of the horizon; null where the rate is unknown."""
    converted = (amount.cast("float64") * rows.rate).cast("decimal(18, 4)")
    return (rows.rate == 1.0).ifelse(amount, converted)


def unpriced(rows: ir.Table, amount: ir.DecimalValue) -> ir.IntegerValue:
    """1 for an amount that is left out because no rate is known."""
    return one(amount.notnull() & rows.rate.isnull())
