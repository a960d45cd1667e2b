"""The study of benchmarks/studies/effects.py in small: nothing is seldom called something, what was planted is covered.

The bounds are those that chance leaves a method which keeps its promise exactly with 1 in 1000; the full study with its
thousands of data sets lies in benchmarks/results/studies/effects.json.
"""

from __future__ import annotations

import pytest
from scipy.stats import binom

from benchmarks.studies.effects import KINDS, METHODS, runs_of

RUNS = {
    "interrupted_series": 5,
    "difference_in_differences": 40,
    "synthetic_control": 7,
    "synthetic_difference_in_differences": 6,
}


@pytest.mark.parametrize("method", METHODS)
def test_nulls_and_planted_effects(method: str) -> None:
    found = [runs_of(method, kind, RUNS[method], seed=7) for kind in KINDS]
    runs = RUNS[method] * len(KINDS)
    assert sum(one["called"] for one in found) * RUNS[method] <= binom.ppf(0.999, runs, 0.05)
    missed = sum((1 - one["covered"]) * one["data_sets"] for one in found)
    assert missed <= binom.ppf(0.999, 2 * runs, 0.05)
    assert not any(one["called_worse_though_improved"] for one in found)
    assert found[0]["found"] > 0.5  # under white noise
