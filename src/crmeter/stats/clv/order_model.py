"""What the models of orders have in common: what one can ask them about a customer."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from crmeter.stats.clv.fit import Fit, given
from crmeter.stats.clv.histories import Histories, Numbers

DAYS_OF_YEAR = 365.25
LOG_STEP = 1e-4  # of a central difference: its error is its square


@dataclass(frozen=True)
class OrderModel(ABC):
    """How often customers order and when they leave for good, with parameters from ``fit``. Times are in days."""

    names: ClassVar[tuple[str, ...]]

    fit: Fit

    @classmethod
    def of(cls, *parameters: float) -> Self:
        """The model with parameters from elsewhere, in the order of ``names``."""
        return cls(given(cls.names, parameters))

    def with_parameters(self, parameters: ArrayLike) -> Self:
        """The same model with other parameters, such as one of ``fit.draws``."""
        return replace(self, fit=given(self.names, parameters))

    @abstractmethod
    def probability_active(self, histories: Histories) -> Numbers:
        """How likely each customer may still order at ``age_days``, given what is known of them."""

    @abstractmethod
    def _orders_if_active(self, histories: Histories, horizon_days: float, discount_per_day: float) -> Numbers:
        """Orders in the horizon of customers who are active at ``age_days``, each worth less the later it comes."""

    @abstractmethod
    def expected_orders_of_new(self, days: ArrayLike) -> Numbers:
        """Repeat orders expected of a new customer up to each age in ``days``."""

    def expected_orders(self, histories: Histories, horizon_days: float) -> Numbers:
        """Orders expected of each customer in the ``horizon_days`` that follow ``age_days``."""
        return self.discounted_orders(histories, horizon_days, 0.0)

    def discounted_orders(self, histories: Histories, horizon_days: float, annual_discount: float) -> Numbers:
        """The same, each order worth less by ``annual_discount`` (0.1 for 10%) for each year until it comes.

        Raises ValueError for a horizon below 0 or not finite, or a discount below 0.
        """
        if not 0 <= horizon_days < math.inf or not 0 <= annual_discount < math.inf:
            raise ValueError("the horizon and the discount are numbers of 0 or more")
        if horizon_days == 0 or len(histories) == 0:
            return np.zeros(len(histories))
        per_day = math.log1p(annual_discount) / DAYS_OF_YEAR
        orders = self._orders_if_active(histories, horizon_days, per_day)
        orders *= self.probability_active(histories)
        return orders

    def change_per_log_parameter(self, quantity: Callable[[Self], Numbers]) -> Numbers:
        """How ``quantity`` of the model changes with the logarithm of each parameter, one row a parameter.

        With ``fit.log_covariance`` it gives standard errors by the delta method.
        """
        rows = []
        for i in range(len(self.names)):
            factor = np.ones(len(self.names))
            factor[i] = math.exp(LOG_STEP)
            above = quantity(self.with_parameters(self.fit.parameters * factor))
            below = quantity(self.with_parameters(self.fit.parameters / factor))
            rows.append((above - below) / (2 * LOG_STEP))
        return np.array(rows)

    def standard_errors_of(self, quantity: Callable[[Self], Numbers]) -> Numbers:
        """Standard errors of ``quantity``, from the errors of the parameters alone, by the delta method.

        They say how well the model's mean is known, not how far a single customer may lie from it.
        """
        change = self.change_per_log_parameter(quantity)
        variance = np.einsum("in,ij,jn->n", change, self.fit.log_covariance, change)
        errors: Numbers = np.sqrt(np.maximum(variance, 0.0))
        return errors


def discounted(orders_until: Callable[[Numbers], Numbers], horizon_days: float, discount_per_day: float) -> Numbers:
    """The worth of orders that come as ``orders_until`` tells: given days, one column each, what is there by then.

    By parts: the discount at the end for all of them, and what each gains by coming before.
    """
    at_end = orders_until(np.array([horizon_days]))[:, 0]
    if discount_per_day == 0:
        return at_end
    roots, weights = _ROOTS
    days = horizon_days * roots**2  # orders of the first days come fast, so there are more nodes there
    gains = discount_per_day * 2 * horizon_days * roots * weights * np.exp(-discount_per_day * days)
    worth: Numbers = math.exp(-discount_per_day * horizon_days) * at_end
    worth += np.einsum("nd,d->n", orders_until(days), gains)
    return worth


def _unit_legendre(count: int) -> tuple[Numbers, Numbers]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return (nodes + 1) / 2, weights / 2


_ROOTS = _unit_legendre(40)
