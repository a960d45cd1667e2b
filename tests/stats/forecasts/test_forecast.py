"""Forecasts of made-up series: models by hand, the backtest, coverage, what festivals do, and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.studies.forecast import made_up, one
from crmeter.stats.forecasts.backtest import Paths, Series, chosen, errors_of_choosing, needed, origins_of, trials, walk
from crmeter.stats.forecasts.days import Days, effects
from crmeter.stats.forecasts.deviation import deviation
from crmeter.stats.forecasts.forecast import Forecast, Refusal, forecast
from crmeter.stats.forecasts.intervals import reach, spread_of
from crmeter.stats.forecasts.library_models import LIBRARY, bridged
from crmeter.stats.forecasts.naive import OWN, last, mean, seasonal_growth, seasonal_naive, smoothed
from crmeter.stats.forecasts.scales import Bound, fitting


def series(values: np.ndarray, season: int = 12, bound: Bound = Bound.NONE, ahead: int = 3) -> Series:
    return Series(values, season, bound, Days.none(len(values) + ahead))


def test_naive_models_by_hand() -> None:
    z = np.array([1.0, 2.0, 3.0, 4.0, 3.0, 4.0, 5.0, 6.0])
    assert last(z, 4, 2).tolist() == [6, 6]  # type: ignore[union-attr]
    assert seasonal_naive(z, 4, 6).tolist() == [3, 4, 5, 6, 3, 4]  # type: ignore[union-attr]
    assert mean(z, 4, 1).tolist() == [4.5]  # type: ignore[union-attr]
    assert seasonal_growth(z, 4, 5).tolist() == [5, 6, 7, 8, 7]  # type: ignore[union-attr]  # each grew by 2
    gap = z.copy()
    gap[5] = np.nan
    assert seasonal_naive(gap, 4, 2).tolist() == [3, 2]  # type: ignore[union-attr]  # the year before stands in
    assert smoothed(np.full(9, 7.0), 4, 1).tolist() == [7]  # type: ignore[union-attr]


def test_scales_keep_bounds_and_come_back() -> None:
    share, count = np.array([0.0, 0.2, 1.0]), np.array([0.0, 3.0, 8.0])
    for bound, values in ((Bound.SHARE, share), (Bound.COUNT, count), (Bound.POSITIVE, count + 1)):
        scale = fitting(bound, values)
        assert scale.straight(scale.bent(values)) == pytest.approx(values, abs=0.06)
        wild = scale.straight(np.array([-1e3, 1e3]))
        assert wild.min() >= 0 and (bound is not Bound.SHARE or wild.max() <= 1)
    assert np.isnan(fitting(Bound.SHARE, share).bent(np.array([np.nan]))).all()


def test_backtest_by_hand() -> None:
    # a straight line: the last value errs by 1, 2, 3 and a year before (4 periods) always by 4
    found = trials(s := series(np.arange(40.0), season=4), walk(s, 3, OWN, origins_of(s, 3)))
    errors = {trial.model: trial.mean_error for trial in found}
    assert errors["seasonal_naive"] == pytest.approx(4)
    assert errors["seasonal_growth"] == pytest.approx(0)
    mase = next(trial.mase for trial in found if trial.model == "seasonal_naive")
    assert mase == pytest.approx(1)  # it errs in the backtest as it did within what was known
    assert chosen(found) == "seasonal_growth"


def test_no_look_into_the_future() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(size=60)
    changed = values.copy()
    changed[50:] += 100
    plain, later = (walk(series(v), 3, OWN, (40, 50)) for v in (values, changed))
    assert all(np.array_equal(plain.said[name], later.said[name], equal_nan=True) for name in OWN)


def test_the_naive_model_is_used_where_nothing_beats_it() -> None:
    rng = np.random.default_rng(2)
    said = forecast(series(np.cumsum(rng.normal(size=24)), season=12), 1, OWN)
    assert isinstance(said, Forecast)
    assert said.model == said.baseline or next(t for t in said.trials if t.model == said.model).against_baseline < 0.97


def test_refusals() -> None:
    short = forecast(series(np.arange(12.0)), 3, OWN)
    assert short == Refusal("too_short", needed(3), 12)
    assert forecast(series(np.full(40, 2.0)), 3, OWN) == Refusal("constant")


def test_gaps_are_gaps() -> None:
    rng = np.random.default_rng(4)
    values = 50 + rng.normal(size=60)
    values[[10, 30, 45]] = np.nan
    said = forecast(series(values), 3, OWN)
    assert isinstance(said, Forecast)
    assert said.expected == pytest.approx(50, abs=3)  # as zeros they would pull it down
    assert bridged(np.array([1.0, np.nan, 3.0])).tolist() == [1, 2, 3]


@pytest.mark.parametrize("kind", ["seasonal", "share"])
def test_coverage(kind: str) -> None:
    """Nominal 80% and 95%; of 54 values the standard errors are 5 and 3 points. The study has the large numbers."""
    found = made_up(kind, 18, seed=9)
    assert found["80%"]["all"] == pytest.approx(0.8, abs=0.13)
    assert found["95%"]["all"] == pytest.approx(0.95, abs=0.06)


def test_a_movable_holiday_is_taken_apart_from_the_season() -> None:
    rng = np.random.default_rng(1)
    share = np.zeros((63, 1))
    share[np.array([1, 12, 25, 36, 49, 61]), 0] = [0.5, 0.4, 0.6, 0.3, 0.5, 0.5]  # January in some years, else February
    z = 5 + 0.1 * rng.normal(size=63) - 2 * share[:, 0]
    days = Days(share, {"festival": (0,)}, share[:, 0] > 0)
    found = effects(z[:60], 12, days)
    assert found.names == ("festival",)
    assert found.each[61] == pytest.approx(-1, abs=0.25)  # half of a period at −2
    assert effects(5 + 0.1 * rng.normal(size=60), 12, days).names == ()


def test_statsforecast_is_asked_the_same_way() -> None:
    pytest.importorskip("statsforecast")
    values, _ = one("seasonal", np.random.default_rng(7), 63)
    z = np.log(values[:60])
    for name, model in LIBRARY.items():
        found = model(z, 12, 3)
        assert found is not None, name
        assert found == pytest.approx(np.log(values[60:]), abs=0.5), name  # the season alone is 0.3 up and down
        assert model(np.full(30, 1.0), 12, 3) is None


def test_deviation() -> None:
    rng = np.random.default_rng(3)
    values = 50 + rng.normal(size=40)
    values[39] = 60
    far, near = (deviation(series(values), at, 1, OWN, 0.004) for at in (39, 38))
    assert far is not None and near is not None
    assert far.p() < 0.001 < near.p() and far.high[0] < 60
    assert deviation(series(values), 10, 1, OWN, 0.004) is None  # too little is known then


def made_paths(errors: dict[str, np.ndarray], unusual: np.ndarray | None = None) -> Paths:
    """A backtest in which 0 came every time and models erred as given (origin × step)."""
    shape = next(iter(errors.values())).shape
    scales = tuple(fitting(Bound.NONE, np.zeros(1)) for _ in range(shape[0]))
    none = np.zeros(shape, dtype=bool)
    return Paths(
        tuple(range(20, 20 + shape[0])), scales, {name: -e for name, e in errors.items()}, np.zeros(shape),
        none if unusual is None else unusual,
    )  # fmt: skip


def test_errors_of_the_choice_by_hand() -> None:
    # all: a errs by 1, 1, 1, 6 (9), b by 2, 2, 2, 2 (8), the naive one by 3 (12): b is chosen. Without the last a is.
    said = {"last": np.full((4, 1), 3.0), "a": np.array([[1.0], [1], [1], [6]]), "b": np.full((4, 1), 2.0)}
    assert errors_of_choosing(made_paths(said)).ravel().tolist() == [2, 2, 2, 6]


def test_a_choice_of_the_best_of_many_looks_better_than_it_is() -> None:
    # nine models that err alike: the best on 10 origins seems to err less than 1, the procedure does not
    rng = np.random.default_rng(6)
    chosen_best, procedure = [], []
    for _ in range(400):
        said = {name: rng.normal(size=(10, 1)) for name in ["last", *"abcdefgh"]}
        paths = made_paths(said)
        best = min(said, key=lambda name: np.abs(said[name]).mean())
        chosen_best.append(np.mean(said[best] ** 2))
        procedure.append(np.mean(errors_of_choosing(paths) ** 2))
    assert np.mean(chosen_best) < 0.75
    assert np.mean(procedure) == pytest.approx(1, abs=0.1)  # 400 times 10 squares: standard error 0.03


def test_degrees_of_freedom_by_hand() -> None:
    errors = np.random.default_rng(1).normal(size=(24, 3))
    spread = spread_of(errors, made_paths({"last": errors}), fading=1.0)
    assert spread is not None
    # step 1: 24. Step 2: r = 1/2 at distance 1: 24² ÷ (24 + 2·23·¼). Step 3: r = 2/3 and 1/3 at 1 and 2
    by_hand = [24, 576 / (24 + 46 / 4), 576 / (24 + 46 * 4 / 9 + 44 / 9)]
    assert spread.freedom.tolist() == pytest.approx(by_hand)
    # tables of Student's t: 90% one-sided, 24 degrees of freedom
    assert reach(spread, 0.8)[0] == pytest.approx(1.3178, abs=1e-4)
    faded = spread_of(errors, made_paths({"last": errors}))
    assert faded is not None
    # 1/(1 − 0.94²) parts of the squares count by ((1 + 0.94)/(1 − 0.94)) for ever; of 24 a little fewer
    weights = 0.94 ** np.arange(24)
    assert faded.freedom[0] == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert faded.freedom[0] < (1 + 0.94) / (1 - 0.94)


def test_the_tail_reaches_as_far_as_errors_did() -> None:
    errors = np.ones((24, 1))
    errors[::6] = 9.0  # four in 24: 95% of normal errors of that variance would lie within 2.1 × 3.8 = 7.9
    spread = spread_of(errors, made_paths({"last": errors}), fading=1.0)
    assert spread is not None
    assert spread.half_width(0.95, np.array([False]))[0] == pytest.approx(9)


def test_the_last_festivals_are_gone_back_to_where_one_is_forecast() -> None:
    near = np.zeros(210, dtype=bool)
    near[[48, 49, 100, 101, 152, 153, 204, 205]] = True
    days = Days(np.zeros((210, 1)), {}, near)
    newest = tuple(range(180, 204))
    coming = Series(np.arange(204.0), 52, Bound.NONE, days)
    assert origins_of(coming, 2, with_festivals=True) == (152, 153, *newest)  # before 104 too little was known
    assert origins_of(coming, 2) == newest
    autumn = Series(np.arange(190.0), 52, Bound.NONE, days)
    assert origins_of(autumn, 2, with_festivals=True) == tuple(range(166, 190))  # none is coming


def test_few_quarters_cover_too() -> None:
    """Nominal 80% and 95% of 16 quarters of noise: of 120 values the standard errors are 4 and 2 points. The errors of
    the chosen model alone covered 74% and 91% of such series."""
    rng = np.random.default_rng(12)
    inside = {0.8: 0, 0.95: 0}
    for _ in range(120):
        values = 50 + rng.normal(size=19)
        said = forecast(Series(values[:18], 4, Bound.NONE, Days.none(19)), 1, OWN)
        assert isinstance(said, Forecast)
        for level, (low, high) in said.bounds.items():
            inside[level] += bool(low[0] <= values[18] <= high[0])
    assert inside[0.8] / 120 == pytest.approx(0.8, abs=0.08)
    assert inside[0.95] / 120 == pytest.approx(0.95, abs=0.045)
