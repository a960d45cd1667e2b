"""Made-up customers for the models of customer value: what their processes would produce, from a seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Columns = tuple[NDArray[np.int64], Numbers, Numbers]  # repeat orders, age at the last of them, age; in days

# a shop like CDNOW (Fader, Hardie and Lee 2005, table 2), in days
BG_NBD = (0.243, 4.414 * 7, 0.793, 2.426)
MBG_NBD = (0.525, 6.183 * 7, 0.891, 1.614)
PARETO_NBD = (0.553, 10.578 * 7, 0.606, 11.669 * 7)
GAMMA_GAMMA = (6.25, 3.74, 15.44)
SHIFTED_BETA_GEOMETRIC = (0.668, 3.806)


def beta_dropout(
    customers: int,
    seed: int,
    parameters: tuple[float, ...] = BG_NBD,
    *,
    leaves_after_first: bool = False,
    days: float = 728.0,
    whole_days: bool = False,
    one_age: bool = False,
) -> Columns:
    """Customers of BG/NBD, or of MBG/NBD where they may leave after the first order; of up to so many days of age."""
    dice = np.random.default_rng(seed)
    r, alpha, a, b = parameters
    rate = dice.gamma(r, 1 / alpha, customers)
    leaving = dice.beta(a, b, customers)
    age = np.full(customers, days) if one_age else dice.uniform(0.3 * days, days, customers)
    count, last, now = np.zeros(customers, np.int64), np.zeros(customers), np.zeros(customers)
    there = np.flatnonzero(dice.random(customers) > leaving) if leaves_after_first else np.arange(customers)
    while len(there):
        now[there] += dice.exponential(1, len(there)) / np.maximum(rate[there], 1e-300)
        there = there[now[there] <= age[there]]
        count[there] += 1
        last[there] = now[there]
        there = there[dice.random(len(there)) > leaving[there]]
    return _in_whole_days(count, last, age) if whole_days else (count, last, age)


def pareto(customers: int, seed: int, parameters: tuple[float, ...] = PARETO_NBD, *, days: float = 728.0) -> Columns:
    """Customers of Pareto/NBD. Given their number, orders fall anywhere in the time that a customer was there."""
    dice = np.random.default_rng(seed)
    r, alpha, s, beta = parameters
    rate, leaving = dice.gamma(r, 1 / alpha, customers), dice.gamma(s, 1 / beta, customers)
    age = dice.uniform(0.3 * days, days, customers)
    there = np.minimum(age, dice.exponential(1, customers) / np.maximum(leaving, 1e-300))
    count = dice.poisson(rate * there)
    latest = dice.random(customers) ** (1 / np.maximum(count, 1))  # the greatest of so many uniform numbers
    return count, np.where(count > 0, latest * there, 0.0), age


def order_values(orders: NDArray[np.int64], seed: int, parameters: tuple[float, ...] = GAMMA_GAMMA) -> Numbers:
    """Mean value of so many orders of each customer of Gamma-Gamma; 0 where there are none."""
    dice = np.random.default_rng(seed)
    p, q, v = parameters
    scale = dice.gamma(q, 1 / v, len(orders))
    number = np.maximum(orders, 1)
    return np.where(orders > 0, dice.gamma(p * number, 1 / (scale * number)), 0.0)


def renewals(
    customers: int, periods: int, seed: int, parameters: tuple[float, ...] = SHIFTED_BETA_GEOMETRIC
) -> Numbers:
    """How many leave at each of so many renewals, and last how many do not."""
    dice = np.random.default_rng(seed)
    left = dice.geometric(np.maximum(dice.beta(*parameters, customers), 1e-12))
    return np.bincount(np.minimum(left, periods + 1), minlength=periods + 2)[1:].astype(float)


def _in_whole_days(count: NDArray[np.int64], last: Numbers, age: Numbers) -> Columns:
    return count, np.ceil(last), np.ceil(age)
