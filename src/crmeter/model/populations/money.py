"""Amounts in the currency of the workspace."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from crmeter.model.populations.population import Horizon, one


def in_currency(amount: ir.DecimalValue, currency: ir.StringValue, horizon: Horizon) -> ir.DecimalValue:
    """The amount where it is in the workspace's currency, else null: no rate, no number."""
    return (currency == horizon.currency).ifelse(amount, ibis.null("decimal(18, 4)"))


def foreign(amount: ir.DecimalValue, currency: ir.StringValue, horizon: Horizon) -> ir.IntegerValue:
    """1 for an amount that is left out because of its currency."""
    return one(amount.notnull() & (currency != horizon.currency))
