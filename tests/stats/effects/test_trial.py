"""Trials: against scipy, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from crmeter.stats.effects.effect import Caution, Refusal
from crmeter.stats.effects.trial import Arm, sample_ratio_p, trial

RNG = np.random.default_rng(3)
A, B = RNG.gamma(2, 50, 400), RNG.gamma(2, 45, 380)


def test_means_are_those_of_welch() -> None:
    witness = stats.ttest_ind(A, B, equal_var=False)
    found = trial(Arm(A), Arm(B))
    bounds = witness.confidence_interval(0.95)
    assert found.p == pytest.approx(witness.pvalue, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((bounds.low, bounds.high), rel=1e-9)
    assert found.baseline == pytest.approx(B.mean())
    assert not found.refusals


def test_shares_are_those_of_newcombe() -> None:
    # Newcombe 1998, Statistics in Medicine 17, table II, case (a): 56/70 − 48/80, method 10: 0.0524 to 0.3339
    arms = [np.repeat([1.0, 0.0], counts) for counts in ((56, 14), (48, 32))]
    found = trial(Arm(arms[0]), Arm(arms[1]), planned=None)
    assert (found.estimate, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert found.warnings == (Caution.NOT_BY_LOT,)


def test_ratios_vary_by_person_not_by_order() -> None:
    """Against the jackknife over persons, which knows nothing of gradients; the error of single orders is far below."""
    orders = RNG.poisson(4, 500).astype(float) + 1
    level = RNG.gamma(4, 25, 500)  # each person orders at a size of their own
    spent = orders * level
    left = (spent.sum() - spent) / (orders.sum() - orders)
    jackknife = np.sqrt((500 - 1) / 500 * ((left - left.mean()) ** 2).sum())
    half = [Arm(spent[i::2], orders[i::2]) for i in (0, 1)]
    found = trial(*half)
    assert found.low is not None and found.high is not None
    assert (found.high - found.low) / 3.92 == pytest.approx(2 * jackknife, rel=0.05)
    assert found.estimate == pytest.approx(
        spent[::2].sum() / orders[::2].sum() - spent[1::2].sum() / orders[1::2].sum()
    )


def test_arms_that_are_not_as_planned_are_refused() -> None:
    # χ² of 821 and 1000 against halves: 17.6, p 2.8e-5 (scipy.stats.chisquare)
    assert sample_ratio_p(821, 1000) == pytest.approx(stats.chisquare([821, 1000]).pvalue, rel=1e-9)
    assert trial(Arm(np.resize(A, 821)), Arm(np.resize(B, 1000))).refusals == (Refusal.SAMPLE_RATIO_MISMATCH,)
    assert not trial(Arm(np.resize(A, 821)), Arm(np.resize(B, 1000)), planned=821 / 1821).refusals


def test_what_differed_before_is_said() -> None:
    found = trial(Arm(A), Arm(B), planned=None, before=(Arm(A + 30), Arm(B)))
    assert Caution.ARMS_DIFFERED_BEFORE in found.warnings
    assert found.placebos[0].estimates[0] == pytest.approx(A.mean() + 30 - B.mean())


def test_few_or_equal_persons_are_refused() -> None:
    assert trial(Arm(A[:9]), Arm(B)).refusals == (Refusal.TOO_FEW_UNITS,)
    assert Refusal.NO_VARIATION in trial(Arm(np.full(50, 2.0)), Arm(np.full(50, 2.0))).refusals
    none = Arm(np.zeros(50), np.zeros(50))
    assert trial(none, none).refusals == (Refusal.NO_VARIATION,)
