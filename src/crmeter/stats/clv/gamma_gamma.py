"""Gamma-Gamma (Fader and Hardie 2013): what the orders of a customer are worth on average, in the long run.

It takes what an order is worth to have nothing to do with how often the customer orders: the caller is to check that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln, polygamma

from crmeter.stats.clv.fit import Fit, fit_of, given
from crmeter.stats.clv.histories import Numbers, counted, sampled_rows
from crmeter.stats.clv.newton import Terms, in_logs, maximise

SAMPLE = 20_000  # customers that show the way to the parameters, where there are many more
BLOCK = 1 << 12  # fits in a core's cache, and is small enough that BLAS starts no threads for it
START = (2.0, 2.5, 1.0)  # in mean order values


@dataclass(frozen=True)
class GammaGamma:
    """Order values of a customer: gamma (``p``, a scale of their own); the scales: gamma (``q``, ``v`` in money)."""

    names: ClassVar[tuple[str, ...]] = ("p", "q", "v")

    fit: Fit

    @classmethod
    def of(cls, p: float, q: float, v: float) -> Self:
        """The model with parameters from elsewhere."""
        return cls(given(cls.names, (p, q, v)))

    def with_parameters(self, parameters: ArrayLike) -> Self:
        """The same model with other parameters, such as one of ``fit.draws``."""
        return replace(self, fit=given(self.names, parameters))

    def is_defined(self, orders: ArrayLike) -> NDArray[np.bool_]:
        """Whether a customer with so many orders has an expected value: with ``q`` of 1 or less one without any has
        none, since a few customers of boundless value would make up the mean.
        """
        p, q, _ = self.fit.parameters
        defined: NDArray[np.bool_] = p * np.asarray(orders, float) + q > 1
        return defined

    def expected_order_value(self, orders: ArrayLike, mean_value: ArrayLike) -> Numbers:
        """What an order of each customer is worth in the long run, from the mean value of the ``orders`` seen.

        It lies between that mean and the mean of all, the nearer to the first the more orders there are; with 0 orders
        it is the mean of all, whatever ``mean_value`` says. Raises ValueError where it is not defined.

        >>> GammaGamma.of(6.25, 3.74, 15.44).expected_order_value([0, 2], [0, 22.35]).round(2).tolist()
        [35.22, 24.66]
        """
        if not self.is_defined(orders).all():
            raise ValueError("with q of 1 or less the mean order value has no bound: ask is_defined first")
        p, q, v = self.fit.parameters
        number = np.asarray(orders, float)
        total = np.where(number > 0, number * np.asarray(mean_value, float), 0.0)
        value: Numbers = np.atleast_1d(p * (v + total) / (p * number + q - 1))
        return value


def fit(orders: ArrayLike, mean_value: ArrayLike, weights: ArrayLike | None = None) -> GammaGamma:
    """Gamma-Gamma by maximum likelihood, from the number of orders of each customer and their mean value.

    Customers without an order of a value above 0 tell nothing and are left out; ``fit.customers`` counts the others.
    Raises ValueError where none is left, or where the rows do not fit one another.
    """
    number, mean = np.asarray(orders, float), np.asarray(mean_value, float)
    weight = None if weights is None else np.asarray(weights, float)
    number, mean, weight = _that_tell(number, mean, weight)
    unit = float(np.average(mean, weights=weight))
    mean /= unit
    likelihood = Likelihood(number, mean, weight)
    first = start = np.log(START)
    if len(number) > 3 * SAMPLE:
        some = sampled_rows(len(number), SAMPLE)
        few = Likelihood(number[some], mean[some], None if weight is None else weight[some])
        start = maximise(few.at, first, few.customers, gain=1e-3).point
    optimum = maximise(likelihood.at, start, likelihood.customers)
    units = np.array([1.0, 1.0, unit])
    shift = -likelihood.customers * float(np.log(unit))
    return GammaGamma(fit_of(GammaGamma.names, optimum, first, units, likelihood.customers, shift))


def _that_tell(number: Numbers, mean: Numbers, weight: Numbers | None) -> tuple[Numbers, Numbers, Numbers | None]:
    """The customers with an order of a value above 0."""
    if number.ndim != 1 or not number.shape == mean.shape == (number if weight is None else weight).shape:
        raise ValueError("orders, mean_value and weights are rows of the same length")
    every = (number, mean) if weight is None else (number, mean, weight)
    if not all(np.isfinite(each.sum()) for each in every):  # a sum is finite where each number is
        raise ValueError("orders, mean_value and weights are finite numbers")
    tells = (number > 0) & (mean > 0)
    if weight is not None:
        tells &= weight > 0
    if not tells.any():
        raise ValueError("no customer has an order of a value above 0")
    return number[tells], mean[tells], None if weight is None else weight[tells]


class Likelihood:
    """The log likelihood of the mean values: for x orders of mean z, with S = x z,

    log gamma(p x + q) - log gamma(p x) - log gamma(q) + q log v + p x log S - log z - (p x + q) log(S + v).
    """

    def __init__(self, number: Numbers, mean: Numbers, weight: Numbers | None) -> None:
        self._sums, self._weights = number * mean, weight
        self._per_order = number if weight is None else weight * number
        self._distinct, self._tally = counted(number, weight)
        self.customers = float(self._tally.sum())
        log_mean = np.log(mean)
        self._log_means = float(log_mean.sum() if weight is None else (weight * log_mean).sum())
        # log S = log x + log z, and log x is that of few distinct numbers
        self._log_sums = float((self._per_order * log_mean).sum())
        self._log_sums += float(self._tally @ (self._distinct * np.log(self._distinct)))

    def at(self, logs: Numbers) -> Terms:
        """Height, slope and curvature at these logarithms of the parameters."""
        p, q, v = parameters = np.exp(logs)
        n, tally, x = self.customers, self._tally, self._distinct
        (log, log_x), (one, one_x), (two, two_x) = self._of_sums(v)
        height = tally @ (gammaln(p * x + q) - gammaln(p * x)) - n * gammaln(q) + n * q * np.log(v)
        height += p * (self._log_sums - log_x) - self._log_means - q * log
        both = digamma(p * x + q)
        slope = np.array(
            [
                tally @ (x * (both - digamma(p * x))) + self._log_sums - log_x,
                tally @ both - n * digamma(q) + n * np.log(v) - log,
                n * q / v - p * one_x - q * one,
            ]
        )
        both = polygamma(1, p * x + q)
        mixed = tally @ (x * both)
        curvature = np.array(
            [
                [tally @ (x**2 * (both - polygamma(1, p * x))), mixed, -one_x],
                [mixed, tally @ both - n * polygamma(1, q), n / v - one],
                [-one_x, n / v - one, p * two_x + q * two - n * q / v**2],
            ]
        )
        return in_logs(parameters, float(height), slope, curvature)

    def _of_sums(self, v: float) -> Numbers:
        """Sums over customers, each counted once and once for each order, of log(S + v), 1 / (S + v) and its square."""
        found = np.zeros((3, 2))
        for start in range(0, len(self._sums), BLOCK):
            part = slice(start, start + BLOCK)
            weight, per_order = None if self._weights is None else self._weights[part], self._per_order[part]
            total = self._sums[part] + v
            one = 1 / total
            for row, term in enumerate((np.log(total), one, one * one)):
                found[row] += term.sum() if weight is None else weight @ term, per_order @ term
        return found
