"""The log likelihood of BG/NBD and MBG/NBD, with its slope and curvature in log parameters."""

from __future__ import annotations

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from crmeter.stats.clv.histories import Histories, Numbers
from crmeter.stats.clv.newton import Terms, in_logs

BLOCK = 1 << 12  # fits in a core's cache, and is small enough that BLAS starts no threads for it


class Likelihood:
    """Of histories with weights, those without a repeat order last; times are divided by ``unit``.

    A customer with x repeat orders who had k occasions to leave contributes, beside terms of x and k alone,
    -(r + x) log(alpha + T) and, where k > 0, log(1 + e^z) for not having left at the last of them:
    z = log a - log(b + k - 1) + (r + x) log((alpha + T) / (alpha + t)), t and T the ages at the last order and now.
    """

    def __init__(self, histories: Histories, weights: Numbers, unit: float, occasions_of_first_order: int) -> None:
        self._weights = weights
        self._counts = histories.repeat_orders.astype(np.float64)
        self._last = histories.age_at_last_order / unit
        self._ages = histories.age_days / unit
        self._first = occasions_of_first_order
        self._with_occasion = len(histories) if self._first else int(np.count_nonzero(histories.repeat_orders))
        tally = np.bincount(histories.repeat_orders, weights=weights)
        distinct = np.flatnonzero(tally)
        self._distinct, self._tally = distinct.astype(np.float64), tally[distinct]
        self.customers = float(self._tally.sum())
        self.orders = float(self._tally @ self._distinct)

    def at(self, logs: Numbers) -> Terms:
        """Height, slope and curvature at these logarithms of the parameters."""
        parameters = np.exp(logs)
        height, slope, curvature = self._of_counts(parameters)
        for start in range(0, self._with_occasion, BLOCK):
            part = slice(start, min(start + BLOCK, self._with_occasion))
            height += self._of_those_who_could_leave(parameters, part, slope, curvature)
        for start in range(self._with_occasion, len(self._ages), BLOCK):
            height += self._of_the_others(parameters, slice(start, start + BLOCK), slope, curvature)
        return in_logs(parameters, height, slope, curvature)

    def _of_counts(self, parameters: Numbers) -> Terms:
        """The terms in which the number of orders alone stands: sums over distinct numbers."""
        r, alpha, a, b = parameters
        n, tally, x = self.customers, self._tally, self._distinct
        k = x + self._first
        height = tally @ (gammaln(r + x) + gammaln(b + k) - gammaln(a + b + k))
        height += n * (r * np.log(alpha) - gammaln(r) + gammaln(a + b) - gammaln(b))
        both = n * digamma(a + b) - tally @ digamma(a + b + k)
        of_rate = tally @ digamma(r + x) + n * (np.log(alpha) - digamma(r))
        slope = np.array([of_rate, n * r / alpha, both, both + tally @ digamma(b + k) - n * digamma(b)])
        both = n * polygamma(1, a + b) - tally @ polygamma(1, a + b + k)
        curvature = np.zeros((4, 4))
        curvature[0, 0] = tally @ polygamma(1, r + x) - n * polygamma(1, r)
        curvature[0, 1] = curvature[1, 0] = n / alpha
        curvature[1, 1] = -n * r / alpha**2
        curvature[2:, 2:] = both
        curvature[3, 3] += tally @ polygamma(1, b + k) - n * polygamma(1, b)
        return float(height), slope, curvature

    def _of_those_who_could_leave(self, parameters: Numbers, part: slice, slope: Numbers, curvature: Numbers) -> float:
        """Adds to slope and curvature in place; gives what is added to the height."""
        r, alpha, a, b = parameters
        count, weight = self._counts[part], self._weights[part]
        shape = r + count
        now, then = alpha + self._ages[part], alpha + self._last[part]
        log_now = np.log(now)
        silence = log_now - np.log(then)
        staying = 1 / (b + count + (self._first - 1))
        z = shape * silence + np.log(a * staying)
        small = np.exp(-np.abs(z))
        left = np.where(z >= 0, 1.0, small) / (1 + small)  # how likely the customer has left
        now, then = 1 / now, 1 / then
        apart = now - then
        turns = np.stack((silence, shape * apart, np.full(len(z), 1 / a), -staying))  # of z, by each parameter
        weighted = weight * left
        slope += [term @ weighted for term in turns]
        slope[0] -= weight @ log_now
        slope[1] -= weight @ (shape * now)
        curvature += turns @ (turns * (weighted * (1 - left))).T
        mixed = weighted @ apart - weight @ now
        curvature[0, 1] += mixed
        curvature[1, 0] += mixed
        curvature[1, 1] += weight @ (shape * now**2) - weighted @ (shape * apart * (now + then))
        curvature[2, 2] -= weighted.sum() / a**2
        curvature[3, 3] += weighted @ staying**2
        return float(weight @ (np.maximum(z, 0.0) + np.log1p(small) - shape * log_now))

    def _of_the_others(self, parameters: Numbers, part: slice, slope: Numbers, curvature: Numbers) -> float:
        """Those without an occasion to leave: no order but the first, in the model where that is none."""
        r, alpha = parameters[:2]
        weight, now = self._weights[part], alpha + self._ages[part]
        logs, now = weight @ np.log(now), 1 / now
        slope[0] -= logs
        slope[1] -= r * (weight @ now)
        curvature[0, 1] -= weight @ now
        curvature[1, 0] -= weight @ now
        curvature[1, 1] += r * (weight @ now**2)
        return -float(r * logs)
