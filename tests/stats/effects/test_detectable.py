"""What a design can show: where a formula is right it agrees, where it is not it does not."""

from __future__ import annotations

import numpy as np
import pytest

from crmeter.stats.effects.detectable import detectable, panel_runs, series_runs, trial_runs
from crmeter.stats.effects.difference_in_differences import difference_in_differences
from crmeter.stats.effects.interrupted import Interrupted
from crmeter.stats.effects.trial import Arm


def test_trials_agree_with_the_formula_for_independent_persons() -> None:
    """(1.96 + 0.84) · σ · √(1/n₁ + 1/n₂), any textbook; here σ = 10 and two halves of 800 persons."""
    rng = np.random.default_rng(1)
    windows = [Arm(rng.normal(50, 10, 800)) for _ in range(6)]
    found = detectable(trial_runs(windows), up_is_good=True)
    assert found.runs == 240
    assert found.effect == pytest.approx(2.8016 * 10 * np.sqrt(2 / 400), rel=0.15)
    assert found.false_alarms is not None and found.false_alarms < 0.1


def test_noise_that_stays_makes_it_larger_and_more_time_does_not_help() -> None:
    """Steps of the same size: white noise averages out, a random walk does not."""
    rng = np.random.default_rng(6)
    shocks = rng.normal(size=72)
    found = {}
    for name, values in (("white", shocks), ("walk", np.cumsum(shocks))):
        for after in (2, 12):
            runs = series_runs(Interrupted(values, 71), after)
            found[name, after] = detectable(runs, up_is_good=True).effect
    assert found["white", 12] < found["white", 2]
    assert found["walk", 12] > found["walk", 2] > found["white", 2]


def test_panels_are_tried_in_time_and_in_units() -> None:
    rng = np.random.default_rng(2)
    units = rng.normal(size=(21, 36))
    runs = panel_runs(units[:1], units[1:], 6, difference_in_differences)
    found = detectable(runs, up_is_good=True)
    assert found.runs == 12 + 20
    # a change of one unit has variance 1/6 + 1/30, and 1/20 of that of the others
    assert found.effect == pytest.approx(2.95 * np.sqrt((1 / 6 + 1 / 30) * (1 + 1 / 20)), rel=0.3)


def test_a_short_history_has_no_answer() -> None:
    assert detectable([], up_is_good=True).effect is None
    assert detectable(series_runs(Interrupted(np.arange(13.0), 12), 2), up_is_good=True).effect is None
