"""The formulas against others that say the same: definitions integrated by mpmath or scipy, sums of plain terms."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy import special
from scipy.integrate import dblquad

from crmeter.stats.clv import beta_dropout_likelihood
from crmeter.stats.clv.bg_nbd import BgNbd
from crmeter.stats.clv.dropout_chances import orders_before_leaving
from crmeter.stats.clv.histories import Histories
from crmeter.stats.clv.pareto_likelihood import Likelihood
from crmeter.stats.clv.pareto_nbd import ParetoNbd

DIGITS = 30


@pytest.mark.parametrize(("count", "last", "age"), [(0, 0.0, 30.0), (1, 12.0, 38.0), (5, 9.0, 30.0)])
@pytest.mark.parametrize("first", [0, 1], ids=["bg", "mbg"])
def test_beta_dropout_from_its_story(first: int, count: int, last: float, age: float) -> None:
    # what the model says of one customer with rate and chance to leave, averaged over both by scipy. The orders of
    # MBG/NBD start with an occasion to leave (Batislam et al. 2007), those of BG/NBD do not (Fader et al. 2005)
    r, alpha, a, b = 1.4, 11.0, 1.7, 2.4

    rate_scale, of_beta = special.gamma(r) / alpha**r, special.beta(a, b)

    def chance(leaving: float, rate: float) -> float:
        still_there = (1 - leaving) ** (count + first) * np.exp(-rate * age)
        left = 0.0
        if count + first > 0:
            left = leaving * (1 - leaving) ** (count + first - 1) * np.exp(-rate * last)
        density = leaving ** (a - 1) * (1 - leaving) ** (b - 1) * rate ** (r - 1) * np.exp(-alpha * rate)
        return float((still_there + left) * rate**count * density / (rate_scale * of_beta))

    mean, _ = dblquad(chance, 0, 3, 0, 1, epsabs=0, epsrel=1e-6)
    row = Histories([count], [last], [age])
    ours = beta_dropout_likelihood.Likelihood(row, np.ones(1), 1.0, first).at(np.log([r, alpha, a, b]))[0]
    assert ours == pytest.approx(np.log(mean), abs=2e-6)


HARD = [
    # r, alpha, s, beta, repeat orders, last, age
    (0.55, 10.58, 0.61, 11.67, 26, 30.86, 31.0),
    (0.55, 10.58, 0.61, 11.67, 132, 200.0, 200.0001),
    (0.55, 10.58, 0.61, 11.67, 3000, 100.0, 900.0),
    (0.5143, 2.8845, 0.2856, 14.1087, 221, 99.0, 100.0),
    (0.5, 10.0, 1e4, 1e6, 5, 20.0, 80.0),  # rates of leaving all alike
    (1e3, 1e4, 0.6, 12.0, 5, 20.0, 80.0),  # rates of ordering all alike
    (0.5, 1e-5, 0.6, 1e-4, 0, 0.0, 1.0),
    (0.5, 10.0, 5.0, 1e-6, 0, 0.0, 1000.0),  # all leave at once
    (0.5, 10.0, 1e-3, 1e6, 3000, 1e-3, 1000.0),
    (0.6, 0.3, 0.6, 0.4, 1, 1e-9, 1e-8),  # days are long
]


@pytest.mark.parametrize("case", HARD)
def test_pareto_to_many_digits(case: tuple[float, ...]) -> None:
    # witness: the integral over the time of leaving, by mpmath with 30 digits over pieces that halve towards its peak
    *parameters, count, last, age = case
    with mpmath.workdps(DIGITS):
        r, alpha, s, beta, t, until = (mpmath.mpf(number) for number in (*parameters, last, age))
        shape, low = r + int(count), min(alpha, beta)

        def alive(u: mpmath.mpf) -> mpmath.mpf:
            return mpmath.exp(-shape * mpmath.log((alpha + u) / (alpha + t)) - s * mpmath.log((beta + u) / (beta + t)))

        start, end = mpmath.log(low + t), mpmath.log(low + until)
        pieces = [start, *(start + (end - start) * mpmath.mpf(2) ** -k for k in range(20, -1, -1))]
        left = s * mpmath.quad(
            lambda w: alive(mpmath.exp(w) - low) * mpmath.exp(w) / (beta + mpmath.exp(w) - low), pieces
        )
        odds = mpmath.log(left / alive(until))
        height = mpmath.loggamma(shape) - mpmath.loggamma(r) + r * mpmath.log(alpha) + s * mpmath.log(beta)
        height += mpmath.log(left + alive(until)) - shape * mpmath.log(alpha + t) - s * mpmath.log(beta + t)
        active = 1 / (1 + mpmath.exp(odds))
    row = Histories([count], [last], [age])
    assert ParetoNbd.of(*parameters).probability_active(row)[0] == pytest.approx(float(active), rel=1e-9, abs=1e-300)
    ours = Likelihood(row, np.ones(1), 1.0).at(np.log(parameters))[0]
    assert ours == pytest.approx(float(height), rel=1e-11, abs=1e-10)


@pytest.mark.parametrize(("shape", "a", "b", "span"), [
    (0.24, 0.8, 2.4, 5.0), (3000.2, 0.8, 3002.4, 0.5), (3000.2, 0.8, 3002.4, 50.0), (0.24, 1 + 1e-9, 2.4, 5.0),
    (0.24, 1.0, 2.4, 3000.0), (2.0, 1e-6, 3.0, 1e3), (1.2, 0.8, 3.4, 1e-6), (0.5, 50.0, 0.5, 100.0),
    (20.0, 1e-8, 1e6, 10.0), (5.5, 3.0, 1e-3, 40.0), (1e-6, 0.5, 0.5, 10.0), (100.0, 1e-3, 1e-3, 100.0),
])  # fmt: skip
def test_orders_before_leaving(shape: float, a: float, b: float, span: float) -> None:
    # witness: the chance of at least n orders, times that of not having left before the n-th, summed over n
    most = int(shape * span + 40 * np.sqrt(shape * span * (1 + span)) + 60 * (1 + span))
    n = np.arange(1, most + 1.0)
    expected = special.betainc(n, shape, span / (1 + span)) @ np.exp(
        special.betaln(a, b + n - 1) - special.betaln(a, b)
    )
    assert orders_before_leaving(shape, a, b, np.array([span])) == pytest.approx([expected], rel=2e-9)


def test_chance_to_leave_near_one_half_of_a() -> None:
    # the formula of Fader et al. (2005), equation 10, with 50 digits, where a is so near 1 that doubles lose it
    with mpmath.workdps(50):
        r, alpha, b, x, age, days = (mpmath.mpf(n) for n in ("0.243", "4.414", "2.426", "2", "38.86", "39"))
        a = 1 + mpmath.mpf(10) ** -12
        part = days / (alpha + age + days)
        falls = ((alpha + age) / (alpha + age + days)) ** (r + x) * mpmath.hyp2f1(r + x, b + x, a + b + x - 1, part)
        last = mpmath.mpf("30.43")
        odds = a / (b + x - 1) * ((alpha + age) / (alpha + last)) ** (r + x)
        expected = (a + b + x - 1) / (a - 1) * (1 - falls) / (1 + odds)
    model = BgNbd.of(0.243, 4.414, 1 + 1e-12, 2.426)
    assert model.expected_orders(Histories([2], [30.43], [38.86]), 39.0) == pytest.approx([float(expected)], rel=1e-11)
