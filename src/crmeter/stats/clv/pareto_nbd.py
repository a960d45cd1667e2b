"""Pareto/NBD (Schmittlein, Morrison and Colombo 1987): customers may leave at any time, ordering or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from crmeter.stats.clv.curves import along_curve
from crmeter.stats.clv.fit import fit_of
from crmeter.stats.clv.histories import Histories, Numbers, checked_weights, collapse, sample
from crmeter.stats.clv.newton import maximise
from crmeter.stats.clv.order_model import OrderModel, discounted
from crmeter.stats.clv.pareto_likelihood import BLOCK, Likelihood, Rows

SAMPLE = 10_000  # customers that show the way to the parameters, where there are many more
START = (0.6, 0.3, 0.6, 0.4)  # in ages of the oldest customer


@dataclass(frozen=True)
class ParetoNbd(OrderModel):
    """Rates of ordering: gamma (``r``, ``alpha`` in days); rates of leaving: gamma (``s``, ``beta`` in days).

    >>> weeks = ParetoNbd.of(0.55, 10.56, 0.61, 11.64)  # the unit is what the parameters are in
    >>> weeks.expected_orders_of_new([1, 2]).round(7).tolist()
    [0.0507782, 0.0991609]
    """

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")

    def probability_active(self, histories: Histories) -> Numbers:
        """How likely each customer may still order at ``age_days``, given what is known of them."""
        active = np.empty(len(histories))
        order = np.lexsort((histories.age_at_last_order, histories.repeat_orders))
        for start in range(0, len(order), BLOCK):
            rows = order[start : start + BLOCK]
            part = histories.of(rows)
            some = Rows(
                self.fit.parameters, part.repeat_orders.astype(np.float64), part.age_at_last_order, part.age_days
            )
            active[rows] = expit(-some.log_odds_of_having_left())
        return active

    def _orders_if_active(self, histories: Histories, horizon_days: float, discount_per_day: float) -> Numbers:
        r, alpha, s, beta = self.fit.parameters

        def of_ages(logs: Numbers) -> Numbers:
            """What a customer who orders once a day while active is worth."""
            scales = np.exp(logs)[:, None]
            return discounted(
                lambda days: scales * _until_leaving(s, np.log1p(days / scales)), horizon_days, discount_per_day
            )

        found = along_curve(of_ages, np.log(beta + histories.age_days))
        found *= (r + histories.repeat_orders) / (alpha + histories.age_days)
        return found

    def expected_orders_of_new(self, days: ArrayLike) -> Numbers:
        """Repeat orders expected of a new customer up to each age in ``days``."""
        r, alpha, s, beta = self.fit.parameters
        found: Numbers = r * beta / alpha * _until_leaving(s, np.log1p(np.atleast_1d(np.asarray(days, float)) / beta))
        return found


def fit(histories: Histories, weights: ArrayLike | None = None) -> ParetoNbd:
    """Pareto/NBD by maximum likelihood. ``weights`` tell how many customers each entry stands for.

    Raises ValueError without a customer. ``fit.status`` names what the data do not tell.
    """
    numbers = checked_weights(histories, weights)
    oldest = float(histories.age_days.max()) or 1.0
    first = start = np.log(START)
    if len(histories) > 3 * SAMPLE:
        few = Likelihood(*collapse(*sample(histories, numbers, SAMPLE)), oldest)
        start = maximise(few.at, first, few.customers, gain=1e-3).point
    full = Likelihood(*collapse(histories, numbers), oldest)
    optimum = maximise(full.at, start, full.customers)
    units = np.array([1.0, oldest, 1.0, oldest])
    shift = -full.orders * float(np.log(oldest))
    return ParetoNbd(fit_of(ParetoNbd.names, optimum, first, units, full.customers, shift))


def _until_leaving(s: float, logs: Numbers) -> Numbers:
    """(1 - e^(-(s - 1) logs)) / (s - 1), and its limit where s is 1."""
    apart = s - 1
    if abs(apart) < 1e-12:
        return logs
    found: Numbers = -np.expm1(-apart * logs) / apart
    return found
