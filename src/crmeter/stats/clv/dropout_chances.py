"""Orders before leaving, where the chance to leave after an order differs from customer to customer."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import betaln, expit

from crmeter.stats.clv.histories import Numbers

DROP = 40.0  # natural logarithm of how much smaller than its top an integrand is where it is cut off
LOST = 7.0  # natural logarithm of how much larger than the result a difference may be: three digits
SMALL = 0.05  # below it the range without a line through p = 0 is too long
BLOCK = 1 << 9


def orders_before_leaving(shape: float, a: float, b: float, spans: Numbers) -> Numbers:
    """The mean of (1 - (1 + p * span) ** -shape) / p over chances p of a beta distribution (a, b), for each span.

    It is the number of orders of a customer whose rate is gamma distributed with ``shape``, in a time of ``span`` of
    its scales, until one of them is the last. The formula with a hypergeometric function takes differences of large
    numbers where ``a`` is near 1. Here the mean is taken over log odds of p by the trapezoidal rule, which for such a
    function is right to nearly all digits; of what is left after a straight line through p = 1 and, where that costs
    few digits, p = 0, so that it vanishes at both ends however small ``a`` and ``b`` are.
    """
    through_never = min(a, 1.0) * math.log1p(shape * float(spans.max())) < LOST or a < SMALL
    odds, mass = _nodes(a, a + 1 if through_never else a, b)
    chances, others = expit(odds), expit(-odds)
    found = np.empty(len(spans))
    for start in range(0, len(spans), BLOCK):
        part = slice(start, start + BLOCK)
        span = spans[part]
        surely = -np.expm1(-shape * np.log1p(span))  # p = 1: the first order is the last
        never = shape * span if through_never else np.zeros(len(span))  # p = 0: all orders of the time
        curve = -np.expm1(-shape * np.log1p(np.multiply.outer(chances, span)))
        curve /= chances[:, None]
        curve -= np.multiply.outer(others, never) + np.multiply.outer(chances, surely)
        found[part] = never * (b / (a + b)) + surely * (a / (a + b)) + np.einsum("p,pt->t", mass, curve)
    return found


def _nodes(a: float, left: float, b: float) -> tuple[Numbers, Numbers]:
    """Log odds with the probability that each stands for, for functions that fall as the power ``left`` - ``a`` towards
    p = 0 and vanish at p = 1.
    """
    right = b + 1
    top = math.log(left / right)
    low, high = _end(left, right, top, -1.0), _end(left, right, top, 1.0)
    spread = math.sqrt(1 / left + 1 / right)
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
