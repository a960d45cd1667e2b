"""What an order is worth: the amount of each customer's orders, what of it is paid back, and what is left of it.

Amounts are of the model Gamma-Gamma, from all purchases of a customer, the first one too. It takes the amount to have
nothing to do with how often somebody buys; the rank correlation of the two says whether that holds here.

The share that is paid back and the gross margin are the company's, over the 365 days to the cut-off (over all days
before it, where nothing was sold in those): refunds ÷ amount of sales, and the stated margin or else 1 − cost ÷ amount
of the sales whose cost is known, as the KPIs of value have them. What one customer sends back is not held against that
customer: it happens too seldom to tell customers apart.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from crmeter.analysis.clv.order_history import Bought
from crmeter.model.populations.orders import LEDGER
from crmeter.model.populations.population import Horizon
from crmeter.model.rules import Rules
from crmeter.stats.clv import gamma_gamma
from crmeter.stats.clv.gamma_gamma import GammaGamma
from crmeter.stats.clv.histories import Numbers
from crmeter.stats.intervals import two_sided_z
from crmeter.warehouse.duck import Warehouse

YEAR = timedelta(days=365)
NOTABLE = 0.2  # a rank correlation that moves the value of frequent buyers by more than the model's usual error


@dataclass(frozen=True)
class Correlation:
    """Spearman's rank correlation between the number of purchases and their mean amount, with its 95% interval, of the
    ``customers`` with more than one. ``holds``: the interval stays within ±NOTABLE; None where it reaches across."""

    value: float
    low: float
    high: float
    customers: int

    @property
    def holds(self) -> bool | None:
        if self.low >= -NOTABLE and self.high <= NOTABLE:
            return True
        return False if self.low > NOTABLE or self.high < -NOTABLE else None


@dataclass(frozen=True)
class OrderValue:
    """The amount of an order. ``model`` is None where a mean amount cannot be told by it; each order then counts the
    ``mean`` amount of all."""

    model: GammaGamma | None
    mean: float
    correlation: Correlation | None

    def of(self, bought: Bought, model: GammaGamma | None = None) -> Numbers:
        """What the next orders of each customer are expected to come to, each; with another ``model`` than the fitted
        one if given."""
        told = model or self.model
        if told is None:
            return np.full(len(bought.amount), self.mean)
        return told.expected_order_value(bought.valued_days, bought.mean_value)


def order_value(bought: Bought) -> OrderValue | None:
    """The model of amounts; None where no purchase has an amount above 0."""
    number, total = float(bought.valued_days.sum()), float(np.maximum(bought.amount, 0.0).sum())
    if total <= 0:
        return None
    model = gamma_gamma.fit(bought.valued_days, bought.mean_value)
    told = model if model.fit.is_ok and model.is_defined(0) and model.is_defined(bought.valued_days).all() else None
    return OrderValue(told, total / number, _correlation(bought))


def _correlation(bought: Bought) -> Correlation | None:
    """None of fewer than four customers, or where all buy equally often or for the same."""
    again = (bought.valued_days > 1) & (bought.amount > 0)
    if again.sum() < 4:
        return None
    ranks = [_ranks(column[again]) for column in (bought.valued_days.astype(np.float64), bought.mean_value)]
    if any(np.ptp(r) == 0 for r in ranks):
        return None
    value = float(np.corrcoef(ranks[0], ranks[1])[0, 1])
    # Fisher's transformation, with the variance for ranks of Bonett and Wright (2000)
    half = two_sided_z(0.95) * math.sqrt((1 + value**2 / 2) / (again.sum() - 3))
    centre = math.atanh(min(max(value, -1 + 1e-12), 1 - 1e-12))
    return Correlation(value, math.tanh(centre - half), math.tanh(centre + half), int(again.sum()))


def _ranks(values: Numbers) -> Numbers:
    """Ranks from 1, those alike sharing the mean of theirs.

    >>> _ranks(np.array([3.0, 1.0, 3.0])).tolist()
    [2.5, 1.0, 2.5]
    """
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    shared: Numbers = (last - (counts - 1) / 2)[inverse]
    return shared


@dataclass(frozen=True)
class Money:
    """What part of an amount is left: 1 − ``refund_share``, and of that the ``margin``. Without one (``margin_source``
    none) the value is revenue."""

    margin: float | None
    margin_source: str  # stated, cost_of_orders, none
    refund_share: float

    @property
    def kept(self) -> float:
        """Of each unit of an amount, how much is value."""
        return (1 - self.refund_share) * (1.0 if self.margin is None else self.margin)

    @property
    def value_of(self) -> str:
        return "revenue" if self.margin is None else "margin"

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "value_of": self.value_of}


def money(warehouse: Warehouse, rules: Rules, end: date, margin: float | None) -> Money:
    """How amounts become value before ``end``; a ``margin`` that is given counts before that of the settings."""
    amount, refunded, costed, cost = _sums(warehouse, rules.currency, end - YEAR, end)
    if not amount:
        amount, refunded, costed, cost = _sums(warehouse, rules.currency, date.min, end)
    stated = margin if margin is not None else rules.gross_margin
    source = "stated" if stated is not None else "cost_of_orders" if costed else "none"
    found = stated if stated is not None else 1 - cost / costed if costed else None
    return Money(found, source, min(refunded / amount, 1.0) if amount else 0.0)


def _sums(warehouse: Warehouse, currency: str, start: date, end: date) -> tuple[float, ...]:
    """Amount of sales, refunds, amount and cost of the sales with a known cost in the days from ``start`` to before
    ``end``."""
    rows = LEDGER.rows(warehouse.tables, Horizon(currency, end))
    rows = rows.filter(rows.on >= start, rows.on < end)
    names = ("sale_amount", "refund_amount", "costed_amount", "cost_of_sales")
    [row] = warehouse.rows(rows.agg(**{name: rows[name].sum().cast("float64") for name in names}))
    return tuple(float(number or 0) for number in row)
