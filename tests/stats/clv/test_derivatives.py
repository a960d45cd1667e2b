"""Slope and curvature of every likelihood, against differences of its height and slope: a wrong term cannot hide."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crmeter.stats.clv import beta_dropout_likelihood, gamma_gamma, pareto_likelihood, shifted_beta_geometric
from crmeter.stats.clv.histories import Histories, Numbers, collapse, collapse_one_time_buyers
from crmeter.stats.clv.newton import Objective

STEP = 1e-5
LOGS = st.floats(-2.5, 2.5)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Histories, Numbers]:
    """Customers of every kind, with weights."""
    counts = draw(st.lists(st.integers(0, 30), min_size=1, max_size=8))
    ages = [draw(st.floats(0.05, 50.0)) for _ in counts]
    last = [age * draw(st.floats(0.01, 1.0)) if count else 0.0 for count, age in zip(counts, ages, strict=True)]
    return Histories(counts, last, ages), np.array([draw(st.floats(0.5, 4.0)) for _ in counts])


def check(objective: Objective, logs: Numbers) -> None:
    """Central differences, whose error is of the order of STEP squared, and of rounding over STEP."""
    height, slope, curvature = objective(logs)
    size = 1 + abs(height) + np.abs(slope).max() + np.abs(curvature).max()
    assert np.allclose(curvature, curvature.T, rtol=0, atol=1e-9 * size)
    for i in range(len(logs)):
        step = np.zeros(len(logs))
        step[i] = STEP
        above, below = objective(logs + step), objective(logs - step)
        assert abs((above[0] - below[0]) / (2 * STEP) - slope[i]) < 2e-7 * size
        assert np.allclose((above[1] - below[1]) / (2 * STEP), curvature[i], rtol=0, atol=2e-7 * size)


@settings(max_examples=25)
@given(histories(), st.tuples(LOGS, LOGS, LOGS, LOGS), st.sampled_from([0, 1]))
def test_beta_dropout(some: tuple[Histories, Numbers], logs: tuple[float, ...], first: int) -> None:
    likelihood = beta_dropout_likelihood.Likelihood(*collapse_one_time_buyers(*some), 10.0, first)
    check(likelihood.at, np.array(logs))


@settings(max_examples=25)
@given(histories(), st.tuples(LOGS, LOGS, LOGS, LOGS))
def test_pareto(some: tuple[Histories, Numbers], logs: tuple[float, ...]) -> None:
    check(pareto_likelihood.Likelihood(*collapse(*some), 10.0).at, np.array(logs))


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.floats(0.1, 10), st.floats(0.5, 4)), min_size=1, max_size=8),
    st.tuples(LOGS, LOGS, LOGS),
)
def test_gamma_gamma(rows: list[tuple[int, float, float]], logs: tuple[float, ...]) -> None:
    columns = [np.array(column, float) for column in zip(*rows, strict=True)]
    check(gamma_gamma.Likelihood(*columns).at, np.array(logs))


@settings(max_examples=25)
@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), min_size=1, max_size=8), st.tuples(LOGS, LOGS))
def test_shifted_beta_geometric(periods: list[tuple[float, float]], logs: tuple[float, float]) -> None:
    lost, staying = (np.array(column, float) for column in zip(*periods, strict=True))
    objective: Callable[..., object] = shifted_beta_geometric.log_likelihood
    check(lambda at: objective(at, lost, staying), np.array(logs))  # type: ignore[arg-type, return-value]
