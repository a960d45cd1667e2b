"""A small version of benchmarks/studies/clv.py: what made the data is found again, as surely as the errors say."""

from __future__ import annotations

import pytest

from benchmarks.studies.clv import MODELS, judged

REPLICATIONS = 30


@pytest.mark.parametrize("model", MODELS)
def test_recovery(model: str) -> None:
    found = judged(model, customers=1500, replications=REPLICATIONS, seed=50)
    assert found["fits_that_named_a_parameter"] <= 1
    for name, ratio in found["median_of_estimate_over_truth"].items():
        assert ratio == pytest.approx(1.0, abs=0.35), name
    # of 30 at 95%, fewer than 24 are seen once in 3000; standard errors of half the size would leave about 20
    for name, share in found["covered_in_logs"].items():
        assert share > 23.5 / REPLICATIONS, name
