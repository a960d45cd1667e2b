"""The models of orders there are to choose from, the simplest first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from crmeter.stats.clv import bg_nbd, mbg_nbd, pareto_nbd
from crmeter.stats.clv.histories import Histories, Numbers
from crmeter.stats.clv.order_model import OrderModel

FITS: dict[str, Callable[[Histories], OrderModel]] = {
    "bg_nbd": bg_nbd.fit,
    "mbg_nbd": mbg_nbd.fit,
    "pareto_nbd": pareto_nbd.fit,
}
MODELS = tuple(FITS)
LEAST_CUSTOMERS = 100
LEAST_RETURNING = 30  # with a second purchase: what they do is all that a model learns from


def same_rate(histories: Histories, days: int) -> Numbers:
    """The naive guess that everyone goes on as often as before: repeat orders ÷ age, for so many days."""
    guess: Numbers = histories.repeat_orders / np.maximum(histories.age_days, 1.0) * days
    return guess
