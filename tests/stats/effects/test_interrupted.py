"""Interrupted series: the algebra in closed form, and what must not matter."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from crmeter.stats.effects import interrupted
from crmeter.stats.effects.effect import Caution, Refusal
from crmeter.stats.effects.interrupted import Interrupted, interrupted_series


def noise(length: int, seed: int = 2) -> np.ndarray:
    return np.asarray(np.random.default_rng(seed).normal(size=length))


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A grid of a single strength, for which the answer is known in closed form."""

    def one(fading: float, wandering: float) -> None:
        monkeypatch.setattr(interrupted, "_noises", lambda: [(fading, wandering, 1.0)])
        monkeypatch.setattr(interrupted, "TREND", ((0.0, 1.0),))
        interrupted._model.cache_clear()

    yield one
    interrupted._model.cache_clear()


def test_white_noise_is_students_prediction(only) -> None:  # type: ignore[no-untyped-def]
    """mean after − mean before ± t(n − 1) · s · √(1/h + 1/n), any textbook."""
    only(0.0, 0.0)
    values = 20 + 3 * noise(40)
    found = interrupted_series(Interrupted(values, 30), in_time=False)
    reach = stats.t.ppf(0.975, 29) * values[:30].std(ddof=1) * np.sqrt(1 / 10 + 1 / 30)
    assert found.estimate == pytest.approx(values[30:].mean() - values[:30].mean())
    assert (found.high - found.low) / 2 == pytest.approx(reach, rel=1e-8)


def test_outside_series_are_least_squares(only) -> None:  # type: ignore[no-untyped-def]
    """Ordinary regression's prediction of a mean, by its matrix formula."""
    only(0.0, 0.0)
    outside = np.cumsum(noise(50, 4))[:, None]
    values = 5 + 2 * outside[:, 0] + noise(50, 5)
    found = interrupted_series(Interrupted(values, 40, 0, outside), in_time=False)
    design = np.column_stack([np.ones(50), outside])
    fitted, (squares,), *_ = np.linalg.lstsq(design[:40], values[:40], rcond=None)
    mean = design[40:].mean(axis=0)
    spread = squares / 38 * (1 / 10 + mean @ np.linalg.inv(design[:40].T @ design[:40]) @ mean)
    assert found.baseline == pytest.approx(mean @ fitted)
    assert (found.high - found.low) / 2 == pytest.approx(stats.t.ppf(0.975, 38) * np.sqrt(spread), rel=1e-7)


def test_a_random_walk_goes_on_from_where_it_is(only) -> None:  # type: ignore[no-untyped-def]
    """Steps of variance q = 1e8 of the noise: the last value is the forecast; the mean of h later values has the
    variance of a step times (h + 1)(2h + 1) ÷ 6h; the interval is wider by what walks are wider that look as if they
    faded."""
    only(0.0, 1e8)
    values = np.cumsum(noise(60))
    found = interrupted_series(Interrupted(values, 50), in_time=False)
    step = np.sqrt((np.diff(values[:50]) ** 2).mean())
    assert found.baseline == pytest.approx(values[49], abs=1e-4)
    reach = stats.t.ppf(0.975, 49) * step * np.sqrt(11 * 21 / 60) * interrupted.WIDER
    assert (found.high - found.low) / 2 == pytest.approx(reach, rel=1e-4)


def test_an_effect_moves_the_interval_and_a_unit_scales_it() -> None:
    values = 100 + noise(60)
    still = interrupted_series(Interrupted(values, 50, 12))
    moved, scaled = values.copy(), 1000 * values
    moved[50:] += 7
    found, large = interrupted_series(Interrupted(moved, 50, 12)), interrupted_series(Interrupted(scaled, 50, 12))
    for name in ("estimate", "low", "high"):
        assert getattr(found, name) == pytest.approx(getattr(still, name) + 7, abs=1e-6)
        assert getattr(large, name) == pytest.approx(1000 * getattr(still, name), rel=1e-6)
    json.dumps(found.as_json(), allow_nan=False)


def test_seasons_are_no_effects() -> None:
    """The window lies in the high months of the year; without the season it would pass for an effect."""
    season = np.resize([0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8], 60)
    values = 50 + season + noise(60)
    known, unknown = (interrupted_series(Interrupted(values, 57, s), in_time=False) for s in (12, 0))
    assert known.low is not None and known.high is not None and unknown.low is not None
    assert known.low < 0 < known.high and known.high - known.low < 6
    assert abs(unknown.estimate or 0) > 3


def test_periods_of_the_change_are_skipped() -> None:
    values = noise(44)
    values[30:34] += 50
    found = interrupted_series(Interrupted(values, 30, 0, None, 4))
    assert abs(found.estimate or 99) < 1.5 and found.n["after"] == 10


def test_what_it_refuses() -> None:
    assert interrupted_series(Interrupted(noise(14), 11)).refusals == (Refusal.TOO_FEW_PERIODS,)
    assert interrupted_series(Interrupted(np.full(40, 3.0), 30)).refusals == (Refusal.NO_VARIATION,)
    jump = 0.01 * noise(60)
    jump[40:] += 5  # before the start, and far beyond what came before
    found = interrupted_series(Interrupted(jump, 50))
    assert found.refusals == (Refusal.PLACEBO_IN_TIME,)
    assert Caution.SEASON_UNSEEN in interrupted_series(Interrupted(noise(25), 20, 12)).warnings
