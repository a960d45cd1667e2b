"""Forecasts of stretches: by hand with the naive model, and how often what is said to be likely comes true."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from crmeter.stats.forecasts.backtest import Series
from crmeter.stats.forecasts.days import Days
from crmeter.stats.forecasts.forecast import Refusal
from crmeter.stats.forecasts.naive import OWN, last
from crmeter.stats.forecasts.scales import Bound
from crmeter.stats.forecasts.windows import Windows, window_forecast

NAIVE = {"last": last}


def series(values: np.ndarray, ahead: int) -> Series:
    return Series(values, 12, Bound.NONE, Days.none(len(values) + ahead))


def stretches(values: np.ndarray, length: int) -> np.ndarray:
    return np.array([values[i : i + length].sum() for i in range(len(values) - length + 1)])


def test_a_quarter_of_a_random_walk_by_hand() -> None:
    """The last value stands for each month to come; the errors are those it made of earlier quarters; the tail is
    scipy's Student t."""
    values = np.cumsum(np.random.default_rng(3).normal(size=48)) + 100
    found = window_forecast(series(values, 3), Windows(stretches(values, 3), 3, adds=True), 0, NAIVE)
    assert not isinstance(found, Refusal)
    origins = range(24, 46)  # two years are learnt from first; the last quarter that is over begins at 45
    errors = [values[at : at + 3].sum() - 3 * values[at - 1] for at in origins]
    apart, bias = (len(errors) + 2) / 3, np.mean(errors)
    # what the model is always off on one side counts as far as it is more than chance
    shift = bias * max(0, 1 - np.var(errors) / apart / bias**2)
    error = np.sqrt(np.mean((np.array(errors) - shift) ** 2) * (1 + 1 / apart))
    center = 3 * values[-1] + shift
    assert found.expected == pytest.approx(center) and found.tried == 22
    assert found.chance_of_at_least(center + 4) == pytest.approx(t.sf(4 / error, apart), rel=1e-9)
    assert found.bounds(0.8)[1] == pytest.approx(center + t.ppf(0.9, apart) * error, rel=1e-9)


def test_what_is_always_off_on_one_side_is_made_up_for() -> None:
    """A straight line: the last value is always 1, 2 and 3 too low. What is left beside that is nothing."""
    values = np.arange(48.0) + np.random.default_rng(2).normal(0, 0.01, 48)
    found = window_forecast(series(values, 3), Windows(stretches(values, 3), 3, adds=True), 0, NAIVE)
    assert not isinstance(found, Refusal) and found.expected == pytest.approx(48 + 49 + 50, abs=0.1)


def test_months_that_are_over_count_as_they_were() -> None:
    values = np.cumsum(np.random.default_rng(4).normal(size=48)) + 100
    running = window_forecast(series(values, 1), Windows(stretches(values, 3), 3, adds=True), -2, NAIVE)
    ahead = window_forecast(series(values, 3), Windows(stretches(values, 3), 3, adds=True), 0, NAIVE)
    assert not isinstance(running, Refusal) and not isinstance(ahead, Refusal)
    assert running.expected == pytest.approx(values[-2] + 2 * values[-1], abs=ahead.standard_error / 2)
    assert running.standard_error < ahead.standard_error / 2  # two of three months are known


def test_what_months_make_of_a_quarter_is_learnt() -> None:
    """A rate of three months that is three times that of one: 30% where months have 10%."""
    rng = np.random.default_rng(5)
    months = 0.1 + rng.normal(0, 0.002, 48)
    found = window_forecast(series(months, 3), Windows(stretches(months, 3), 3), 0, NAIVE)
    assert not isinstance(found, Refusal) and found.expected == pytest.approx(0.3, abs=0.01)


def test_refusals() -> None:
    values = np.random.default_rng(6).normal(size=20)
    short = window_forecast(series(values, 12), Windows(stretches(values, 12), 12, adds=True), 0, NAIVE)
    assert isinstance(short, Refusal) and short.why == "too_short" and short.needed > 20
    flat = window_forecast(series(np.full(48, 2.0), 3), Windows(np.full(46, 6.0), 3, adds=True), 0, NAIVE)
    assert flat == Refusal("constant")


def test_probabilities_hold() -> None:
    """Of quarters said to be reached with a chance of 20% or less, about a fifth or fewer are; by simulation. The
    study “goals” has the large numbers."""
    rng = np.random.default_rng(8)
    fast = {name: OWN[name] for name in ("last", "mean", "seasonal_naive")}
    chances = []
    for number in range(60):
        noise = rng.normal(0, 1, 51)
        values = 100 + (np.cumsum(noise) if number % 2 else 3 * noise)
        found = window_forecast(series(values[:48], 3), Windows(stretches(values[:48], 3), 3, adds=True), 0, fast)
        assert not isinstance(found, Refusal)
        chances.append(found.chance_of_at_least(values[48:].sum()))
    chances = np.array(chances)  # uniform, if they hold: within two standard errors (√(0.2 · 0.8 ÷ 60) = 0.05)
    assert 0.1 <= (chances < 0.2).mean() <= 0.3 and 0.1 <= (chances > 0.8).mean() <= 0.3
    assert 0.37 <= (chances < 0.5).mean() <= 0.63
