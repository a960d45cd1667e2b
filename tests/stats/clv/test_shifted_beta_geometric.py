"""Shifted beta-geometric: published figures, and many-digit witnesses."""

from __future__ import annotations

from itertools import pairwise

import mpmath
import numpy as np
import pytest

from crmeter.stats.clv import shifted_beta_geometric
from crmeter.stats.clv.shifted_beta_geometric import ShiftedBetaGeometric

# Fader and Hardie (2007), Journal of Interactive Marketing 21(1), table 1: of 1000 customers, those still there
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]


def lost(there: list[int]) -> list[int]:
    return [before - after for before, after in pairwise(there)]


def test_high_end() -> None:
    model = shifted_beta_geometric.fit(lost(HIGH_END), HIGH_END[-1])
    # R24: the paper, appendix B (its text misprints .688)
    assert model.fit.parameters == pytest.approx([0.668, 3.806], abs=0.0006)
    # R25: the paper, appendix B: log likelihood for each customer
    assert model.fit.log_likelihood / 1000 == pytest.approx(-1.611, abs=0.0006)
    # R26: README of the package shifted_beta_geometric_py
    assert model.survival([8, 9, 10, 11, 12]) == pytest.approx([0.46, 0.436, 0.414, 0.395, 0.378], abs=0.0006)
    # R27: the same: discounted expected residual lifetime at 10% after 7 renewals
    assert model.residual_lifetime(0.1, 7) == pytest.approx(7.53, abs=0.001)


def test_regular() -> None:
    model = shifted_beta_geometric.fit(lost(REGULAR), REGULAR[-1])
    # R28: the paper, table 2
    assert model.fit.parameters == pytest.approx([0.704, 1.182], abs=0.0006)
    # R29: computed by a prototype with other formulas
    assert model.fit.log_likelihood / 1000 == pytest.approx(-1.680, abs=0.0006)


def test_retention() -> None:
    # R30: the paper, equation 8
    assert ShiftedBetaGeometric.of(0.668, 3.806).retention([1, 8]) == pytest.approx([0.851, 0.942], abs=0.0006)


@pytest.mark.parametrize(("alpha", "beta", "renewals", "discount"), [
    (0.668, 3.806, 7, 0.1), (0.3, 2.0, 0, 1e-3), (2.5, 40.0, 3, 1e-6), (12.0, 0.4, 1, 0.5), (0.05, 900.0, 30, 0.02),
])  # fmt: skip
def test_residual_lifetime_to_many_digits(alpha: float, beta: float, renewals: int, discount: float) -> None:
    # witness: the mean of 1 / (1 - (1 - p) / (1 + d)) over chances to leave, by mpmath, less the period that is paid
    with mpmath.workdps(30):
        a, b, factor = mpmath.mpf(alpha), mpmath.mpf(beta) + renewals, 1 / (1 + mpmath.mpf(discount))
        ends = [0, *(mpmath.mpf(10) ** -power for power in (12, 9, 6, 4, 3, 2, 1)), 0.9, 1]
        ends = [mpmath.mpf(end) ** a for end in ends]  # of u = p^a, so that there is no pole at 0
        mean = mpmath.quad(lambda u: (1 - u ** (1 / a)) ** b / (1 - factor * (1 - u ** (1 / a))), ends)
        mean /= a * mpmath.beta(a, b)
    assert ShiftedBetaGeometric.of(alpha, beta).residual_lifetime(discount, renewals) == pytest.approx(
        float(mean), rel=1e-8
    )


def test_residual_lifetime_without_discount() -> None:
    # hand calculation: alpha 2, beta 1: survival 2 / ((t+1)(t+2)), of which the sum from t = 1 on is 1
    assert ShiftedBetaGeometric.of(2, 1).residual_lifetime(0.0, 0) == pytest.approx(1.0)
    assert ShiftedBetaGeometric.of(1, 1).residual_lifetime(0.0, 0) is None
    with pytest.raises(ValueError, match="0 or more"):
        ShiftedBetaGeometric.of(1, 1).residual_lifetime(-0.1, 0)


def test_cohorts_of_different_age_are_one_sum() -> None:
    # the same customers, half of them seen for three renewals only: the likelihood of either way of telling agrees
    whole = shifted_beta_geometric.fit([131, 126, 90], [0, 0, 653])
    assert whole.fit.parameters == pytest.approx(shifted_beta_geometric.fit([131, 126, 90], 653).fit.parameters)
    mixed = shifted_beta_geometric.fit([262, 126, 90], [869, 0, 653])
    # by hand from the definition: 262 log P(1) + 126 log P(2) + 90 log P(3) + 869 log S(1) + 653 log S(3)
    there = np.concatenate(([1.0], mixed.survival([1, 2, 3])))
    height = [262, 126, 90] @ np.log(-np.diff(there)) + 869 * np.log(there[1]) + 653 * np.log(there[3])
    assert mixed.fit.log_likelihood == pytest.approx(height, rel=1e-12)


@pytest.mark.parametrize(("left", "still", "status"), [
    ([0, 0, 0], 100, "boundary:alpha,beta"),     # nobody leaves
    ([50], 0, "boundary:alpha,beta"),            # all leave at once
    ([10], 90, "unidentified:alpha,beta"),       # one renewal tells one share: two parameters cannot be had from it
    ([500, 250, 125, 62], 63, "boundary:alpha,beta"),  # all have the same chance: both grow without end
    ([500, 0, 0, 0], 500, "boundary:alpha,beta"),      # some leave at once, the others never
])  # fmt: skip
def test_what_the_data_do_not_tell_is_named(left: list[int], still: int, status: str) -> None:
    model = shifted_beta_geometric.fit(left, still)
    assert model.fit.status == status
    assert model.fit.standard_errors == (None, None)
    seen = 1 - np.cumsum(left) / (sum(left) + still)
    assert model.survival(np.arange(1, len(left) + 1)) == pytest.approx(seen, abs=2e-3)  # what is told is right


def test_refusals() -> None:
    for left, still in (([], 5), ([-1], 5), ([0], 0), ([1.0, np.nan], 2), ([1, 2], [1, 2, 3])):
        with pytest.raises(ValueError):
            shifted_beta_geometric.fit(left, still)
