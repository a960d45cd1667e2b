"""Who answers: chi-square against scipy, weights against tables done by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from crmeter.stats.nonresponse import raked, unlike, weighted_ratio


def test_chi_square_as_scipys() -> None:
    """scipy 1.17: chi2_contingency(correction=False)."""
    answered, asked = [40, 55, 18], [120, 130, 80]
    table = [answered, [n - k for k, n in zip(answered, asked, strict=True)]]
    assert unlike(answered, asked) == pytest.approx(chi2_contingency(table, correction=False).pvalue, rel=1e-10)


def test_small_groups_are_taken_together() -> None:
    """Of 400 asked 100 answered: 19 asked expect 4.75 answers, less than 5; two such groups make 9.5."""
    together = unlike([60, 30, 4, 6], [242, 120, 19, 19])
    table = [[60, 30, 10], [182, 90, 28]]
    assert together == pytest.approx(chi2_contingency(table, correction=False).pvalue, rel=1e-10)
    assert unlike([90, 2], [360, 8]) is None
    assert unlike([0, 0], [50, 50]) is None


def test_weights_bring_each_dimension_to_its_shares() -> None:
    rng = np.random.default_rng(1)
    groups = [rng.integers(0, 3, 500), rng.integers(0, 2, 500)]
    targets = [np.array([0.5, 0.3, 0.2]), np.array([0.25, 0.75])]
    weights = raked(groups, targets)
    assert weights is not None and weights.mean() == pytest.approx(1)
    for codes, target in zip(groups, targets, strict=True):
        assert np.bincount(codes, weights) / 500 == pytest.approx(target)


def test_a_group_without_an_answer_cannot_be_weighed_up() -> None:
    assert raked([np.array([0, 0, 1])], [np.array([0.4, 0.4, 0.2])]) is None


def test_weighted_score_by_hand() -> None:
    """Promoters answer twice as often: 40 of 60 answers from a group that is half of all; the true score of both
    groups, 80 and 20, comes back as 50 and not 60."""
    scores = np.array([80.0] * 40 + [20.0] * 20)
    weights = raked([np.array([0] * 40 + [1] * 20)], [np.array([0.5, 0.5])])
    assert weights is not None
    found = weighted_ratio(scores, np.ones(60), weights)
    assert found is not None and found.value == pytest.approx(50)
    # Kish: (Σw)² ÷ Σw² with w = 0.75 (40 times) and 1.5 (20 times): 3600 ÷ 67.5
    assert found.effective == pytest.approx(3600 / 67.5)
    raw = weighted_ratio(scores, np.ones(60), np.ones(60))
    assert raw is not None and raw.value == pytest.approx(60)
    assert weighted_ratio(scores, np.zeros(60), weights) is None
