"""Differences against printed examples, scipy and how often they find what is not there."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmeter.stats import differences
from crmeter.stats.differences import Difference, Moments


@pytest.mark.parametrize(
    ("k", "n", "base_k", "base_n", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_shares_are_as_printed_by_newcombe(k: int, n: int, base_k: int, base_n: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17, 873–890, table II, method 10."""
    found = differences.shares(k, n, base_k, base_n)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.00005)


@given(st.integers(1, 500), st.integers(1, 500), st.floats(0, 1), st.floats(0, 1))
def test_the_p_of_shares_is_that_of_the_chi_square_test(n: int, base_n: int, share: float, base_share: float) -> None:
    k, base_k = round(n * share), round(base_n * base_share)
    found = differences.shares(k, n, base_k, base_n)
    assert found is not None and found.low is not None and found.high is not None and found.p is not None
    assert found.low <= found.change <= found.high
    if 0 < k + base_k < n + base_n:
        table = [[k, n - k], [base_k, base_n - base_k]]
        assert found.p == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, rel=1e-8, abs=1e-14)
    else:
        assert (found.change, found.p) == (0.0, 1.0)


def test_a_share_of_nothing_cannot_be_compared() -> None:
    assert differences.shares(0, 0, 1, 2) is None


def sample(values: np.ndarray | list[float]) -> Moments:
    return Moments(len(values), math.fsum(values), math.fsum(v * v for v in values))


def test_means_are_as_printed_by_r() -> None:
    """R: t.test(extra ~ group, data = sleep): t = -1.8608, df = 17.776, p-value = 0.07939, -3.3654832 0.2054832."""
    one = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    two = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    found = differences.means(sample(one), sample(two))
    assert found is not None
    assert (found.low, found.high) == pytest.approx((-3.3654832, 0.2054832), abs=1e-6)
    assert found.p == pytest.approx(0.07939, abs=5e-6)
    theirs = stats.ttest_ind(one, two, equal_var=False)
    assert found.p == pytest.approx(theirs.pvalue, rel=1e-9)


def test_means_without_spread() -> None:
    assert differences.means(Moments(0, 0, 0), sample([1.0, 2.0])) is None
    assert differences.means(sample([3.0]), sample([1.0, 2.0])) == Difference(1.5)
    assert differences.means(sample([3.0, 3.0]), sample([1.0, 1.0])) == Difference(2.0)
    one_sided = differences.means(sample([3.0, 3.0, 3.0]), sample([1.0, 2.0, 3.0]))
    assert one_sided is not None
    reach = stats.t.ppf(0.975, 2) / math.sqrt(3)  # only the base varies: its degrees of freedom
    assert (one_sided.low, one_sided.high) == pytest.approx((1 - reach, 1 + reach))


def test_two_surveys_of_a_hundred_differ_beyond_noise_from_21_6_points() -> None:
    found = differences.nps(50, 20, 100, 50, 20, 100)
    assert found is not None and found.low is not None and found.high is not None
    assert (found.change, found.p) == (0.0, 1.0)
    assert found.high == pytest.approx(21.65, abs=0.01)
    assert -found.low == pytest.approx(found.high)


def test_nps_where_one_survey_has_no_spread() -> None:
    assert differences.nps(5, 0, 5, 0, 5, 5) == Difference(200.0)
    assert differences.nps(5, 0, 5, 0, 0, 0) is None
    found = differences.nps(5, 0, 5, 50, 20, 100)
    assert found is not None and found.standard_error == pytest.approx(7.81, abs=0.01)


def test_counts_have_the_exact_conditional_p_while_small() -> None:
    """Przyborowski and Wilenski 1940: 10 against 2 events of equal exposure; given 12, binomial with chance ½."""
    found = differences.counts(10, 2)
    assert found.p == pytest.approx(stats.binomtest(10, 12, 0.5).pvalue, rel=1e-12)
    assert (found.low, found.high) == pytest.approx((8 - 1.959964 * math.sqrt(12), 8 + 1.959964 * math.sqrt(12)))
    assert differences.counts(0, 0) == Difference(0.0, p=1.0)
    assert differences.counts(7, 7).p == 1.0


def test_counts_run_on_from_exact_to_normal() -> None:
    few, many = differences.counts(530, 470), differences.counts(531, 471)
    assert few.p is not None and many.p is not None
    assert abs(few.p - many.p) < 0.005


def test_estimates_take_their_covariance_off() -> None:
    found = differences.estimates(10.0, 3.0, 6.0, 4.0)
    assert found.standard_error == pytest.approx(5.0)
    assert found.p == pytest.approx(2 * stats.norm.sf(0.8))
    assert differences.estimates(10.0, 3.0, 6.0, 4.0, covariance=8.0).standard_error == pytest.approx(3.0)
    assert differences.estimates(10.0, None, 6.0, 4.0) == Difference(4.0)
    assert differences.estimates(10.0, 0.0, 6.0, 0.0) == Difference(4.0)


def test_sums_over_customers_take_each_customers_change() -> None:
    rng = np.random.default_rng(5)
    now, base = rng.gamma(1, 100, 200), rng.gamma(1, 80, 200)
    found = differences.sums(now.sum(), base.sum(), ((now - base) ** 2).sum())
    assert found.change == pytest.approx(now.sum() - base.sum())
    assert found.standard_error == pytest.approx(math.sqrt(((now - base) ** 2).sum()))
    assert differences.sums(3.0, 3.0, 0.0) == Difference(0.0)


def test_relative_changes_are_bounded_on_the_log_scale() -> None:
    found = differences.relative(110.0, 5.5, 100.0, 0.0)
    assert found is not None and found.low is not None and found.high is not None
    assert found.change == pytest.approx(0.1)
    assert (found.low, found.high) == pytest.approx((1.1 * math.exp(-0.0979982) - 1, 1.1 * math.exp(0.0979982) - 1))
    assert found.p == pytest.approx(2 * stats.norm.sf(math.log(1.1) / 0.05))
    assert differences.relative(1.0, 0.1, 0.0, 0.1) is None
    assert differences.relative(-1.0, 0.1, 2.0, 0.1) == Difference(-1.5)


@given(st.floats(0.1, 1e6), st.floats(0.1, 1e6), st.floats(1e-3, 10), st.floats(1e-3, 10))
def test_swapping_now_and_base_turns_the_difference_round(a: float, b: float, error: float, other: float) -> None:
    there, back = differences.estimates(a, error, b, other), differences.estimates(b, other, a, error)
    assert there.low is not None and there.high is not None and there.p is not None
    assert (there.change, there.low, there.high) == pytest.approx((-back.change, -(back.high or 0), -(back.low or 0)))
    assert there.p == back.p
    assert (there.low <= 0 <= there.high) == (there.p >= 0.05) or there.p == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize("kind", ["shares", "means", "counts", "nps"])
def test_no_change_is_called_one_in_about_one_of_twenty(kind: str) -> None:
    rng = np.random.default_rng(11)
    called, runs = 0, 1500
    for _ in range(runs):
        found: Difference | None
        if kind == "shares":
            found = differences.shares(*(rng.binomial(300, 0.2), 300), *(rng.binomial(200, 0.2), 200))
        elif kind == "means":
            found = differences.means(sample(rng.gamma(4, 2, 40)), sample(rng.gamma(4, 2, 60)))
        elif kind == "counts":
            found = differences.counts(int(rng.poisson(400)), int(rng.poisson(400)))
        else:
            now, base = rng.multinomial(150, [0.5, 0.3, 0.2]), rng.multinomial(100, [0.5, 0.3, 0.2])
            found = differences.nps(now[0], now[2], 150, base[0], base[2], 100)
        assert found is not None and found.p is not None
        called += found.p < 0.05
    assert 0.03 <= called / runs <= 0.07
