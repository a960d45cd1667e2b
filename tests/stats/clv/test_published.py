"""Published figures of the models of orders: the row of the reference table and its source stand above each."""

from __future__ import annotations

import numpy as np
import pytest

from crmeter.stats.clv import bg_nbd, mbg_nbd
from crmeter.stats.clv.bg_nbd import BgNbd
from crmeter.stats.clv.histories import Histories
from crmeter.stats.clv.pareto_nbd import ParetoNbd
from tests.stats.clv.conftest import Cdnow

WEEKS_AHEAD = 39.0


def test_cdnow_as_the_papers_have_it(cdnow: Cdnow) -> None:
    # R01: Fader, Hardie and Lee (2005): 2357 customers; repeat purchases until and after the end of September 1997
    assert len(cdnow.histories) == 2357
    assert cdnow.histories.repeat_orders.sum() == 2457
    assert cdnow.later_orders.sum() == 1882


def test_bg_nbd_of_cdnow(bg: BgNbd) -> None:
    # R02: Fader, Hardie and Lee (2005), Marketing Science 24(2), table 2
    assert bg.fit.parameters == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=0.0006)
    # R03: CLVTools 0.12.1, tests/testthat/test_correctness_bgnbd.R
    assert bg.fit.parameters == pytest.approx([0.2425945, 4.4136019, 0.7929199, 2.4258881], abs=1e-4)
    # R04: CLVTools; the paper has -9582.4
    assert bg.fit.log_likelihood == pytest.approx(-9582.429, abs=0.002)
    assert bg.fit.status == "ok"


def test_pareto_nbd_of_cdnow(pareto: ParetoNbd) -> None:
    # R05: Fader, Hardie and Lee (2005), table 2
    assert pareto.fit.parameters == pytest.approx([0.553, 10.578, 0.606, 11.669], abs=0.002)
    # R06: CLVTools, tests/testthat/test_correctness_pnbd.R; the paper has -9595.0
    assert pareto.fit.log_likelihood == pytest.approx(-9594.976, abs=0.001)
    # R07: CLVTools, the same file: standard errors
    expected = [0.0476264, 0.8427222, 0.1872594, 6.2105448]
    assert list(pareto.fit.standard_errors) == pytest.approx(expected, rel=0.001)


def test_mbg_nbd_of_cdnow(rounded: Histories) -> None:
    # BTYDplus (mplatzer/BTYDplus), as lifetimes 0.11.3 asserts it to three decimals in tests/test_estimation.py,
    # TestModifiedBetaGammaFitter.test_params_out_is_close_to_BTYDplus
    model = mbg_nbd.fit(rounded)
    assert model.fit.parameters == pytest.approx([0.525, 6.183, 0.891, 1.614], abs=0.0015)
    assert model.fit.status == "ok"


def test_bg_nbd_expectations(rounded: Histories) -> None:
    model = bg_nbd.fit(rounded)
    # R10: Hardie's spreadsheet of BG/NBD, as lifetimes' tests have it
    days = [0.1429, 1.0, 3.0, 31.8571, 32.0, 78.0]
    expected = [0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576]
    assert model.expected_orders_of_new(days) == pytest.approx(expected, abs=0.0006)
    # R11: the same spreadsheet
    customer = Histories([2], [30.43], [38.86])
    assert model.expected_orders(customer, WEEKS_AHEAD) == pytest.approx([1.226], abs=0.001)


def test_bg_nbd_numbers_of_orders() -> None:
    published = BgNbd.of(0.243, 4.414, 0.793, 2.426)
    # R12: R package BTYD, bgnbd.pmf(params, 2, 10), via lifetimes' tests
    assert published.probability_of_orders([10], 2.0) == pytest.approx([1.07869e-07], abs=1e-11)
    # R13: the same, bgnbd.pmf(params, 39, 0)
    assert published.probability_of_orders([0], 39.0) == pytest.approx([0.5737864], abs=1e-6)


def test_probability_active(cdnow: Cdnow, bg: BgNbd, pareto: ParetoNbd) -> None:
    # R14: BTYDplus vignette, summary(palive.bgnbd): first quartile, median, mean
    active = bg.probability_active(cdnow.histories)
    assert [np.quantile(active, 0.25), np.median(active), active.mean()] == pytest.approx(
        [0.6604, 1.0, 0.8134], abs=0.001
    )
    # R15: the same, summary(palive.pnbd): first quartile, median, mean, third quartile
    active = pareto.probability_active(cdnow.histories)
    quarters = np.quantile(active, [0.25, 0.5, 0.75])
    assert [quarters[0], quarters[1], active.mean(), quarters[2]] == pytest.approx(
        [0.3174, 0.3499, 0.4462, 0.4763], abs=0.001
    )


def test_pareto_nbd_of_one_customer(pareto: ParetoNbd) -> None:
    customer = Histories([26], [30.86], [31.0])
    # R16: R package BTYD, walkthrough, page 8: pnbd.PAlive
    assert pareto.probability_active(customer) == pytest.approx([0.9979], abs=1e-4)
    # R17: the same: pnbd.ConditionalExpectedTransactions for 52 weeks
    assert pareto.expected_orders(customer, 52.0) == pytest.approx([25.46], abs=0.01)


def test_pareto_nbd_expectation_of_new() -> None:
    # R18: manual of the R package BTYD, pnbd.Expectation, via lifetimes' tests
    model = ParetoNbd.of(0.55, 10.56, 0.61, 11.64)
    expected = [0, 0.0507782, 0.0991609, 0.145425, 0.189799, 0.232475, 0.273613, 0.313352, 0.35181, 0.389092]
    assert model.expected_orders_of_new(np.arange(10)) == pytest.approx(expected, abs=1e-6)


def test_pareto_nbd_of_many_orders() -> None:
    # R19: lifetimes, tests/test_estimation.py: the sum in the usual formula underflows from 133 orders on
    model = ParetoNbd.of(0.55, 10.58, 0.61, 11.67)
    many = Histories([132, 133], [200.0, 200.0], [200.0, 200.0])
    assert model.expected_orders(many, 10.0) == pytest.approx([6.206051789, 6.252872248], abs=1e-9)
    # R20: CLVTools, test_correctness_pnbd.R, "PAlive that produced NaNs": its inputs; its probabilities to 40 digits
    model = ParetoNbd.of(0.5143, 2.8845, 0.2856, 14.1087)
    hard = Histories(
        [221, 254, 161, 204], [103.42857, 97.14286, 94.71429, 98.57143], [103.57143, 97.28571, 98.0, 99.42857]
    )
    assert model.probability_active(hard) == pytest.approx([0.9996, 0.99956, 0.74949, 0.99426], abs=2e-5)


def test_held_out_orders(cdnow: Cdnow, bg: BgNbd, pareto: ParetoNbd) -> None:
    expected = [model.expected_orders(cdnow.histories, WEEKS_AHEAD) for model in (bg, pareto)]
    # R22: Fader, Hardie and Lee (2005): correlation of each customer's expected and actual orders, BG and Pareto
    found = [np.corrcoef(each, cdnow.later_orders)[0, 1] for each in expected]
    assert found == pytest.approx([0.626, 0.630], abs=0.001)
    # R23: a prototype with other formulas (Gauss-Jacobi nodes): sums and mean absolute errors; actual are 1882
    assert [each.sum() for each in expected] == pytest.approx([1653.4, 1665.5], abs=0.15)
    assert [np.abs(each - cdnow.later_orders).mean() for each in expected] == pytest.approx([0.7855, 0.7545], abs=1e-4)
