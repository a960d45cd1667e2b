"""Verdicts: a table, and what holds for all intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmeter.stats.effects.effect import Effect, Method, Refusal
from crmeter.stats.effects.verdict import Verdict, judge


def effect(low: float, high: float) -> Effect:
    return Effect(Method.TRIAL, (low + high) / 2, low, high)


@pytest.mark.parametrize(
    ("low", "high", "up", "verdict", "said"),
    [
        (0.1, 3.0, True, Verdict.IMPROVED, "may_be_smaller_than_wanted"),
        (1.1, 3.0, True, Verdict.IMPROVED, ""),
        (0.1, 0.9, True, Verdict.IMPROVED, "smaller_than_wanted"),
        (0.1, 3.0, False, Verdict.WORSE, "may_be_smaller_than_wanted"),
        (-3.0, -0.1, True, Verdict.WORSE, "may_be_smaller_than_wanted"),
        (-3.0, -1.5, False, Verdict.IMPROVED, ""),
        (-0.5, 0.9, True, Verdict.NO_DETECTABLE_CHANGE, ""),
        (-0.5, 1.0, True, Verdict.CANNOT_TELL, "interval_too_wide"),
        (-1.5, 0.5, True, Verdict.CANNOT_TELL, "interval_too_wide"),  # it may have got worse by what matters
        (0.0, 0.5, True, Verdict.NO_DETECTABLE_CHANGE, ""),
    ],
)
def test_verdicts(low: float, high: float, up: bool, verdict: Verdict, said: str) -> None:
    found = judge(effect(low, high), 1.0, up_is_good=up)
    assert found.verdict is verdict
    assert "".join((*found.reasons, *found.remarks)) == said


def test_nobody_can_tell_where_the_method_refuses() -> None:
    found = judge(effect(2, 3).but(Refusal.PRE_TREND, Refusal.BAD_PRE_FIT), 1.0, up_is_good=True)
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.reasons == ("pre_trend", "bad_pre_fit")
    assert judge(Effect(Method.TRIAL), 1.0, up_is_good=True).reasons == ("no_interval",)


bounds = st.tuples(st.floats(-9, 9), st.floats(0, 9)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(bounds, st.floats(0.01, 5))
def test_the_other_direction_is_the_mirror(pair: tuple[float, float], least: float) -> None:
    turned = {Verdict.IMPROVED: Verdict.WORSE, Verdict.WORSE: Verdict.IMPROVED}
    up, down = (judge(effect(*pair), least, up_is_good=is_up).verdict for is_up in (True, False))
    assert down is turned.get(up, up)


@given(bounds, st.floats(0.01, 5))
def test_nothing_changed_only_where_what_matters_is_excluded(pair: tuple[float, float], least: float) -> None:
    found = judge(effect(*pair), least, up_is_good=True).verdict
    excluded = -least < pair[0] and pair[1] < least
    assert (found is Verdict.NO_DETECTABLE_CHANGE) == (pair[0] <= 0 <= pair[1] and excluded)
