"""Empirical Bayes against published numbers and cases small enough to do by hand."""

from __future__ import annotations

import math

import pytest

from crmeter.stats.shrinkage import (
    Beta,
    beta_quantile,
    shrunk_means,
    shrunk_share,
    spread_of_means,
    spread_of_shares,
)

# Thirteen trials of the BCG vaccine, log relative risks and their variances: dat.bcg of the R package metafor
# (Colditz and others 1994), as printed by escalc(measure="RR").
BCG = (
    (-0.8893, 0.3256),
    (-1.5854, 0.1946),
    (-1.3481, 0.4154),
    (-1.4416, 0.0200),
    (-0.2175, 0.0512),
    (-0.7861, 0.0069),
    (-1.6209, 0.2230),
    (0.0120, 0.0040),
    (-0.4694, 0.0564),
    (-1.3713, 0.0730),
    (-0.3394, 0.0124),
    (0.4459, 0.5325),
    (-0.0173, 0.0714),
)


def test_spread_of_means_is_that_of_metafor() -> None:
    """rma(yi, vi, data=dat, method="DL"): tau^2 = 0.3088, estimate -0.7141 (metafor's page on this data set); to the
    digits that effects of four decimals leave."""
    mean, variance = spread_of_means([y for y, _ in BCG], [math.sqrt(v) for _, v in BCG])
    assert variance == pytest.approx(0.3088, abs=1e-3)
    assert mean == pytest.approx(-0.7141, abs=5e-4)


def test_two_shares_by_hand() -> None:
    """8 and 2 of 10: p = 0.5, Σn(p_i − p)² ÷ p(1 − p) = 7.2; (7.2 − 1) ÷ (20 − 10 − 1) = 0.6889 in common, so that
    each weighs as if it had 1 ÷ 0.6889 − 1 = 0.4516 cases beforehand."""
    found = spread_of_shares([8, 2], [10, 10])
    assert found is not None
    assert found.wins == found.losses == pytest.approx((9 / 6.2 - 1) / 2)


def test_shares_that_differ_by_chance_alone_are_drawn_together() -> None:
    found = spread_of_shares([5, 6, 4, 5], [10, 10, 10, 10])
    assert found == Beta(20, 20)  # the weight of all 40 cases
    assert shrunk_share(6, 10, found).value == pytest.approx(26 / 50)


def test_few_cases_are_drawn_further_than_many() -> None:
    found = spread_of_shares([30, 70, 50, 3], [100, 100, 100, 3])
    assert found is not None
    few, many = shrunk_share(3, 3, found), shrunk_share(70, 100, found)
    assert abs(few.value - 1) > abs(many.value - 0.7)
    assert few.low < few.value < few.high <= 1
    assert many.high - many.low < few.high - few.low


@pytest.mark.parametrize(("wins", "counts"), [([], []), ([0, 0], [5, 5]), ([5, 5], [5, 5]), ([0], [0])])
def test_shares_that_say_nothing_of_their_spread(wins: list[float], counts: list[float]) -> None:
    assert spread_of_shares(wins, counts) is None


@pytest.mark.parametrize("p", [0.001, 0.025, 0.5, 0.9])
def test_beta_quantiles_that_have_a_formula(p: float) -> None:
    assert beta_quantile(p, 1, 1) == pytest.approx(p, abs=1e-13)
    assert beta_quantile(p, 7, 1) == pytest.approx(p ** (1 / 7), abs=1e-13)
    assert beta_quantile(p, 1, 30) == pytest.approx(1 - (1 - p) ** (1 / 30), abs=1e-13)


def test_beta_quantile_of_a_table() -> None:
    """R: qbeta(0.05, 2, 3) = 0.09761146; by hand, I_x(2, 3) = 6x² − 8x³ + 3x⁴ is 0.05 there."""
    x = beta_quantile(0.05, 2, 3)
    assert x == pytest.approx(0.09761146, abs=1e-8)
    assert 6 * x**2 - 8 * x**3 + 3 * x**4 == pytest.approx(0.05, abs=1e-12)


def test_means_by_hand() -> None:
    """1 and 3 with errors of 1: the variance beyond them is (2 − 1) ÷ (2 − 2 ÷ 2) = 1, so each goes half the way."""
    first, second = shrunk_means([1.0, 3.0], [1.0, 1.0])
    assert (first.value, second.value) == (1.5, 2.5)
    # 1 × 1 ÷ (1 + 1) of its own, and a quarter of the variance of the mean, which is (1 + 1) ÷ 2
    assert first.high - first.value == pytest.approx(1.959964 * math.sqrt(0.5 + 0.25 * 1), abs=1e-6)


def test_a_mean_known_badly_is_drawn_further() -> None:
    found = shrunk_means([10.0, 20.0, 30.0, 60.0], [1.0, 1.0, 1.0, 30.0])
    assert 60 - found[3].value > 20 > abs(30 - found[2].value)
