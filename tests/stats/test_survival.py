"""Survival curves, the log-rank test and hazard ratios: against R, lifelines, and sums written out one by one."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import median_survival_times
from numpy.typing import NDArray

from crmeter.kernel.extras import library
from crmeter.stats.survival.comparison import log_rank
from crmeter.stats.survival.curve import Curve, kaplan_meier
from crmeter.stats.survival.exposure import (
    RiskSets,
    changing_exposure,
    fixed_exposure,
    hazard_ratio,
)

# Acute myelogenous leukaemia, maintained and not (Miller 1981; R: survival::aml). A minus: still alive.
MAINTAINED = [9, 13, -13, 18, 23, -28, 31, 34, -45, 48, -161]
NOT_MAINTAINED = [5, 5, 8, 8, 12, -16, 23, 27, 30, 33, 43, 45]


def read(signed: list[int]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    found = np.array(signed, dtype=float)
    return np.abs(found), found > 0


def curve(*given: object) -> Curve:
    found = kaplan_meier(*given)  # type: ignore[arg-type]
    assert found
    return found


def test_kaplan_meier_of_aml() -> None:
    found = curve(*read(MAINTAINED))
    # reference_table R31: R survival 3.8.3, S at 9 13 18 23 31 34 48, to 1e-9
    published = (0.9090909091, 0.8181818182, 0.7159090909, 0.6136363636, 0.4909090909, 0.3681818182, 0.1840909091)
    assert found.times.tolist() == [9, 13, 18, 23, 31, 34, 48]
    assert found.survival.tolist() == pytest.approx(published, abs=1e-9)
    # reference_table R32: R survival 3.8.3, Greenwood standard errors at 9 13 18, to 1e-9
    assert found.standard_error[:3] == pytest.approx((0.0866784172, 0.1162912998, 0.1396649706), abs=1e-9)
    # R, survfit(conf.type = "log-log") prints 31 as the median
    assert found.quantile()[0] == 31


def test_log_rank_of_aml() -> None:
    lasted, ended = read(MAINTAINED + NOT_MAINTAINED)
    found = log_rank(lasted, ended, [0] * 11 + [1] * 12)
    # reference_table R33: R survdiff, chi-square 3.396388987 and p 0.065339322, to 1e-4
    assert found.statistic == pytest.approx(3.396388987, abs=1e-4)
    assert found.p == pytest.approx(0.065339322, abs=1e-4)
    # R survdiff prints observed 7 and 11, expected 10.69 and 7.31
    assert found.observed == (7, 11)
    assert found.expected == pytest.approx((10.69, 7.31), abs=0.005)


def test_what_lies_beyond_the_data_is_not_said() -> None:
    found = curve([1, 2, 3, 4], [True, False, False, False])
    assert found.at(0.5) is not None and found.at(0.5).value == 1  # type: ignore[union-attr]
    assert found.at(0.5).low is None  # type: ignore[union-attr]
    assert found.at(4) is not None and found.at(4.01) is None
    assert found.quantile()[0] is None  # never down to a half
    gone = curve([1, 2], [True, True])
    last = gone.at(9)
    assert last is not None and (last.value, last.low, last.high) == (0, None, None)
    assert gone.standard_error[-1] is None
    nobody = curve([1, 2], [False, False])
    assert nobody.total_events == 0 and nobody.at(1.5).value == 1  # type: ignore[union-attr]
    assert kaplan_meier([], []) is None
    with pytest.raises(ValueError, match="larger than its entry"):
        kaplan_meier([1.0], [True], [1.0])
    with pytest.raises(ValueError, match="number"):
        kaplan_meier([math.nan], [True])


def made(seed: int, *, late: bool) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """120 durations with ties, a third still going on; ``late``: some come under observation later."""
    rng = np.random.default_rng(seed)
    lasted = np.ceil(rng.exponential(8, 120)) + 1
    entry = np.floor(rng.uniform(0, 0.9, 120) * lasted) if late else np.zeros(120)
    entry[:30] = 0
    return lasted, rng.random(120) < 0.66, entry


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_kaplan_meier_as_lifelines(seed: int, late: bool) -> None:
    lasted, ended, entry = made(seed, late=late)
    found = curve(lasted, ended, entry if late else None)
    # lifelines' own fix-up moves entries at 0 a little; -1 is before everything
    other = KaplanMeierFitter().fit(lasted, ended, entry=np.where(entry == 0, -1, entry) if late else None)
    theirs = other.survival_function_at_times(found.times).to_numpy()
    assert found.survival == pytest.approx(theirs, abs=1e-12)
    bounds = other.confidence_interval_.loc[found.times].to_numpy()
    for place, (low, high) in enumerate(bounds.tolist()):
        if found.low[place] is not None:
            assert (found.low[place], found.high[place]) == pytest.approx((low, high), abs=1e-9)
    middle, low_bound, high_bound = found.quantile()
    assert middle == pytest.approx(other.median_survival_time_)
    theirs = median_survival_times(other.confidence_interval_).to_numpy()[0].tolist()
    assert [low_bound or math.inf, high_bound or math.inf] == pytest.approx(theirs)


@pytest.mark.parametrize("seed", range(3))
def test_log_rank_of_four_groups_as_lifelines(seed: int) -> None:
    lasted, ended, _ = made(seed, late=False)
    of = np.arange(120) % 4
    found, theirs = log_rank(lasted, ended, of), multivariate_logrank_test(lasted, of, ended)
    assert (found.statistic, found.p, found.df) == pytest.approx((theirs.test_statistic, theirs.p_value, 3), rel=1e-9)


def by_hand(
    lasted: list[float], ended: list[bool], of: list[int], entry: list[float], layer: list[int]
) -> tuple[Fraction, Fraction]:
    """Observed less expected of group 1, and its variance, one end after the other in whole fractions."""
    off, variance = Fraction(0), Fraction(0)
    everyone = list(zip(lasted, ended, of, entry, layer, strict=True))
    for each in sorted(set(layer)):
        for time in sorted({t for t, e, _, _, k in everyone if e and k == each}):
            risk = [g for t, _, g, a, k in everyone if a < time <= t and k == each]
            gone = [g for t, e, g, _, k in everyone if e and t == time and k == each]
            n, d, own = len(risk), len(gone), sum(risk)
            off += sum(gone) - Fraction(d * own, n)
            if n > 1:
                variance += Fraction(d * (n - d) * own * (n - own), (n - 1) * n * n)
    return off, variance


def test_log_rank_within_strata_of_those_who_entered_late() -> None:
    lasted, ended, entry = made(5, late=True)
    of, layer = np.arange(120) % 2, np.arange(120) // 60
    off, variance = by_hand(lasted.tolist(), ended.tolist(), of.tolist(), entry.tolist(), layer.tolist())
    found = log_rank(lasted, ended, of, entry, layer)
    assert found.observed[1] - found.expected[1] == pytest.approx(float(off))
    assert found.statistic == pytest.approx(float(off**2 / variance))


def test_nothing_to_compare() -> None:
    assert log_rank([], [], []).p is None
    assert log_rank([1, 2], [True, True], [0, 0]).p is None
    assert log_rank([1, 2], [False, False], [0, 1]).p is None
    assert hazard_ratio(fixed_exposure([1, 2, 3], [True, True, True], [False, False, False])) is None
    assert hazard_ratio(fixed_exposure([1, 2, 3, 4], [True, False, False, True], [True, False, True, False])) is None


@pytest.mark.parametrize("late", [False, True])
def test_hazard_ratio_as_lifelines(late: bool) -> None:
    lasted, ended, entry = made(1, late=late)
    exposed = np.random.default_rng(9).random(120) < 0.4
    found = hazard_ratio(fixed_exposure(lasted, ended, exposed, entry))
    frame = library("pandas").DataFrame({"t": lasted, "e": ended, "x": exposed.astype(float), "entry": entry})
    theirs = CoxPHFitter().fit(frame, "t", "e", entry_col="entry").summary.loc["x"]
    assert found
    expected = [theirs["exp(coef)"], theirs["exp(coef) lower 95%"], theirs["exp(coef) upper 95%"], theirs["p"]]
    assert [found.value, found.low, found.high, found.p] == pytest.approx(expected, rel=1e-5)


def test_hazard_ratio_within_strata_as_lifelines() -> None:
    lasted, ended, _ = made(2, late=False)
    exposed, layer = np.random.default_rng(3).random(120) < 0.4, np.arange(120) % 3
    sets = [fixed_exposure(lasted[layer == k], ended[layer == k], exposed[layer == k]) for k in range(3)]
    frame = library("pandas").DataFrame({"t": lasted, "e": ended, "x": exposed.astype(float), "layer": layer})
    theirs = CoxPHFitter().fit(frame, "t", "e", strata=["layer"]).summary.loc["x"]
    found = hazard_ratio(RiskSets.together(sets))
    assert found and found.value == pytest.approx(theirs["exp(coef)"], rel=1e-5)


def test_hazard_ratio_of_a_condition_that_comes_and_goes_as_lifelines() -> None:
    """Each is exposed for a while, some twice and overlapping, some up to the very end."""
    rng = np.random.default_rng(11)
    lasted = 1 + 20 * rng.random(80)
    ended = rng.random(80) < 0.7
    whose = np.concatenate((np.arange(50), np.arange(10)))
    since = lasted[whose] * rng.random(60)
    until = np.where(np.arange(60) % 3 == 0, lasted[whose] + 5, since + 4)
    stretches = []  # a row for each stretch in which nothing changes: the same likelihood
    for who in range(80):
        own = [(a, b) for w, a, b in zip(whose, since, until, strict=True) if w == who]
        cuts = sorted({0.0, lasted[who], *(min(max(c, 0), lasted[who]) for pair in own for c in pair)})
        for a, b in pairwise(cuts):
            exposed = any(start < b and a < stop for start, stop in own)
            stretches.append((a, b, float(exposed), bool(ended[who] and b == lasted[who])))
    frame = library("pandas").DataFrame(stretches, columns=["start", "stop", "x", "e"])
    theirs = CoxPHFitter().fit(frame, "stop", "e", entry_col="start").summary.loc["x"]
    found = hazard_ratio(changing_exposure(lasted, ended, whose, since, until))
    assert found
    expected = [theirs["exp(coef)"], theirs["exp(coef) lower 95%"], theirs["exp(coef) upper 95%"]]
    assert [found.value, found.low, found.high] == pytest.approx(expected, rel=1e-4)
