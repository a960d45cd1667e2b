"""Distributions against scipy, which the product itself does not import."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from crmeter.stats import distributions as ours


@pytest.mark.parametrize("x", [-30.0, -8.3, -1.959963984540054, -0.1, 0.0, 0.7, 3.0, 8.0])
def test_the_normal_cdf_is_scipys(x: float) -> None:
    assert ours.normal_cdf(x) == pytest.approx(stats.norm.cdf(x), rel=1e-12, abs=0)
    assert ours.two_sided_p(x) == pytest.approx(2 * stats.norm.sf(abs(x)), rel=1e-12, abs=0)


@pytest.mark.parametrize("p", [1e-300, 1e-12, 0.025, 0.5, 0.8, 0.975, 1 - 1e-12])
def test_the_normal_quantile_is_scipys(p: float) -> None:
    assert ours.normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-11, abs=1e-15)


@given(st.floats(-300, 300).filter(lambda t: t == 0 or abs(t) > 1e-4), st.floats(-1.5, 8))  # scipy rounds tiny t to 0
def test_the_t_cdf_is_scipys(t: float, log_df: float) -> None:
    df = 10**log_df
    assert ours.student_t_cdf(t, df) == pytest.approx(stats.t.cdf(t, df), rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("df", [0.1, 0.7, 1, 1.5, 2, 3, 4.5, 9, 17.776, 30, 99, 500, 999, 1001, 1e5, 1e7, 1e12])
@pytest.mark.parametrize("p", [1e-9, 0.005, 0.025, 0.3, 0.4999, 0.5, 0.6, 0.975, 0.9995])
def test_the_t_quantile_turns_the_cdf_round(p: float, df: float) -> None:
    t = ours.student_t_quantile(p, df)
    assert ours.student_t_cdf(t, df) == pytest.approx(p, rel=1e-10)
    assert stats.t.cdf(t, df) == pytest.approx(p, rel=1e-9)


def test_the_t_quantiles_of_the_table() -> None:
    """Abramowitz and Stegun, table 26.10, 97.5%."""
    for df, quantile in {1: 12.706, 2: 4.303, 5: 2.571, 10: 2.228, 29: 2.045, 120: 1.980}.items():
        assert ours.student_t_quantile(0.975, df) == pytest.approx(quantile, abs=0.0005)
    assert ours.student_t_quantile(0.975, 1) == pytest.approx(math.tan(0.475 * math.pi), rel=1e-12)
    assert ours.student_t_quantile(0.75, 2) == pytest.approx(math.sqrt(2 / 3), rel=1e-12)


@given(st.integers(1, 3_000_000), st.floats(0.001, 0.999), st.floats(-6, 6))
def test_the_binomial_cdf_is_scipys(n: int, p: float, deviations: float) -> None:
    k = min(max(round(n * p + deviations * math.sqrt(n * p * (1 - p))), 0), n)
    assert ours.binomial_cdf(k, n, p) == pytest.approx(stats.binom.cdf(k, n, p), rel=1e-9, abs=1e-13)


def test_the_binomial_cdf_by_hand() -> None:
    assert ours.binomial_cdf(5, 20, 0.5) == pytest.approx(21700 / 2**20, rel=1e-14)
    assert (ours.binomial_cdf(-1, 5, 0.3), ours.binomial_cdf(5, 5, 0.3)) == (0.0, 1.0)


@given(st.integers(1, 100_000), st.floats(0.001, 0.999), st.floats(-6, 0))
def test_the_summed_binomial_tail_is_scipys(n: int, p: float, deviations: float) -> None:
    k = min(max(round(n * p + deviations * math.sqrt(n * p * (1 - p))), 0), n)
    density = ours.binomial_density(k, n, p)
    assert density == pytest.approx(stats.binom.pmf(k, n, p), rel=1e-9, abs=1e-300)
    assert ours.binomial_tail(k, n, p, density) == pytest.approx(stats.binom.cdf(k, n, p), rel=1e-9, abs=1e-300)


@given(st.floats(0.01, 5000), st.floats(0.01, 5000), st.floats(0.001, 0.999))
def test_the_incomplete_beta_function_is_scipys(a: float, b: float, x: float) -> None:
    assert ours.incomplete_beta(a, b, x) == pytest.approx(special.betainc(a, b, x), rel=1e-9, abs=1e-13)


def test_importing_the_statistics_loads_neither_scipy_nor_pandas() -> None:
    code = (
        "import sys, crmeter.stats.intervals, crmeter.stats.differences, crmeter.stats.multiple\n"
        "print(*(m for m in ('scipy', 'pandas', 'numpy', 'duckdb', 'ibis') if m in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "\n", "")
