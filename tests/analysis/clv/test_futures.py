"""Futures that are drawn agree with what the models state exactly: two ways to the same number."""

from __future__ import annotations

import numpy as np
import pytest

from crmeter.analysis.clv.futures import drawn, orders_ahead
from crmeter.stats.clv.bg_nbd import BgNbd
from crmeter.stats.clv.gamma_gamma import GammaGamma
from crmeter.stats.clv.histories import Histories
from crmeter.stats.clv.mbg_nbd import MbgNbd
from crmeter.stats.clv.order_model import OrderModel
from crmeter.stats.clv.pareto_nbd import ParetoNbd

DRAWS = 20_000
HISTORIES = Histories([0, 2, 9, 25], [0.0, 100.0, 300.0, 700.0], [200.0, 300.0, 310.0, 720.0])
MODELS = (BgNbd.of(0.9, 90.0, 0.8, 2.5), MbgNbd.of(2.1, 180.0, 1.0, 2.6), ParetoNbd.of(0.6, 75.0, 0.6, 80.0))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("discount", [0.0, 0.3])
def test_means_are_those_of_the_model(model: OrderModel, discount: float) -> None:
    """Within four standard errors of the draws, and for the discount half a percent for the days within the year."""
    orders, worth = orders_ahead(model, HISTORIES, 365, discount, DRAWS, seed=3)
    counted = orders * worth
    exact = model.discounted_orders(HISTORIES, 365, discount)
    error = counted.std(axis=0) / np.sqrt(DRAWS)
    assert (np.abs(counted.mean(axis=0) - exact) < 4 * error + (0.005 * exact if discount else 0)).all()
    assert (orders.mean(axis=0) > 0).all() and (worth <= 1).all()


def test_the_whole_distribution_of_a_customer() -> None:
    """Of one who is surely active (BG/NBD, no repeat order yet) purchases ahead are those of a new customer whose
    rate is Gamma(r, alpha + T): the probabilities of Fader, Hardie and Lee (2005), equation 8."""
    model = BgNbd.of(0.9, 90.0, 0.8, 2.5)
    orders, _ = orders_ahead(model, HISTORIES.of(np.array([0])), 365, 0.0, 4 * DRAWS, seed=4)
    exact = BgNbd.of(0.9, 90.0 + 200.0, 0.8, 2.5).probability_of_orders(range(6), 365)
    shares = np.array([(orders == n).mean() for n in range(6)])
    assert np.abs(shares - exact).max() < 4 * np.sqrt(0.25 / (4 * DRAWS))


def test_values_are_orders_times_their_worth() -> None:
    model, worth = MODELS[1], GammaGamma.of(1.7, 5.2, 3800.0)
    number, mean = np.array([1.0, 3.0, 10.0, 26.0]), np.array([500.0, 1500.0, 2500.0, 900.0])
    found = drawn(model, worth, (HISTORIES, number, mean), 365, 0.1, DRAWS, seed=5)
    exact = model.discounted_orders(HISTORIES, 365, 0.1) * worth.expected_order_value(number, mean)
    error = found.value.std(axis=0) / np.sqrt(DRAWS)
    assert (np.abs(found.value.mean(axis=0) - exact) < 4 * error + 0.005 * exact).all()
    assert (found.value[found.orders == 0] == 0).all() and (found.value >= 0).all()


def test_extremes_stay_finite() -> None:
    """A customer of today, one with thousands of orders, chances to leave of nothing and for sure."""
    odd = Histories([0, 3000], [0.0, 999.0], [0.0, 1000.0])
    for model in (BgNbd.of(0.01, 1e-3, 1e-6, 50.0), BgNbd.of(5.0, 1e4, 50.0, 1e-3), ParetoNbd.of(0.5, 10.0, 1e-6, 1e6)):
        for discount in (0.0, 0.5):
            orders, worth = orders_ahead(model, odd, 3650, discount, 200, seed=6)
            assert (orders >= 0).all() and np.isfinite(worth).all() and (worth > 0).all()
