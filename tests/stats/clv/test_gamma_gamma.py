"""Gamma-Gamma: published figures, and what must hold whatever the data."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special
from scipy.integrate import quad

from crmeter.stats.clv import gamma_gamma
from crmeter.stats.clv.gamma_gamma import GammaGamma
from tests.stats.clv.conftest import Cdnow


def test_cdnow(cdnow: Cdnow) -> None:
    model = gamma_gamma.fit(cdnow.histories.repeat_orders, cdnow.mean_repeat_value)
    assert model.fit.customers == 946
    # R08: Fader and Hardie (2013), note 025, section 4
    assert model.fit.parameters == pytest.approx([6.25, 3.74, 15.44], abs=0.006)
    # R09: CLVTools, tests/testthat/test_correctness_gg.R
    assert model.fit.log_likelihood == pytest.approx(-4055.9177, abs=0.0002)
    assert model.fit.status == "ok"


def test_expected_values(summary: dict[str, NDArray[np.float64]]) -> None:
    # R21: Hardie's spreadsheet of note 025, first ten customers, as lifetimes' tests have it
    model = gamma_gamma.fit(summary["x"], summary["zbar"])
    expected = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert model.expected_order_value(summary["x"], summary["zbar"])[:10] == pytest.approx(expected, abs=0.012)


def values(seed: int = 1, customers: int = 800, p: float = 6.25, q: float = 3.74) -> tuple[NDArray, NDArray]:
    dice = np.random.default_rng(seed)
    orders = dice.poisson(2, customers) + 1
    return orders, dice.gamma(p * orders, 1 / (dice.gamma(q, 1 / 15.44, customers) * orders))


@pytest.mark.parametrize("unit", [4e5, 1e-4])
def test_money_in_other_units_scales_one_parameter(unit: float) -> None:
    # amounts in rupiah broke other fitters (CLVTools issue 112): here p and q stay, and v is money
    orders, means = values()
    plain, other = gamma_gamma.fit(orders, means).fit, gamma_gamma.fit(orders, means * unit).fit
    assert other.parameters / plain.parameters == pytest.approx([1, 1, unit], rel=1e-9)
    assert other.status == plain.status == "ok"
    assert other.log_likelihood == pytest.approx(plain.log_likelihood - 800 * np.log(unit), abs=1e-6)


def test_mean_without_bound_is_refused() -> None:
    orders, means = values(p=3.0, q=0.8, customers=3000)
    model = gamma_gamma.fit(orders, means)
    assert model.fit["q"] < 1
    assert model.is_defined([0, 1]).tolist() == [False, True]
    with pytest.raises(ValueError, match="no bound"):
        model.expected_order_value([0, 1], [0.0, 20.0])
    assert np.isfinite(model.expected_order_value(orders, means)).all()


def test_customers_who_spend_alike_leave_two_parameters_open() -> None:
    # all customers have the same scale: q and v grow without end together, p stays
    dice = np.random.default_rng(3)
    orders = np.full(500, 50)
    model = gamma_gamma.fit(orders, dice.gamma(5.0, 3.0, 500 * 50).reshape(500, 50).mean(axis=1))
    assert model.fit.status in ("boundary:q,v", "boundary:p,q,v")
    assert model.fit.standard_errors[1:] == (None, None)
    assert np.isfinite(model.expected_order_value(orders[:1], [15.0])).all()


def test_who_tells_nothing_is_left_out_and_counted() -> None:
    model = gamma_gamma.fit([1, 2, 0, 3, 2, 1], [10.0, 12.0, 0.0, 11.0, 0.0, 30.0])
    assert model.fit.customers == 4
    with pytest.raises(ValueError, match="no customer"):
        gamma_gamma.fit([0, 1], [5.0, 0.0])
    with pytest.raises(ValueError, match="finite"):
        gamma_gamma.fit([1], [np.nan])


def test_weights_repeat_customers() -> None:
    orders, means = values(customers=60)
    times = np.arange(60) % 3 + 1
    weighted = gamma_gamma.fit(orders, means, times).fit
    repeated = gamma_gamma.fit(np.repeat(orders, times), np.repeat(means, times)).fit
    assert weighted.parameters == pytest.approx(repeated.parameters, rel=1e-8)
    assert list(weighted.standard_errors) == pytest.approx(list(repeated.standard_errors), rel=1e-6)


def test_likelihood_is_that_of_the_two_gamma_distributions() -> None:
    # witness: the density of the mean of x values integrated over the scale by scipy
    def gamma(at: float, shape: float, rate: float) -> float:
        return rate**shape * at ** (shape - 1) * np.exp(-rate * at) / special.gamma(shape)

    p, q, v = 3.1, 2.2, 9.0
    height = 0.0
    for x, z in ((1, 4.0), (3, 11.0), (12, 2.5)):
        density, _ = quad(lambda rate, x=x, z=z: gamma(z, p * x, rate * x) * gamma(rate, q, v), 0, 30)
        height += np.log(density)
    ours = gamma_gamma.Likelihood(np.array([1.0, 3.0, 12.0]), np.array([4.0, 11.0, 2.5]), np.ones(3))
    assert ours.at(np.log([p, q, v]))[0] == pytest.approx(height, abs=1e-8)


def test_with_parameters() -> None:
    assert GammaGamma.of(6.25, 3.74, 15.44).with_parameters([2, 3, 4]).expected_order_value(0, 0) == pytest.approx([4])
