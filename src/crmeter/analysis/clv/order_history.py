"""From orders to what the models read: one row for each purchase customer, made by one statement on the engine.

Orders count as they do for the KPIs of value (the population ``ledger``): those of a merged customer are its
survivor's, those of a deleted one nobody's, what only invoices a subscription is no purchase, amounts are converted at
the rate of their day. A purchase is a business day with a sale: two orders of one day are one. A refund is none; it
takes part of the value away again, see :mod:`crmeter.analysis.clv.worth`.

The row says the same twice: up to the cut-off, and up to the day from which on orders are held out, so that a model can
be fitted to the first part and asked about the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.populations.orders import LEDGER
from crmeter.model.populations.population import Horizon, Tables
from crmeter.stats.clv.histories import Histories
from crmeter.warehouse.duck import Warehouse

Whole = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Cut:
    """Where the history ends (``end``, the first day that is not looked at), and where a part of ``held_days`` before
    it begins that can be held out."""

    end: date
    held_days: int

    @property
    def split(self) -> date:
        """The first day that is held out."""
        return self.end - timedelta(days=self.held_days)

    @property
    def before_split(self) -> date:
        """The first day of as many days right before the split."""
        return self.split - timedelta(days=self.held_days)


@dataclass(frozen=True)
class Bought:
    """What some customers had bought by some day. ``valued_days`` are the purchases whose amount is known in the
    currency of the workspace, ``amount`` is what they came to; refunds are not in it."""

    histories: Histories
    valued_days: Whole
    amount: Numbers

    @property
    def unpriced(self) -> int:
        """How many purchases have no amount, for want of a rate."""
        return int((self.histories.repeat_orders + 1 - self.valued_days).sum())

    @property
    def mean_value(self) -> Numbers:
        """The mean amount of a purchase; 0 where none has an amount."""
        return np.asarray(np.maximum(self.amount, 0.0) / np.maximum(self.valued_days, 1))

    def of(self, rows: NDArray[Any]) -> Bought:
        """The same of some of the customers."""
        return Bought(self.histories.of(rows), self.valued_days[rows], self.amount[rows])


@dataclass(frozen=True)
class HeldOut:
    """The customers known at the split (``rows`` of all customers): what they had ``bought`` by then, their
    ``repeats_before`` in as many days before it, and what they did in the days held out."""

    rows: NDArray[np.intp]
    bought: Bought
    repeats_before: Whole
    purchases: Whole
    amount: Numbers


@dataclass(frozen=True)
class OrderHistory:
    """Every purchase customer up to a cut, by id."""

    cut: Cut
    customer_id: NDArray[np.object_]
    bought: Bought
    held_out: HeldOut

    def __len__(self) -> int:
        return len(self.customer_id)


def order_history(warehouse: Warehouse, currency: str, cut: Cut) -> OrderHistory:
    """The purchase customers of the warehouse, in the order of their ids."""
    found = warehouse.columns(purchase_customers(warehouse.tables, currency, cut).order_by("customer_id"))
    ids = found.pop("customer_id")
    # threads add up in whatever order they come; rounded to the digits of money a run is like the next
    found |= {name: np.round(found[name], 4) for name in ("amount", "amount_then")}
    found |= {name: found[name].astype("datetime64[D]") for name in ("first_on", "last_on", "last_on_then")}
    now = Bought(
        _histories(found["days"], found["first_on"], found["last_on"], cut.end),
        found["valued_days"].astype(np.int64),
        found["amount"],
    )
    rows = np.flatnonzero(found["days_then"] > 0)
    then = {name: column[rows] for name, column in found.items()}
    bought = Bought(
        _histories(then["days_then"], then["first_on"], then["last_on_then"], cut.split),
        then["valued_days_then"].astype(np.int64),
        then["amount_then"],
    )
    held_out = HeldOut(
        rows,
        bought,
        then["days_before"] - (then["first_on"] >= np.datetime64(cut.before_split)),
        then["days"] - then["days_then"],
        then["amount"] - then["amount_then"],
    )
    return OrderHistory(cut, ids, now, held_out)


def _histories(days: NDArray[Any], first: NDArray[Any], last: NDArray[Any], until: date) -> Histories:
    """Ages on the last day that is looked at, the one before ``until``."""
    age = (np.datetime64(until) - first).astype(np.float64) - 1
    return Histories(days - 1, (last - first).astype(np.float64), age)


def purchase_customers(tables: Tables, currency: str, cut: Cut) -> ir.Table:
    """One row a customer with a purchase before the cut: the ``days`` with one, the first and the last, of how many the
    amount is known (``valued_days``) and what those came to; the same before the split (``_then``), and the
    ``days_before`` the split within as many days."""
    day = _purchase_days(tables, currency, cut)
    then = day.on < cut.split
    return day.group_by("customer_id").agg(
        days=day.count(),
        first_on=day.on.min(),
        last_on=day.on.max(),
        valued_days=day.amount.count(),
        amount=day.amount.sum().coalesce(0.0),
        days_then=_only(then, day.on).count(),
        last_on_then=_only(then, day.on).max().coalesce(day.on.min()),
        valued_days_then=_only(then, day.amount).count(),
        amount_then=_only(then, day.amount).sum().coalesce(0.0),
        days_before=_only(then & (day.on >= cut.before_split), day.on).count(),
    )


def _purchase_days(tables: Tables, currency: str, cut: Cut) -> ir.Table:
    """One row a customer and business day with a purchase; ``amount`` is null where none of that day is known.

    Estimates need no hundredths: sums of floating point numbers take a third less time than exact ones.
    """
    rows = LEDGER.rows(tables, Horizon(currency, cut.end))
    rows = rows.filter(rows.on < cut.end, rows.purchases > 0)
    amount = _only(rows.sales > 0, rows.sale_amount.cast("float64"))
    return rows.group_by("customer_id", "on").agg(amount=amount.sum())


def _only(condition: ir.BooleanValue, value: Any) -> Any:
    """``value`` where ``condition`` holds, else null: nulls are neither counted nor added."""
    return condition.ifelse(value, ibis.null(value.type()))
