"""Orders before leaving, where the chance to leave after an order differs from customer to customer."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import betaln, expit

from crmeter.stats.clv.histories import Numbers

DROP = 40.0  # natural logarithm of how much smaller than its top an integrand is where it is cut off
BLOCK = 1 << 9


def orders_before_leaving(shape: float, a: float, b: float, spans: Numbers) -> Numbers:
    """The mean of (1 - (1 + p * span) ** -shape) / p over chances p of a beta distribution (a, b), for each span.

    It is the number of orders of a customer whose rate is gamma distributed with ``shape``, in a time of ``span`` of
    its scales, until one of them is the last. The formula with a hypergeometric function takes differences of large
    numbers where ``a`` is near 1. Here the mean is taken over log odds of p, of what is left after a straight line
    through the ends p = 0 and p = 1, by the trapezoidal rule, which for such a function is right to nearly all digits.
    """
    odds, mass = _nodes(a, b)
    chances, others = expit(odds), expit(-odds)
    found = np.empty(len(spans))
    for start in range(0, len(spans), BLOCK):
        part = slice(start, start + BLOCK)
        span = spans[part]
        never, surely = shape * span, -np.expm1(-shape * np.log1p(span))
        line = np.multiply.outer(others, never) + np.multiply.outer(chances, surely)
        curve = -np.expm1(-shape * np.log1p(np.multiply.outer(chances, span)))
        curve /= chances[:, None]
        curve -= line
        found[part] = never * (b / (a + b)) + surely * (a / (a + b)) + np.einsum("p,pt->t", mass, curve)
    return found


def _nodes(a: float, b: float) -> tuple[Numbers, Numbers]:
    """Log odds with the probability that each stands for, for functions that vanish at both ends."""
    top = math.log((a + 1) / (b + 1))
    low, high = _end(a + 1, b + 1, top, -1.0), _end(a + 1, b + 1, top, 1.0)
    spread = math.sqrt(1 / (a + 1) + 1 / (b + 1))
    count = math.ceil((high - low) / min(0.27, 0.5 * spread)) + 1
    odds = np.linspace(low, high, count)
    density = -a * np.logaddexp(0.0, -odds) - b * np.logaddexp(0.0, odds) - betaln(a, b)
    return odds, np.exp(density) * (odds[1] - odds[0])


def _end(a: float, b: float, top: float, direction: float) -> float:
    """Where the density of log odds, highest at ``top``, has fallen by ``DROP``."""

    def fallen(at: float) -> float:
        return a * (_softplus(-at) - _softplus(-top)) + b * (_softplus(at) - _softplus(top))

    far = 1.0
    while fallen(top + direction * far) < DROP:
        far *= 2
    near = 0.0
    for _ in range(12):
        middle = (near + far) / 2
        near, far = (middle, far) if fallen(top + direction * middle) < DROP else (near, middle)
    return top + direction * far


def _softplus(at: float) -> float:
    return max(at, 0.0) + math.log1p(math.exp(-abs(at)))
