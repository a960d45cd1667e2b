"""The climb: to the top where there is one, with the name of what runs away where there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from crmeter.stats.clv.fit import fit_of, given
from crmeter.stats.clv.histories import Numbers
from crmeter.stats.clv.newton import Terms, maximise

ZERO = np.zeros(2)
ONES = np.ones(2)


def binomial(logs: Numbers) -> Terms:
    """30 of 100 with odds e^first; nothing depends on the second."""
    share = 1 / (1 + math.exp(-logs[0]))
    height = 30 * math.log(share) + 70 * math.log1p(-share)
    return height, np.array([30 - 100 * share, 0.0]), np.diag([-100 * share * (1 - share), 0.0])


def runaway(logs: Numbers) -> Terms:
    """The first has its top at 1, the second does better the smaller it is."""
    small = math.exp(min(logs[1], 50.0))
    slope, curvature = np.array([-40 * (logs[0] - 1), -small]), np.diag([-40.0, -small])
    return -20 * (logs[0] - 1) ** 2 - small, slope, curvature


def test_a_parameter_without_influence_is_named() -> None:
    found = fit_of(("odds", "idle"), maximise(binomial, ZERO, 100.0), ZERO, ONES, 100.0)
    assert found.status == "unidentified:idle"
    assert found["odds"] == pytest.approx(30 / 70)  # by hand
    assert found.standard_errors[0] == pytest.approx(30 / 70 / math.sqrt(21))  # of log odds: 1 / sqrt(100 * .3 * .7)
    assert found.standard_errors[1] is None
    assert not found.is_ok


def test_a_parameter_that_runs_away_is_named() -> None:
    found = fit_of(("steady", "leaving"), maximise(runaway, ZERO, 10.0), ZERO, ONES, 10.0)
    assert found.status == "boundary:leaving"
    assert found.named == ("leaving",)
    assert found["steady"] == pytest.approx(math.e)
    assert found.standard_errors == (pytest.approx(math.e / math.sqrt(40)), None)
    assert np.ptp(found.draws(50)[:, 1]) == 0  # what is not known is not drawn from a guess


def test_a_climb_cut_short_is_not_called_ok() -> None:
    cut = maximise(runaway, np.array([9.0, 0.0]), 10.0, most=1)
    assert fit_of(("steady", "leaving"), cut, ZERO, ONES, 10.0).status in ("not_converged", "boundary:steady")


def test_a_hill_that_first_bends_upwards() -> None:
    # f = -log cosh(x - 3): flat far away, where Newton's own step would leave for good
    def hill(logs: Numbers) -> Terms:
        bend = math.tanh(logs[0] - 3)
        return -math.log(math.cosh(logs[0] - 3)), np.array([-bend]), np.array([[bend**2 - 1]])

    found = maximise(hill, np.array([-8.0]), 1.0)
    assert found.converged
    assert found.point == pytest.approx([3.0], abs=1e-3)


def test_given_parameters() -> None:
    fit = given(("a", "b"), [1, 2])
    assert (fit.status, fit.standard_errors, fit.log_likelihood) == ("given", (None, None), None)
    for wrong in ([1], [0, 1], [np.nan, 1], [np.inf, 1]):
        with pytest.raises(ValueError, match="a, b"):
            given(("a", "b"), wrong)
