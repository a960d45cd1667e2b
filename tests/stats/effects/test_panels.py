"""Panels: by hand, against scipy, and where each must refuse."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from crmeter.stats.effects.difference_in_differences import difference_in_differences
from crmeter.stats.effects.effect import Caution, Refusal
from crmeter.stats.effects.panel import Panel, changes
from crmeter.stats.effects.placebo import synthetic_control, synthetic_difference_in_differences
from crmeter.stats.effects.synthetic import simplex_weights
from crmeter.stats.effects.synthetic import synthetic_control as mixture_of

PLACEBO_METHODS = (synthetic_control, synthetic_difference_in_differences)


def noisy(units: int, periods: int, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 50 + rng.normal(size=(units, 1)) + np.cumsum(rng.normal(size=periods)) + rng.normal(size=(units, periods))


def test_two_by_two_by_hand() -> None:
    """10 → 16 against 20 → 22: the treated gained 6, the others 2."""
    panel = Panel(np.array([[10.0, 16.0]]), np.array([[19.0, 21.0], [20.0, 22.0], [21.0, 23.0], [20.0, 22.0]]), 1)
    found = difference_in_differences(panel)
    assert found.estimate == pytest.approx(4.0)
    assert found.baseline == pytest.approx(12.0)
    assert found.refusals == (Refusal.NO_VARIATION,)  # all others changed alike: nothing says how much is chance


def test_many_units_are_compared_by_their_changes() -> None:
    """Bertrand, Duflo and Mullainathan 2004, section IV.C: one change a unit, then the two-sample test."""
    units = noisy(60, 12)
    found = difference_in_differences(Panel(units[:20], units[20:], 8))
    witness = stats.ttest_ind(changes(units[:20], 8), changes(units[20:], 8), equal_var=False)
    assert found.p == pytest.approx(witness.pvalue, rel=1e-9)
    assert found.low == pytest.approx(witness.confidence_interval(0.95).low, rel=1e-9)


def test_one_treated_unit_borrows_the_spread_of_the_others() -> None:
    """Donald and Lang 2007: t with m − 1 degrees of freedom and √(1 + 1/m); the scales of alike units are drawn
    together, not made quite equal."""
    units = noisy(31, 24)
    found = difference_in_differences(Panel(units[:1], units[1:], 18))
    own, others = changes(units[:1], 18)[0], changes(units[1:], 18)
    reach = stats.t.ppf(0.975, 29) * others.std(ddof=1) * np.sqrt(1 + 1 / 30)
    assert found.estimate == pytest.approx(own - others.mean())
    assert found.low is not None and found.high is not None
    assert (found.high - found.low) / 2 == pytest.approx(reach, rel=0.25)
    assert Caution.FEW_UNITS in found.warnings


def test_parting_before_the_start_is_refused() -> None:
    units = noisy(30, 24)
    units[:6] += 0.4 * np.arange(24)
    found = difference_in_differences(Panel(units[:6], units[6:], 18))
    assert found.refusals == (Refusal.PRE_TREND,)
    assert found.placebos[0].p is not None and found.placebos[0].p < 0.01


def test_weights_of_a_mixture_are_found() -> None:
    """The treated unit is 0.3 of the second and 0.7 of the fifth: nothing else fits exactly."""
    units = noisy(8, 40)
    target = 0.3 * units[1] + 0.7 * units[4]
    target[30:] += 5
    found = mixture_of(Panel(target[None], units, 30))
    assert found.estimate == pytest.approx(5.0, abs=1e-4)
    assert found.units == pytest.approx([0, 0.3, 0, 0, 0.7, 0, 0, 0], abs=1e-4)


def test_simplex_weights_are_the_optimum() -> None:
    """Kuhn and Tucker: where a weight is above 0 the gradient is the smallest of all."""
    rng = np.random.default_rng(5)
    columns, wanted, ridge = rng.normal(size=(30, 12)), rng.normal(size=30), 0.7
    found = simplex_weights(columns, wanted, ridge)
    gradient = columns.T @ (columns @ found - wanted) + ridge * found
    assert found.sum() == pytest.approx(1) and (found >= 0).all()
    assert gradient[found > 1e-9] == pytest.approx(gradient.min(), abs=1e-5)


@pytest.mark.parametrize("method", PLACEBO_METHODS)
def test_the_interval_is_the_placebo_test_turned_round(method) -> None:  # type: ignore[no-untyped-def]
    """An effect taken off moves the interval by it, and the p-value says the same as the interval."""
    units = noisy(25, 30)
    for effect in (0.0, 1.2, 6.0):
        moved = units.copy()
        moved[0, 24:] += effect
        found, still = method(Panel(moved[:1], moved[1:], 24)), method(Panel(units[:1], units[1:], 24))
        assert found.low == pytest.approx(still.low + effect, abs=1e-6)
        assert (found.p <= 0.05) == (found.low > 0 or found.high < 0)
        assert len(found.placebos[0].estimates) == 24
        json.dumps(found.as_json(), allow_nan=False)


@pytest.mark.parametrize("method", PLACEBO_METHODS)
def test_large_units_are_measured_in_their_own_scale(method) -> None:  # type: ignore[no-untyped-def]
    """A unit that swings ten times as much has an interval about ten times as wide, not that of the others."""
    rng = np.random.default_rng(8)
    noise = rng.normal(size=(30, 40))
    noise[0] *= 10
    large = method(Panel(noise[:1], noise[2:], 32))
    small = method(Panel(noise[1:2], noise[2:], 32))
    assert 5 < (large.high - large.low) / (small.high - small.low) < 20


@pytest.mark.parametrize("method", PLACEBO_METHODS)
def test_refusals_of_mixtures(method) -> None:  # type: ignore[no-untyped-def]
    units = noisy(30, 30)
    assert method(Panel(units[:1], units[1:5], 24)).refusals == (Refusal.TOO_FEW_UNITS,)
    assert method(Panel(units[:1], units[1:], 4)).refusals == (Refusal.TOO_FEW_PERIODS,)
    assert Refusal.NO_VARIATION in method(Panel(np.ones((1, 30)), np.ones((20, 30)), 24)).refusals
    jumped = units.copy()
    jumped[0, 18:] += 8  # six periods before the start
    assert Refusal.PLACEBO_IN_TIME in method(Panel(jumped[:1], jumped[1:], 24)).refusals
    assert Caution.FEW_PLACEBOS in method(Panel(units[:1], units[1:11], 24)).warnings


def test_a_unit_unlike_all_others_has_no_synthetic_control() -> None:
    units = noisy(30, 30)
    units[0] += 40
    assert Refusal.BAD_PRE_FIT in synthetic_control(Panel(units[:1], units[1:], 24)).refusals


def test_several_treated_units_are_held_against_groups_of_as_many() -> None:
    units = noisy(63, 24)
    units[:3, 18:] += 3
    found = synthetic_difference_in_differences(Panel(units[:3], units[3:], 18))
    assert found.low is not None and found.high is not None
    assert 0 < found.low < 3 < found.high
    assert len(found.placebos[0].estimates) == 200
