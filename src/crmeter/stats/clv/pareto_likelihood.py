"""The log likelihood of Pareto/NBD, with its slope and curvature in log parameters.

A customer with x repeat orders, the last at t, seen until T, contributes beside terms of x alone

    log( (alpha+T)^-(r+x) (beta+T)^-s  +  s * integral from t to T of (alpha+u)^-(r+x) (beta+u)^-(s+1) du ):

still there, or left at some time u. The usual closed form takes the difference of two hypergeometric functions, which
loses all digits for many orders; the integral has no difference in it. Over log(m + u), where m is the smaller of alpha
and beta, it is smooth, and Gauss-Legendre nodes give it to about 12 digits. Slope and curvature are moments over them.
"""

from __future__ import annotations

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from crmeter.stats.clv.histories import Histories, Numbers
from crmeter.stats.clv.newton import Terms, in_logs

BLOCK = 1 << 10  # with their nodes they fit in a core's cache, and BLAS starts no threads for them
DROP = 42.0  # natural logarithm of how much smaller than at the last order the integrand is where it is cut off
ENOUGH = ((2.0, 8), (4.0, 12), (8.0, 16), (14.0, 24), (21.0, 32), (np.inf, 64))  # up to this hardness, so many nodes
NODES = {count: np.polynomial.legendre.leggauss(count) for _, count in ENOUGH}


class Likelihood:
    """Of histories with weights; times are divided by ``unit``. Alike rows should stand together: they share nodes."""

    def __init__(self, histories: Histories, weights: Numbers, unit: float) -> None:
        self._weights = weights
        self._counts = histories.repeat_orders.astype(np.float64)
        self._last = histories.age_at_last_order / unit
        self._ages = histories.age_days / unit
        tally = np.bincount(histories.repeat_orders, weights=weights)
        distinct = np.flatnonzero(tally)
        self._distinct, self._tally = distinct.astype(np.float64), tally[distinct]
        self.customers = float(self._tally.sum())
        self.orders = float(self._tally @ self._distinct)

    def at(self, logs: Numbers) -> Terms:
        """Height, slope and curvature at these logarithms of the parameters."""
        parameters = np.exp(logs)
        height, slope, curvature = self._of_counts(parameters)
        for start in range(0, len(self._ages), BLOCK):
            part = slice(start, start + BLOCK)
            rows = Rows(parameters, self._counts[part], self._last[part], self._ages[part])
            height += rows.add(self._weights[part], slope, curvature)
        return in_logs(parameters, height, slope, curvature)

    def _of_counts(self, parameters: Numbers) -> Terms:
        """The terms in which the number of orders alone stands: sums over distinct numbers."""
        r, alpha, s, beta = parameters
        n, tally, shape = self.customers, self._tally, r + self._distinct
        height = tally @ gammaln(shape) + n * (r * np.log(alpha) - gammaln(r) + s * np.log(beta))
        of_rate = tally @ digamma(shape) + n * (np.log(alpha) - digamma(r))
        slope = np.array([of_rate, n * r / alpha, n * np.log(beta), n * s / beta])
        curvature = np.zeros((4, 4))
        curvature[0, 0] = tally @ polygamma(1, shape) - n * polygamma(1, r)
        curvature[0, 1] = curvature[1, 0] = n / alpha
        curvature[1, 1] = -n * r / alpha**2
        curvature[2, 3] = curvature[3, 2] = n / beta
        curvature[3, 3] = -n * s / beta**2
        return float(height), slope, curvature


class Rows:
    """Some customers, and the integral over the time since the last order of each at nodes that they share.

    All is told relative to its value at the last order, so that nothing overflows however many orders there are.
    """

    def __init__(self, parameters: Numbers, counts: Numbers, last: Numbers, ages: Numbers) -> None:
        r, alpha, s, beta = self._parameters = parameters
        self._shape, silence = r + counts, ages - last
        self._at_alpha, self._at_beta = alpha + last, beta + last
        cut = np.minimum(silence, self._at_alpha * np.expm1(np.minimum(DROP / self._shape, 50.0)))
        cut = np.minimum(cut, self._at_beta * np.expm1(min(DROP / s, 50.0)))
        smaller, larger = (self._at_alpha, self._at_beta) if alpha <= beta else (self._at_beta, self._at_alpha)
        width = np.log1p(cut / smaller)
        nodes, weights = self._nodes(width, cut)
        by_smaller = np.multiply.outer((nodes + 1) / 2, width)
        since = np.expm1(by_smaller)
        since *= smaller
        by_larger = np.log1p(since / larger)
        self._since, self._silence = since, silence
        self._logs = (by_smaller, by_larger) if alpha <= beta else (by_larger, by_smaller)  # of alpha + u, beta + u
        self._logs_now = np.log1p(silence / self._at_alpha), np.log1p(silence / self._at_beta)
        exponent = by_smaller - self._shape * self._logs[0] - (s + 1) * self._logs[1]
        self._left = np.exp(exponent, out=exponent)
        self._left *= weights[:, None] * ((s / 2) * width * (smaller / self._at_beta))  # du is (m + u) d log(m + u)
        self._active_log = -self._shape * self._logs_now[0] - s * self._logs_now[1]

    def _nodes(self, width: Numbers, cut: Numbers) -> tuple[Numbers, Numbers]:
        """As many nodes as it takes: more for a wide range, and for a steep fall within it."""
        fall = self._shape * np.log1p(cut / self._at_alpha) + self._parameters[2] * np.log1p(cut / self._at_beta)
        hardest = max(float(width.max()), float(fall.max()) / 2)
        return NODES[next(count for limit, count in ENOUGH if hardest <= limit)]

    def log_odds_of_having_left(self) -> Numbers:
        """Minus infinity where the last order is of the last day."""
        left = self._left.sum(axis=0)
        odds = np.full(len(left), -np.inf)
        np.log(left, out=odds, where=left > 0)
        odds -= self._active_log
        return odds

    def add(self, weight: Numbers, slope: Numbers, curvature: Numbers) -> float:
        """Adds to slope and curvature in place; gives what is added to the height."""
        s = self._parameters[2]
        left, active = self._left, np.exp(self._active_log)
        total = left.sum(axis=0) + active
        left /= total
        active /= total
        turns, turns_now = self._turns(), self._turns_now()
        weighted = turns * left
        means = weighted.sum(axis=1) + turns_now * active
        weighted *= weight
        of_left = weighted.reshape(4, -1) @ turns.reshape(4, -1).T
        of_active = (turns_now * (weight * active)) @ turns_now.T
        curvature += of_left + of_active - (means * weight) @ means.T
        # the second derivatives of the integrand's logarithm, told by its first ones
        mixed = weight @ (means[1] / self._shape)
        curvature[0, 1] += mixed
        curvature[1, 0] += mixed
        curvature[1, 1] += np.einsum("qn,qn,n->", weighted[1], turns[1], 1 / self._shape)
        curvature[1, 1] += (weight * active / self._shape) @ turns_now[1] ** 2
        curvature[2, 2] -= weight @ (1 - active) / s**2
        now = turns_now[3] * active
        mixed = weight @ ((means[3] - now) / (s + 1) + now / s)
        curvature[2, 3] += mixed
        curvature[3, 2] += mixed
        curvature[3, 3] += of_left[3, 3] / (s + 1) + of_active[3, 3] / s
        log_alpha, log_beta = np.log(self._at_alpha), np.log(self._at_beta)
        slope += [row @ weight for row in means]
        slope[0] -= weight @ log_alpha
        slope[2] -= weight @ log_beta
        return float(weight @ (np.log(total) - self._shape * log_alpha - s * log_beta))

    def _turns(self) -> Numbers:
        """How the logarithm of the integrand changes with each parameter, at every node of every row."""
        s = self._parameters[2]
        turns = np.empty((4, *self._left.shape))
        np.negative(self._logs[0], out=turns[0])
        np.divide(-self._shape, self._since + self._at_alpha, out=turns[1])
        np.subtract(1 / s, self._logs[1], out=turns[2])
        np.divide(-(s + 1), self._since + self._at_beta, out=turns[3])
        return turns

    def _turns_now(self) -> Numbers:
        """The same of the chance to be still there."""
        s = self._parameters[2]
        log_alpha, log_beta = self._logs_now
        by_alpha, by_beta = -self._shape / (self._at_alpha + self._silence), -s / (self._at_beta + self._silence)
        return np.stack((-log_alpha, by_alpha, -log_beta, by_beta))
