"""Change points: planted ones are found with their date, and seldom where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.studies.forecast import chained
from crmeter.stats.change_points import autocorrelation_beside_shifts, change_points

pytest.importorskip("ruptures")


def test_a_step_is_dated() -> None:
    rng = np.random.default_rng(1)
    z = rng.normal(size=60) + 5 * (np.arange(60) >= 40)
    (found,) = change_points(z)
    assert found.earliest <= 40 <= found.latest and abs(found.at - 40) <= 1
    assert found.after - found.before == pytest.approx(5, abs=1) and not found.of_growth


def test_one_at_the_end_is_found_after_three_periods() -> None:
    rng = np.random.default_rng(2)
    (found,) = change_points(rng.normal(size=60) + 6 * (np.arange(60) >= 57))
    assert found.at == 57


@pytest.mark.parametrize("together", [0.0, 0.6, 1.0])
def test_seldom_where_there_is_none(together: float) -> None:
    rng = np.random.default_rng(3)
    found = [change_points(chained(rng.normal(size=90), together)[30:]) for _ in range(60)]
    assert np.mean([bool(each) for each in found]) <= 0.1  # without the long-run variance two thirds of random walks


def test_a_steady_trend_is_no_change() -> None:
    rng = np.random.default_rng(4)
    assert change_points(0.2 * np.arange(60) + 0.1 * rng.normal(size=60)) == []


def test_a_step_without_noise_is_one_of_level() -> None:
    (found,) = change_points(np.where(np.arange(24) >= 14, 0.685, 0.328))
    assert (found.at, found.earliest, found.latest, found.of_growth) == (14, 14, 14, False)


def test_nothing_to_find() -> None:
    assert change_points(np.full(30, 2.0)) == [] and change_points(np.arange(5.0)) == []


def test_shifts_are_not_taken_for_correlation() -> None:
    rng = np.random.default_rng(5)
    shifted = rng.normal(size=300) + 8 * (np.arange(300) >= 150)
    assert autocorrelation_beside_shifts(shifted) < 0.2
    assert autocorrelation_beside_shifts(chained(rng.normal(size=600), 0.7)) > 0.45
