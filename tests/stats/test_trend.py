"""Mann's test of trend against scipy's exact Kendall test."""

from __future__ import annotations

import random

import pytest
from scipy.stats import kendalltau

from crmeter.stats.trend import rising_p


def test_as_scipy_has_it() -> None:
    rng = random.Random(1)
    for _ in range(20):
        values = [rng.random() for _ in range(rng.choice((7, 8, 9)))]
        wanted = kendalltau(range(len(values)), values, method="exact", alternative="greater").pvalue
        assert rising_p(values) == pytest.approx(wanted, rel=1e-12)


def test_values_without_a_trend_seem_to_have_one_as_often_as_said() -> None:
    """Of random orders at most the share p has a p that small."""
    rng = random.Random(2)
    found = [rising_p([rng.random() for _ in range(9)]) for _ in range(4000)]
    assert sum(p <= 0.05 for p in found) / len(found) <= 0.06
    assert rising_p([1.0] * 9) > 0.5
