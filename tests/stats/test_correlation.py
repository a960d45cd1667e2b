"""Rank correlation, partial correlation and slopes, against scipy and formulas done by hand; intervals that cover."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from crmeter.stats.correlation import correlation, dummies, effective_pairs, fisher, ranks, slope


def test_ranks_and_rho_with_ties() -> None:
    """scipy 1.17: rankdata, spearmanr."""
    rng = np.random.default_rng(3)
    x, y = rng.integers(1, 6, 200).astype(float), rng.integers(0, 2, 200).astype(float)
    assert ranks(x).tolist() == rankdata(x).tolist()
    found = correlation(x, y, bootstrap=False)
    assert found is not None
    assert found.rho == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)


def test_partial_by_the_textbook() -> None:
    """(ρxy − ρxz·ρyz) ÷ √((1 − ρxz²)(1 − ρyz²)) of the three rank correlations of scipy."""
    rng = np.random.default_rng(4)
    z = rng.normal(size=300)
    x, y = z + rng.normal(size=300), np.exp(z + rng.normal(size=300))
    xy, xz, yz = (spearmanr(a, b).statistic for a, b in ((x, y), (x, z), (y, z)))
    found = correlation(x, y, z[:, None], bootstrap=False)
    assert found is not None
    assert found.rho == pytest.approx((xy - xz * yz) / math.sqrt((1 - xz**2) * (1 - yz**2)), abs=1e-10)
    assert abs(found.rho) < xy / 2  # both follow z


def test_interval_by_hand() -> None:
    """Bonett and Wright (2000): atanh 0.6 = 0.693147; √((1 + 0.18) ÷ 47) = 0.158449; ± 1.959964 of it is 0.382593 to
    1.003701, tanh of these 0.364955 and 0.763145. With two controls √(1.18 ÷ 45) = 0.161933."""
    assert fisher(0.6, 50) == pytest.approx((0.364955, 0.763145), abs=2e-6)
    assert fisher(0.6, 50, 2)[1] == pytest.approx(math.tanh(0.693147 + 1.959964 * 0.161933), abs=2e-6)


def test_too_few_or_nothing_that_varies_has_no_correlation() -> None:
    x = np.arange(12.0)
    assert correlation(x[:9], x[:9]) is None
    assert correlation(x, np.ones(12)) is None
    assert correlation(x, x[::-1], x[:, None]) is None  # the control leaves nothing
    assert correlation(x, x, bootstrap=False).rho == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("binary", [False, True])
def test_intervals_cover(binary: bool) -> None:
    """True ρ by one large sample of 5-point answers with a later number, or a later yes or no; of 200 samples of 150
    at 95%, fewer than 179 or more than 199 have a chance of 0.1%."""

    def drawn(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
        mood = rng.normal(size=n)
        later = 0.5 * mood + rng.normal(size=n)
        return np.clip(np.round(3.6 + mood), 1, 5), (later > -1).astype(float) if binary else later

    true = spearmanr(*drawn(np.random.default_rng(99), 400_000)).statistic
    rng = np.random.default_rng(5)
    found = [correlation(*drawn(rng, 150), bootstrap=False) for _ in range(200)]
    covered = sum(each is not None and each.low <= true <= each.high for each in found)
    assert 179 <= covered <= 199


def test_bootstrap_is_near_the_formula() -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(size=400)
    found = correlation(x, 0.5 * x + rng.normal(size=400))
    assert found is not None and found.bootstrap is not None
    assert found.bootstrap == pytest.approx((found.low, found.high), abs=0.03)


def test_slope_and_its_error_by_matrices() -> None:
    """HC3 (MacKinnon and White 1985): (X'X)⁻¹ X' diag(e² ÷ (1 − h)²) X (X'X)⁻¹."""
    rng = np.random.default_rng(7)
    x, z = rng.integers(1, 6, 80).astype(float), rng.normal(size=(80, 2))
    y = 0.3 * x + z @ np.array([1.0, -2.0]) + rng.normal(size=80) * x
    design = np.column_stack([np.ones(80), z, x])
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ y
    hat = np.diag(design @ inverse @ design.T)
    errors = ((y - design @ beta) / (1 - hat)) ** 2
    covariance = inverse @ design.T @ np.diag(errors) @ design @ inverse
    found = slope(x, y, z)
    assert found is not None
    assert found.value == pytest.approx(beta[-1], rel=1e-9)
    assert found.standard_error == pytest.approx(math.sqrt(covariance[-1, -1]), rel=1e-9)
    assert slope(np.ones(80), y) is None


def test_columns_of_members() -> None:
    assert dummies(["b", "b", "a", "b", None]).T.tolist() == [[0, 0, 0, 0, 1], [0, 0, 1, 0, 0]]


def test_pairs_in_order_count_for_fewer() -> None:
    """Two AR(1) of 0.8: n·(1 − 0.64) ÷ (1 + 0.64) = 0.22 n (Bartlett 1935); white noise counts in full."""
    rng = np.random.default_rng(8)
    n = 4000
    noise = rng.normal(size=(2, n))
    series = np.zeros((2, n))
    for i in range(1, n):
        series[:, i] = 0.8 * series[:, i - 1] + noise[:, i]
    assert effective_pairs(series[0][:200], series[1][:200]) < 120
    assert effective_pairs(noise[0][:200], noise[1][:200]) > 130
