"""Shifted beta-geometric (Fader and Hardie 2007): how long customers with a contract go on renewing it.

Each has a chance of their own to leave at a renewal, spread as a beta distribution (``alpha``, ``beta``). Those with a
high one leave first, so retention grows with age without anyone becoming more loyal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, gammaln, hyp2f1, polygamma

from crmeter.stats.clv.fit import Fit, fit_of, given
from crmeter.stats.clv.histories import Numbers
from crmeter.stats.clv.newton import Terms, in_logs, maximise

START = (1.0, 2.0)


@dataclass(frozen=True)
class ShiftedBetaGeometric:
    """Chances to leave at a renewal: beta (``alpha``, ``beta``). Time is counted in renewals."""

    names: ClassVar[tuple[str, ...]] = ("alpha", "beta")

    fit: Fit

    @classmethod
    def of(cls, alpha: float, beta: float) -> Self:
        """The model with parameters from elsewhere."""
        return cls(given(cls.names, (alpha, beta)))

    def with_parameters(self, parameters: ArrayLike) -> Self:
        """The same model with other parameters, such as one of ``fit.draws``."""
        return replace(self, fit=given(self.names, parameters))

    def survival(self, renewals: ArrayLike) -> Numbers:
        """The share of customers still there after each number of renewals.

        >>> ShiftedBetaGeometric.of(1, 1).survival([0, 1, 2, 3]).round(4).tolist()
        [1.0, 0.5, 0.3333, 0.25]
        """
        alpha, beta = self.fit.parameters
        at = np.atleast_1d(np.asarray(renewals, float))
        found: Numbers = np.exp(gammaln(beta + at) - gammaln(beta) + gammaln(alpha + beta) - gammaln(alpha + beta + at))
        return found

    def retention(self, renewal: ArrayLike) -> Numbers:
        """The share of customers that pass each renewal, the first being 1, of those who passed the one before."""
        alpha, beta = self.fit.parameters
        at = np.atleast_1d(np.asarray(renewal, float))
        found: Numbers = (beta + at - 1) / (alpha + beta + at - 1)
        return found

    def residual_lifetime(self, discount: float, renewals: int) -> float | None:
        """Periods still expected of a customer who passed so many renewals, just before the next one is due.

        A period is worth less by ``discount`` (0.1 for 10%) for each one that it comes later than the next. None where
        it has no bound: without a discount, where ``alpha`` is 1 or less.
        """
        if not 0 <= discount < math.inf or renewals < 0:
            raise ValueError("the discount and the renewals are numbers of 0 or more")
        alpha, beta = self.fit.parameters.tolist()
        staying = beta + renewals
        if discount == 0:
            return staying / (alpha - 1) if alpha > 1 else None
        return float(staying / (alpha + staying) * hyp2f1(1.0, staying + 1, alpha + staying + 1, 1 / (1 + discount)))


def fit(lost_per_period: ArrayLike, survivors: ArrayLike) -> ShiftedBetaGeometric:
    """By maximum likelihood: how many left at the first renewal, the second and so on, and how many are still there.

    ``survivors`` is one number, all of whom passed the last of these renewals; or, where customers began at different
    times, one for each renewal: those who passed it and have not come to the next. Raises ValueError for numbers below
    0, and where no customer has come to a renewal.
    """
    lost = np.asarray(lost_per_period, float)
    staying = np.asarray(survivors, float)
    if lost.ndim != 1 or len(lost) == 0 or staying.shape not in {(), lost.shape}:
        raise ValueError("lost_per_period is one number for each renewal, survivors one for all or for each")
    if staying.ndim == 0:
        staying = np.concatenate((np.zeros(len(lost) - 1), [float(staying)]))
    total = float(lost.sum() + staying.sum())
    if not np.isfinite(total) or not (lost >= 0).all() or not (staying >= 0).all() or total <= 0:
        raise ValueError("lost_per_period and survivors are numbers of 0 or more, and not all 0")
    start = np.log(START)
    optimum = maximise(lambda logs: log_likelihood(logs, lost, staying), start, total)
    return ShiftedBetaGeometric(fit_of(ShiftedBetaGeometric.names, optimum, start, np.ones(2), total))


def log_likelihood(logs: Numbers, lost: Numbers, staying: Numbers) -> Terms:
    """Height, slope and curvature at these logarithms of the parameters.

    One who left at renewal t adds log B(alpha + 1, beta + t - 1), one still there after it log B(alpha, beta + t), both
    less log B(alpha, beta), where B is the beta function.
    """
    alpha, beta = parameters = np.exp(logs)
    renewals = np.arange(1, len(lost) + 1.0)
    total = lost.sum() + staying.sum()

    def parts(of: Callable[[Numbers], Numbers]) -> tuple[float, float, float]:
        """The terms of alpha, of beta and of their sum, for log gamma or a derivative of it."""
        leave = lost.sum() * (of(alpha + 1) - of(alpha))
        stay = lost @ of(beta + renewals - 1) + staying @ of(beta + renewals) - total * of(beta)
        both = total * of(alpha + beta) - (lost + staying) @ of(alpha + beta + renewals)
        return float(leave), float(stay), float(both)

    height = sum(parts(gammaln))
    leave, stay, both = parts(digamma)
    slope = np.array([leave + both, stay + both])
    leave, stay, both = parts(lambda at: polygamma(1, at))
    return in_logs(parameters, height, slope, np.array([[leave + both, both], [both, stay + both]]))
