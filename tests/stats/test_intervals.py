"""Intervals against printed tables, worked examples, scipy and what they promise: how often they hold the truth."""

from __future__ import annotations

import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmeter.stats import intervals


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_is_as_printed_by_newcombe(k: int, n: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17, 857–872, table I, method 3."""
    assert intervals.wilson(k, n) == pytest.approx((low, high), abs=0.00005)


@given(st.integers(1, 10**7), st.floats(0, 1), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_is_scipys_and_holds_the_share(n: int, share: float, level: float) -> None:
    k = round(share * n)
    low, high = intervals.wilson(k, n, level) or (math.nan, math.nan)
    theirs = stats.binomtest(k, n).proportion_ci(level, method="wilson")
    assert (low, high) == pytest.approx((theirs.low, theirs.high), rel=1e-9, abs=1e-12)
    assert 0 <= low <= k / n <= high <= 1


def test_wilson_of_nothing_is_none() -> None:
    assert intervals.wilson(0, 0) is None
    assert intervals.wilson(5, 4) is None
    assert intervals.wilson(-1, 4) is None


@pytest.mark.parametrize(("n", "share"), [(30, 0.1), (100, 0.02), (400, 0.5)])
def test_wilson_covers_what_it_claims_on_average_over_shares(n: int, share: float) -> None:
    """Brown, Cai and DasGupta 2001: near 95%, never far below. Exact, summed over all outcomes."""
    shares = np.linspace(share * 0.8, share * 1.2, 41)
    bounds = [intervals.wilson(k, n) or (math.nan, math.nan) for k in range(n + 1)]
    covered = [sum(stats.binom.pmf(k, n, p) for k, (lo, hi) in enumerate(bounds) if lo <= p <= hi) for p in shares]
    assert statistics.mean(covered) == pytest.approx(0.95, abs=0.02)


def test_annual_churn_of_five_percent_a_month() -> None:
    assert intervals.annualise(0.05, 12) == pytest.approx(0.4596, abs=0.00005)
    assert intervals.annualise(1.0, 12) == 1.0
    assert intervals.annualise(0.0, 4) == 0.0
    assert intervals.annualise(1e-12, 12) == pytest.approx(12e-12, rel=1e-9)
    assert intervals.annualised_wilson(0, 0, 12) is None
    low, high = intervals.annualised_wilson(5, 100, 12) or (0.0, 0.0)
    monthly = intervals.wilson(5, 100) or (0.0, 0.0)
    assert (low, high) == pytest.approx((1 - (1 - monthly[0]) ** 12, 1 - (1 - monthly[1]) ** 12))


def moments(values: list[float]) -> tuple[int, float, float]:
    return len(values), math.fsum(values), math.fsum(v * v for v in values)


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=60).filter(lambda v: len(set(v)) > 1))
def test_the_t_interval_is_scipys(values: list[int]) -> None:
    found = intervals.mean_t(*moments([float(v) for v in values]))
    theirs = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert found == pytest.approx((theirs.low, theirs.high), rel=1e-8, abs=1e-8)


def test_the_t_interval_of_a_textbook_sample() -> None:
    """R: t.test(women$height): 95 percent confidence interval 62.52341 67.47659."""
    assert intervals.mean_t(*moments([float(v) for v in range(58, 73)])) == pytest.approx(
        (62.52341, 67.47659), abs=5e-6
    )


@given(st.floats(-1e9, 1e9), st.integers(1, 1000))
def test_equal_values_have_no_interval(value: float, n: int) -> None:
    assert intervals.mean_t(n, sum([value] * n), sum([value * value] * n)) is None


def test_a_small_spread_beside_large_values_keeps_five_digits() -> None:
    """Balances of a hundred million that differ by a thousand."""
    values = [1e8 + 1000 * (i % 7) for i in range(10_000)]
    exact = statistics.variance(map(Fraction, values))
    assert intervals.sample_variance(*moments(values)) == pytest.approx(float(exact), rel=1e-5)


@pytest.mark.parametrize(("n", "reach"), [(100, 15.3), (400, 7.7)])
def test_nps_is_as_wide_as_the_catalogue_says(n: int, reach: float) -> None:
    low, high = intervals.nps(0.5 * n, 0.2 * n, n) or (0.0, 0.0)
    assert (low + high) / 2 == pytest.approx(30)
    assert (high - low) / 2 == pytest.approx(reach, abs=0.05)


def test_nps_of_one_kind_of_answer_has_no_interval() -> None:
    assert intervals.nps(12, 0, 12) is None
    assert intervals.nps(0, 0, 12) is None
    assert intervals.nps(0, 0, 0) is None
    assert intervals.nps(1, 0, 2) == (pytest.approx(50 - 69.3, abs=0.1), 100.0)


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=50), st.sampled_from([0.1, 0.25, 0.5, 0.9, 1.0]))
def test_quantile_ranks_are_numpys_type_7(values: list[int], q: float) -> None:
    values.sort()
    lower, upper, weight = intervals.quantile_ranks(len(values), q) or (0, 0, 0.0)
    found = values[lower - 1] + weight * (values[upper - 1] - values[lower - 1])
    assert found == pytest.approx(np.quantile(values, q, method="linear"), abs=1e-9)


def test_quantile_ranks_of_nothing() -> None:
    assert intervals.quantile_ranks(0, 0.5) is None
    assert intervals.quantile_ranks(31, 0.1) == (4, 4, 0.0)


@pytest.mark.parametrize(
    ("n", "ranks"),
    [
        (5, None),
        (6, (1, 6)),
        (10, (2, 9)),
        (20, (6, 15)),
        (25, (8, 18)),
        (30, (10, 21)),
        (50, (18, 33)),
        (100, (40, 61)),
    ],
)
def test_the_ranks_around_a_median_are_the_printed_ones(n: int, ranks: tuple[int, int] | None) -> None:
    """Conover, Practical Nonparametric Statistics, 95% confidence limits for the median (as in table 18 of Geigy)."""
    assert intervals.order_statistic_ranks(n, 0.5) == ranks


def test_a_ninth_decile_needs_36_values() -> None:
    """0.9^35 = 0.0250306 is more than 0.025, 0.9^36 is not."""
    assert intervals.order_statistic_ranks(35, 0.9) is None
    assert (intervals.order_statistic_ranks(36, 0.9) or (0, 0))[1] == 36
    assert intervals.order_statistic_ranks(0, 0.5) is None


@given(st.integers(1, 5000), st.sampled_from([0.05, 0.1, 0.5, 0.75, 0.9]), st.sampled_from([0.8, 0.95, 0.99]))
def test_order_statistics_cover_the_level_and_no_rank_can_be_spared(n: int, q: float, level: float) -> None:
    ranks = intervals.order_statistic_ranks(n, q, level)
    tail = (1 - level) / 2
    law = stats.binom(n, q)
    if ranks is None:
        assert law.cdf(0) > tail or law.sf(n - 1) > tail
        return
    low, high = ranks
    assert law.cdf(high - 1) - law.cdf(low - 1) >= level - 1e-12
    assert law.cdf(low - 1) <= tail * (1 + 1e-9) < law.cdf(low)
    assert law.sf(high - 1) <= tail * (1 + 1e-9) < law.sf(high - 2)


def test_order_statistics_of_many_values_need_few_steps() -> None:
    low, high = intervals.order_statistic_ranks(10_000_000, 0.5) or (0, 0)
    assert (low, high) == (4_996_901, 5_003_100)  # 5e6 ± 1.96 × √(1e7) ÷ 2, symmetric around the middle


def customers(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Orders per customer and what they spent: big customers have dearer orders."""
    rng = np.random.default_rng(seed)
    orders = rng.geometric(0.3, n).astype(float)
    taste = rng.gamma(2.0, 1.0, n)
    return orders, orders * taste * 50 * rng.lognormal(0, 0.3, n)


def ratio(x: np.ndarray, y: np.ndarray) -> tuple[float, float | None]:
    found = intervals.clustered_ratio(len(x), x.sum(), y.sum(), (x * x).sum(), (x * y).sum(), (y * y).sum())
    assert found is not None
    return found


def test_the_clustered_ratio_is_cochrans_by_the_definition() -> None:
    """Cochran 1977, equation 6.13: √(Σ(y − Rx)² ÷ (n (n − 1))) ÷ mean x."""
    x, y = customers(1, 500)
    value, error = ratio(x, y)
    expected = math.sqrt(statistics.variance(y - value * x, 0) / len(x)) / x.mean()
    assert value == pytest.approx(y.sum() / x.sum())
    assert error == pytest.approx(expected, rel=1e-9)


def test_the_clustered_ratio_holds_the_truth_as_often_as_it_says() -> None:
    truth = 100.0 * math.exp(0.3**2 / 2)
    held = 0
    for seed in range(600):
        value, error = ratio(*customers(seed, 300))
        low, high = intervals.around(value, error) or (0.0, 0.0)
        held += low <= truth <= high
    assert 0.92 <= held / 600 <= 0.975


def test_a_ratio_without_spread_or_denominator() -> None:
    assert intervals.clustered_ratio(3, 0, 5, 0, 0, 9) is None
    assert intervals.clustered_ratio(1, 2, 4, 4, 8, 16) == (2.0, None)
    assert ratio(np.array([0.1] * 10), np.array([0.3] * 10)) == (pytest.approx(3), None)


def test_the_delta_method_of_sums_is_the_ratios_and_the_means() -> None:
    x, y = customers(3, 400)
    value, error = ratio(x, y)
    products = [[(a * b).sum() for b in (x, y)] for a in (x, y)]
    gradient = [-value / x.sum(), 1 / x.sum()]
    assert intervals.clustered_standard_error(400, [x.sum(), y.sum()], products, gradient) == pytest.approx(error)
    mean_error = intervals.clustered_standard_error(400, [y.sum()], [[(y * y).sum()]], [1 / 400])
    assert mean_error == pytest.approx(stats.sem(y))
    assert intervals.clustered_standard_error(1, [1.0], [[1.0]], [1.0]) is None
    assert intervals.clustered_standard_error(4, [4.0], [[4.0]], [1.0]) is None


def test_a_standard_error_comes_back_from_its_interval() -> None:
    assert intervals.standard_error_of(intervals.around(3.0, 0.25)) == pytest.approx(0.25)
    assert intervals.standard_error_of(None) is None
    assert intervals.around(3.0, None) is None
