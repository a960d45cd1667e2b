"""Benjamini–Hochberg against the example of its paper and against scipy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmeter.stats.multiple import adjusted_p, benjamini_hochberg

# Benjamini and Hochberg 1995, section 3.2: thrombolysis in acute myocardial infarction
PAPER = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
PAPER += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]


def test_the_example_of_the_paper_calls_four() -> None:
    assert benjamini_hochberg(PAPER) == [True] * 4 + [False] * 11
    assert benjamini_hochberg(PAPER[::-1]) == [False] * 11 + [True] * 4


def test_a_larger_p_below_its_line_carries_the_smaller_ones() -> None:
    """0.04 is above 0.05 × 1/2, yet 0.045 is below 0.05 × 2/2: both are called."""
    assert benjamini_hochberg([0.04, 0.045]) == [True, True]


def test_none_is_no_test() -> None:
    assert benjamini_hochberg([None, 0.04, None]) == [False, True, False]
    assert adjusted_p([None, 0.04]) == [None, 0.04]
    assert benjamini_hochberg([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_adjusted_p_is_scipys(p_values: list[float]) -> None:
    assert adjusted_p(p_values) == pytest.approx(list(stats.false_discovery_control(p_values)), rel=1e-12, abs=1e-300)


@given(st.lists(st.one_of(st.none(), st.integers(0, 1000).map(lambda n: n / 1000)), max_size=40))
def test_calls_and_adjusted_p_agree(p_values: list[float | None]) -> None:
    for called, adjusted in zip(benjamini_hochberg(p_values), adjusted_p(p_values), strict=True):
        assert (adjusted is None and not called) or adjusted == pytest.approx(0.05) or called == (adjusted <= 0.05)
