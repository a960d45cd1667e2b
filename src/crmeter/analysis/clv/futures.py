"""What customers may really do: futures drawn from what a model knows of each of them.

All models of orders here agree on the form. A customer who is gone orders nothing. One who is still active has a rate
of ordering that is Gamma(r + x, alpha + T), whatever else is known; and the stay that is left follows from the same
observation: a chance to leave after each order (BG/NBD, MBG/NBD) or a rate of leaving (Pareto/NBD). The amounts of the
orders are Gamma(p, nu), with a scale nu of the customer's own that is Gamma(q + p n, v + sum of the amounts so far).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.clv.gamma_gamma import GammaGamma
from crmeter.stats.clv.histories import Histories, Numbers
from crmeter.stats.clv.mbg_nbd import MbgNbd
from crmeter.stats.clv.order_model import DAYS_OF_YEAR, OrderModel
from crmeter.stats.clv.pareto_nbd import ParetoNbd

LARGEST = 9.0e15  # of a mean that counts are drawn from
GONE = 1e-300


@dataclass(frozen=True)
class Futures:
    """Drawn futures, one row a draw and one column a customer: how many ``orders``, and what they are worth together,
    discounted."""

    orders: NDArray[np.int64]
    value: Numbers


def orders_ahead(
    model: OrderModel, histories: Histories, horizon_days: float, annual_discount: float, draws: int, seed: int
) -> tuple[NDArray[np.int64], Numbers]:
    """How many orders each customer makes in each draw, and how much less a discounted one counts on average.

    Orders of one draw lie evenly over the days until the customer leaves: where exactly each falls hardly matters to
    the discount.
    """
    rng = np.random.default_rng(seed)
    size = (draws, len(histories))
    r, alpha = model.fit["r"], model.fit["alpha"]
    rate = rng.gamma(r + histories.repeat_orders, 1.0, size) / (alpha + histories.age_days)
    active = rng.random(size) < model.probability_active(histories)
    if isinstance(model, ParetoNbd):
        leaving = rng.gamma(model.fit["s"], 1.0, size) / (model.fit["beta"] + histories.age_days)
        days = np.minimum(rng.exponential(1.0, size) / np.maximum(leaving, GONE), horizon_days)
        made = rng.poisson(np.minimum(rate * days, LARGEST))
        orders = np.where(active, made, 0)
    else:
        first = 1 if isinstance(model, MbgNbd) else 0
        chance = rng.beta(model.fit["a"], model.fit["b"] + histories.repeat_orders + first, size)
        made = rng.poisson(np.minimum(rate * horizon_days, LARGEST))
        days = np.full(size, float(horizon_days))
        # the last order is the first after which the customer leaves; none where that chance is as good as 0
        last = np.log(rng.random(size)) / np.log1p(-np.clip(chance, 1e-15, 1 - 1e-15))
        orders = np.where(active, np.minimum(made, np.minimum(np.floor(last), LARGEST) + 1), 0).astype(np.int64)
    return orders, _discount(orders, made, days, annual_discount)


def _discount(orders: NDArray[np.int64], made: NDArray[np.int64], days: Numbers, annual_discount: float) -> Numbers:
    """The mean worth today of the first ``orders`` of as many as were ``made``, evenly over the ``days``."""
    if annual_discount == 0:
        return np.ones(orders.shape)
    per_step = math.log1p(annual_discount) / DAYS_OF_YEAR * days / (made + 1)
    count = np.maximum(orders, 1)
    # the mean of exp(-k step) for k = 1 … count
    worth: Numbers = np.expm1(-per_step * count) / (np.expm1(-per_step) * count) * np.exp(-per_step)
    return np.where(per_step > 1e-12, worth, 1.0)


def drawn(
    model: OrderModel,
    worth: GammaGamma | None,
    bought: tuple[Histories, Numbers, Numbers],
    horizon_days: float,
    annual_discount: float,
    draws: int,
    seed: int = 0,
) -> Futures:
    """Futures of customers of whom ``bought`` tells the histories, the purchases with an amount and their mean amount.

    Without a model of the ``worth`` of orders each is taken to bring the mean amount.
    """
    histories, number, mean = bought
    orders, discount = orders_ahead(model, histories, horizon_days, annual_discount, draws, seed)
    if worth is None:
        return Futures(orders, orders * discount * mean)
    rng = np.random.default_rng(seed + 1)
    p, q, v = worth.fit.parameters
    scale = rng.gamma(q + p * number, 1.0, orders.shape) / (v + number * mean)
    amount = np.where(orders > 0, rng.gamma(np.maximum(p * orders, GONE), 1.0) / np.maximum(scale, GONE), 0.0)
    return Futures(orders, amount * discount)
