"""Ranking, calibration and lift: against scikit-learn, samples drawn anew, and sums by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as sklearn_log_loss

from crmeter.stats.classification import auc, brier, calibration_error, log_loss, parts


@pytest.fixture(scope="module")
def some() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    chances = np.round(rng.beta(2, 6, 400), 2)  # with ties
    return chances, rng.random(400) < chances


def test_as_scikit_learn(some: tuple[np.ndarray, np.ndarray]) -> None:
    chances, happened = some
    found = auc(chances, happened)
    assert found and found.value == pytest.approx(roc_auc_score(happened, chances), abs=1e-12)
    assert brier(chances, happened) == pytest.approx(brier_score_loss(happened, chances), abs=1e-12)
    safe = np.clip(chances, 0.01, 0.99)
    assert log_loss(safe, happened) == pytest.approx(sklearn_log_loss(happened, safe), abs=1e-12)


def test_interval_as_the_spread_of_samples_drawn_anew(some: tuple[np.ndarray, np.ndarray]) -> None:
    """A thousand bootstrap samples within each kind spread as DeLong's error says."""
    chances, happened = some
    rng, high, low = np.random.default_rng(1), chances[happened], chances[~happened]
    drawn = []
    for _ in range(1000):
        a, b = rng.choice(high, len(high)), np.sort(rng.choice(low, len(low)))
        drawn.append(np.mean(np.searchsorted(b, a) + np.searchsorted(b, a, side="right")) / 2 / len(low))
    found = auc(chances, happened)
    assert found and found.low and found.high
    assert (found.low, found.high) == pytest.approx(np.quantile(drawn, (0.025, 0.975)), abs=0.01)


def test_parts_by_hand() -> None:
    """Ten customers, the chances 0.9 … 0.0; of the five highest 3 leave, of the five lowest 1: overall 0.4."""
    chances = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0]
    happened = [True, True, False, True, False, False, True, False, False, False]
    first, second = parts(chances, happened, 2)
    assert (first.count, first.happened, first.share, first.lift) == (5, 3, 0.6, pytest.approx(1.5))
    assert (second.share, second.lift) == (0.2, pytest.approx(0.5))
    # mean estimates 0.7 and 0.2 against 0.6 and 0.2
    assert calibration_error(chances, happened, 2) == pytest.approx(0.05)


def test_too_little_is_said() -> None:
    assert auc([0.1, 0.2], [True, True]) is None
    only = auc([0.1, 0.2], [False, True])
    assert only and (only.value, only.low) == (1, None)
    assert parts([], []) == [] and calibration_error([], []) is None
