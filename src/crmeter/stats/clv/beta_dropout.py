"""Models in which customers order at a steady rate of their own and may leave after each order, with a chance of their
own: rates spread as a gamma distribution (``r``, ``alpha``), chances as a beta distribution (``a``, ``b``).

BG/NBD and MBG/NBD differ in one thing: whether the first order is such an occasion to leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaln, expit, gammaln

from crmeter.stats.clv.beta_dropout_likelihood import Likelihood
from crmeter.stats.clv.curves import along_curve, groups
from crmeter.stats.clv.dropout_chances import orders_before_leaving
from crmeter.stats.clv.fit import fit_of
from crmeter.stats.clv.histories import (
    Histories,
    Numbers,
    checked_weights,
    collapse_one_time_buyers,
    sample,
)
from crmeter.stats.clv.newton import maximise
from crmeter.stats.clv.order_model import OrderModel, discounted

SAMPLE = 20_000  # customers that show the way to the parameters, where there are many more
START = (0.5, 0.2, 1.0, 2.0)  # in ages of the oldest customer


@dataclass(frozen=True)
class BetaDropout(OrderModel):
    """See the module; ``occasions_of_first_order`` is what sets the two models apart."""

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    occasions_of_first_order: ClassVar[int]

    @classmethod
    def fitted(cls, histories: Histories, weights: ArrayLike | None = None) -> Self:
        """The model of greatest likelihood. ``weights`` tell how many customers each entry stands for.

        Raises ValueError without a customer. ``fit.status`` names what the data do not tell.
        """
        numbers = checked_weights(histories, weights)
        oldest = float(histories.age_days.max()) or 1.0
        first = start = np.log(START)
        if len(histories) > 3 * SAMPLE:
            few = Likelihood(
                *collapse_one_time_buyers(*sample(histories, numbers, SAMPLE)), oldest, cls.occasions_of_first_order
            )
            start = maximise(few.at, first, few.customers, gain=1e-3).point
        full = Likelihood(*collapse_one_time_buyers(histories, numbers), oldest, cls.occasions_of_first_order)
        optimum = maximise(full.at, start, full.customers)
        units = np.array([1.0, oldest, 1.0, 1.0])
        shift = -full.orders * float(np.log(oldest))
        return cls(fit_of(cls.names, optimum, first, units, full.customers, shift))

    def probability_active(self, histories: Histories) -> Numbers:
        """How likely each customer may still order at ``age_days``, given what is known of them."""
        r, alpha, a, b = self.fit.parameters
        occasions = histories.repeat_orders + self.occasions_of_first_order
        silence = np.log1p((histories.age_days - histories.age_at_last_order) / (alpha + histories.age_at_last_order))
        silence *= r + histories.repeat_orders
        silence += np.log(a / (b + np.maximum(occasions, 1) - 1))
        active: Numbers = expit(-silence)
        if self.occasions_of_first_order == 0:
            active[occasions == 0] = 1.0
        return active

    def _orders_if_active(self, histories: Histories, horizon_days: float, discount_per_day: float) -> Numbers:
        found = np.empty(len(histories))
        for count, rows in groups(histories.repeat_orders):
            found[rows] = self._of_count(count, histories.age_days[rows], horizon_days, discount_per_day)
        return found

    def _of_count(self, count: int, ages: Numbers, horizon_days: float, discount_per_day: float) -> Numbers:
        """Orders of active customers with so many repeat orders: a smooth function of their age."""
        r, alpha, a, b = self.fit.parameters
        shape, staying = r + count, b + count + self.occasions_of_first_order
        fold = max(shape, 1.0)

        def orders_until(scales: Numbers, days: Numbers) -> Numbers:
            spans = np.divide.outer(1 / scales, 1 / days).ravel()
            found = along_curve(
                lambda at: orders_before_leaving(shape, a, staying, np.expm1(at) / fold), np.log1p(spans * fold)
            )
            return found.reshape(len(scales), len(days))

        def of_scales(logs: Numbers) -> Numbers:
            return discounted(lambda days: orders_until(np.exp(logs), days), horizon_days, discount_per_day)

        return along_curve(of_scales, np.log(alpha + ages))

    def expected_orders_of_new(self, days: ArrayLike) -> Numbers:
        """Repeat orders expected of a new customer up to each age in ``days``."""
        r, alpha, a, b = self.fit.parameters
        first = self.occasions_of_first_order
        stays = b / (a + b) if first else 1.0
        found: Numbers = stays * orders_before_leaving(r, a, b + first, np.atleast_1d(np.asarray(days, float)) / alpha)
        return found

    def probability_of_orders(self, counts: ArrayLike, days: float) -> Numbers:
        """How likely a new customer makes exactly each of these numbers of repeat orders up to the age ``days``."""
        r, alpha, a, b = self.fit.parameters
        number = np.atleast_1d(np.asarray(counts, float))
        occasions = number + self.occasions_of_first_order
        part = days / (alpha + days)
        exactly = np.exp(gammaln(r + number) - gammaln(r) - gammaln(number + 1) + r * np.log1p(-part)) * part**number
        found: Numbers = exactly * np.exp(betaln(a, b + occasions) - betaln(a, b))
        left = np.exp(betaln(a + 1, b + np.maximum(occasions, 1) - 1) - betaln(a, b))
        at_least = np.where(number > 0, betainc(np.maximum(number, 1), r, part), 1.0)
        found += np.where(occasions > 0, left * at_least, 0.0)
        return found
