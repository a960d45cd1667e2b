"""What each customer is expected to bring from the cut-off on, and how far that may be out.

Two kinds of interval, both 95%:

``low`` and ``high``  how well the expectation itself is known: the model's parameters are estimates (drawn anew from
    their errors). Narrow with many customers, and it says nothing about what one customer will do.
``prediction_low`` and ``prediction_high``  what the customer, or the group together, will really do: futures drawn from
    all that the model knows of them, the errors of the parameters included. Whole orders come or do not come, so for
    most customers it begins at 0.

Neither knows of prices, competitors or campaigns to come, nor whether the model itself is right: that is for the check
on held-out orders.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmeter.analysis.clv.futures import drawn
from crmeter.analysis.clv.order_history import Bought, OrderHistory
from crmeter.analysis.clv.worth import Money, OrderValue
from crmeter.stats.clv.gamma_gamma import GammaGamma
from crmeter.stats.clv.histories import Numbers
from crmeter.stats.clv.order_model import OrderModel
from crmeter.stats.intervals import two_sided_z

Z = two_sided_z(0.95)
SETS = 40  # of parameters, drawn from their errors
DRAWS = 40  # of each customer that the noise of totals is taken from
FUTURES = 2_000  # of a customer that is shown
MOST_FUTURES = 4_000_000  # of all that are shown together
SAMPLED = 6_000  # customers that the noise of totals is taken from, where there are more
LEAST_SAMPLED = 100  # of each group


@dataclass(frozen=True)
class Expected:
    """An expectation with both of its intervals, see the module; of a chance there is no prediction."""

    value: float
    low: float
    high: float
    prediction_low: float | None = None
    prediction_high: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {name: number for name, number in asdict(self).items() if number is not None}


@dataclass(frozen=True)
class Scores:
    """All purchase customers, scored."""

    history: OrderHistory
    model: OrderModel
    order_value: OrderValue
    money: Money
    horizon_days: int
    annual_discount: float

    @cached_property
    def probability_active(self) -> Numbers:
        """How likely each customer still orders."""
        return self.model.probability_active(self.history.bought.histories)

    @cached_property
    def expected_orders(self) -> Numbers:
        """Purchases of each customer within the horizon."""
        return self.model.expected_orders(self.history.bought.histories, self.horizon_days)

    @cached_property
    def expected_value(self) -> Numbers:
        """What those are worth today: discounted, less refunds, of it the margin."""
        return self._value(self.model, self.order_value.model, self.history.bought)

    def _value(self, model: OrderModel, worth: GammaGamma | None, bought: Bought) -> Numbers:
        orders = model.discounted_orders(bought.histories, self.horizon_days, self.annual_discount)
        value: Numbers = orders * self.order_value.of(bought, worth) * self.money.kept
        return value

    def of_customers(self, rows: Sequence[int]) -> list[dict[str, Expected]]:
        """``probability_active``, ``expected_orders`` and ``expected_value`` of some customers with their intervals."""
        index = np.asarray(rows, dtype=np.intp)
        some = self.history.bought.of(index)
        active, orders, value = (c[index] for c in (self.probability_active, self.expected_orders, self.expected_value))
        errors = (
            self.model.standard_errors_of(lambda m: m.probability_active(some.histories)),
            self.model.standard_errors_of(lambda m: m.expected_orders(some.histories, self.horizon_days)),
            _errors(self._changes(some), self._covariances()),
        )
        ahead = (_middle(column) for column in self._futures(some))
        chances = _bounded(active, errors[0])
        columns = [_around(orders, errors[1], *next(ahead)), _around(value, errors[2], *next(ahead))]
        names = ("probability_active", "expected_orders", "expected_value")
        return [dict(zip(names, each, strict=True)) for each in zip(chances, *columns, strict=True)]

    def _changes(self, some: Bought) -> tuple[Numbers, Numbers | None]:
        """How the expected value of each customer changes with the logarithm of each parameter of the two models."""
        worth = self.order_value.model
        of_orders = self.model.change_per_log_parameter(lambda m: self._value(m, worth, some))
        if worth is None:
            return of_orders, None
        each = self._value(self.model, worth, some) / self.order_value.of(some)
        return of_orders, each * _change_of_order_value(worth, some)

    def _covariances(self) -> tuple[Numbers, Numbers | None]:
        worth = self.order_value.model
        return self.model.fit.log_covariance, worth.fit.log_covariance if worth else None

    def _futures(self, some: Bought) -> tuple[NDArray[np.int64], Numbers]:
        """Orders and value in drawn futures, a few from each of as many sets of parameters as likely as the data leave
        them."""
        count = max(200, min(FUTURES, MOST_FUTURES // max(len(some.amount), 1)))
        worth = self.order_value.model
        amounts = worth.fit.draws(SETS, seed=12) if worth else [None] * SETS
        parts = []
        for seed, (own, of_amount) in enumerate(zip(self.model.fit.draws(SETS, seed=11), amounts, strict=True)):
            of_worth = worth.with_parameters(of_amount) if worth and of_amount is not None else None
            parts.append(self._drawn(self.model.with_parameters(own), of_worth, some, -(-count // SETS), seed))
        return np.concatenate([p.orders for p in parts]), np.concatenate([p.value for p in parts]) * self.money.kept

    def _drawn(self, model: OrderModel, worth: GammaGamma | None, some: Bought, draws: int, seed: int) -> Any:
        number = np.asarray(some.valued_days, dtype=np.float64)
        mean = some.mean_value if worth else np.full(len(number), self.order_value.mean)
        bought = (some.histories, number, mean)
        return drawn(model, worth, bought, self.horizon_days, self.annual_discount, draws, seed=2 * seed)

    @cached_property
    def _noise(self) -> tuple[tuple[Numbers, Numbers | None], Numbers]:
        """That of everybody: totals, tiers and groups are made of the same."""
        return self._noise_of(self.history.bought)

    def _noise_of(self, some: Bought) -> tuple[tuple[Numbers, Numbers | None], Numbers]:
        """How the expected value of each changes with the parameters, and the variance of what each will do."""
        futures = self._drawn(self.model, self.order_value.model, some, DRAWS, 99).value
        variance: Numbers = futures.var(axis=0, ddof=1) * self.money.kept**2
        return self._changes(some), variance

    def of_groups(self, codes: NDArray[np.intp], groups: int) -> list[Expected]:
        """The expected value of each group together; ``codes`` are the number of the group of each customer.

        The noise of large groups is taken from a sample of their customers.
        """
        if len(codes) <= SAMPLED:
            rows, weight = np.arange(len(codes)), np.ones(len(codes))
            changes, variance = self._noise
        else:
            rows, weight = _sample(codes, groups)
            changes, variance = self._noise_of(self.history.bought.of(rows))
        code = codes[rows]
        together = tuple(None if c is None else np.array([np.bincount(code, row * weight, groups) for row in c])
                         for c in changes)  # fmt: skip
        error = _errors((together[0], together[1]), self._covariances())
        own = np.bincount(code, variance * weight, groups)
        totals = np.bincount(codes, self.expected_value, groups)
        return [of_group(*map(float, row)) for row in zip(totals, error, own, strict=True)]


def _change_of_order_value(worth: GammaGamma, some: Bought) -> Numbers:
    """The derivative of the expected amount of an order by the logarithm of p, q and v, one row each."""
    p, q, v = worth.fit.parameters
    number, total = np.asarray(some.valued_days, dtype=np.float64), some.valued_days * some.mean_value
    below = p * number + q - 1
    value = p * (v + total) / below
    rows: Numbers = np.array([value * (q - 1) / below, -value * q / below, p * v / below])
    return rows


def _errors(changes: tuple[Numbers | None, Numbers | None], covariances: tuple[Numbers, Numbers | None]) -> Numbers:
    """Standard errors by the delta method; the two models were fitted apart."""
    variance: Numbers = np.zeros(1)
    for change, covariance in zip(changes, covariances, strict=True):
        if change is not None and covariance is not None:
            variance = variance + np.maximum(np.einsum("in,ij,jn->n", change, covariance, change), 0.0)
    return np.sqrt(variance)


def _middle(drawn_numbers: NDArray[Any]) -> tuple[Numbers, Numbers]:
    """The bounds of the middle 95% of the draws of each customer, which are among the draws."""
    low, high = np.quantile(drawn_numbers, (0.025, 0.975), axis=0, method="inverted_cdf")
    return low, high


def _bounded(chance: Numbers, error: Numbers) -> list[Expected]:
    """Chances with intervals that stay between 0 and 1: normal in their log odds."""
    safe = np.clip(chance, 1e-12, 1 - 1e-12)
    odds = np.log(safe / (1 - safe))
    half = np.minimum(Z * error / (safe * (1 - safe)), 700.0)
    low, high = (1 / (1 + np.exp(-np.clip(odds + sign * half, -700, 700))) for sign in (-1, 1))
    sure = (error == 0) | (chance == 1) | (chance == 0)
    low, high = np.where(sure, chance, low), np.where(sure, chance, high)
    return [Expected(*map(float, row)) for row in zip(chance, low, high, strict=True)]


def _around(value: Numbers, error: Numbers, ahead_low: Numbers, ahead_high: Numbers) -> list[Expected]:
    """Amounts above 0: the error is normal in their logarithm."""
    factor = np.exp(np.minimum(Z * error / np.maximum(value, 1e-300), 50.0))
    columns = (value, value / factor, value * factor, ahead_low, ahead_high)
    return [Expected(*map(float, row)) for row in zip(*columns, strict=True)]


def _sample(codes: NDArray[np.intp], groups: int) -> tuple[NDArray[np.intp], Numbers]:
    """Some customers of each group, and how many each stands for."""
    room = max(LEAST_SAMPLED, SAMPLED // max(groups, 1))
    shuffled = np.random.default_rng(5).permutation(len(codes))
    order = shuffled[np.argsort(codes[shuffled], kind="stable")]
    sizes = np.bincount(codes, minlength=groups)
    starts = np.cumsum(sizes) - sizes
    rows = np.concatenate([order[s : s + min(n, room)] for s, n in zip(starts, sizes, strict=True)] or [order[:0]])
    return rows, (sizes / np.maximum(np.minimum(sizes, room), 1))[codes[rows]]


def of_group(total: float, error: float, own: float) -> Expected:
    """The sum of many customers: gamma with its mean and variance, normal for large groups and never below 0."""
    from scipy.special import gammaincinv

    if total <= 0:
        return Expected(0.0, 0.0, 0.0, 0.0, 0.0)
    factor = math.exp(min(Z * error / total, 50.0))
    variance = error**2 + own
    shape = total**2 / variance if variance > 0 else math.inf
    bounds = gammaincinv(shape, [0.025, 0.975]) / shape * total if shape < 1e12 else (total, total)
    return Expected(total, total / factor, total * factor, float(bounds[0]), float(bounds[1]))
