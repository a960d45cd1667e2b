"""Where others give NaN, an overflow or a guess: a right number, or the name of what the data do not tell.

pytest turns every warning into an error, so that a division by nothing anywhere shows.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from benchmarks.clv_histories import beta_dropout
from crmeter.stats.clv import bg_nbd, mbg_nbd, pareto_nbd
from crmeter.stats.clv.histories import Histories
from crmeter.stats.clv.order_model import OrderModel

MODELS = [bg_nbd, mbg_nbd, pareto_nbd]


def with_extreme_buyers() -> Histories:
    count, last, age = beta_dropout(500, 7, whole_days=True)
    count[:5], last[:5] = [1500, 2200, 900, 3000, 1200], age[:5] - 1
    return Histories(count, last, age)


def plain(**named: object) -> Histories:
    return Histories(*beta_dropout(500, 8, whole_days=True, **named))  # type: ignore[arg-type]


def alike(count: int, last: float, age: float, customers: int = 60) -> Histories:
    return Histories(np.full(customers, count), np.full(customers, last), np.full(customers, age))


CASES = {
    "thousands of orders": (with_extreme_buyers(), ("ok", "ok", "ok")),
    "all alike with 3000 orders": (alike(3000, 999.0, 1000.0), ("boundary", "boundary", "boundary")),
    "one customer": (alike(3, 20.0, 100.0, 1), ("boundary", "boundary", "boundary")),
    "one customer of today": (alike(0, 0.0, 0.0, 1), ("unidentified", "unidentified", "unidentified")),
    "all of today": (alike(0, 0.0, 0.0), ("unidentified", "unidentified", "unidentified")),
    "one-time buyers alone": (alike(0, 0.0, 365.0), ("boundary", "boundary", "boundary")),
    "nobody leaves": (plain(parameters=(0.243, 31.0, 1e-4, 100.0)), ("boundary", "boundary", "boundary")),
    "all leave at once": (plain(parameters=(0.243, 31.0, 50.0, 0.05)), ("boundary", "boundary", "boundary")),
    "ages of a nanosecond": (Histories([2, 0, 1, 3, 0, 5, 1, 0], np.array([3, 0, 1, 5, 0, 6, 2, 0]) * 1e-9,
                                       np.arange(9, 1, -1) * 2e-9), None),
    "a dozen": (Histories(*beta_dropout(12, 6, whole_days=True)), None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("model", MODELS, ids=lambda module: module.__name__[18:])
def test_never_nan_and_never_a_false_ok(case: str, model: ModuleType) -> None:
    histories, statuses = CASES[case]
    found = model.fit(histories)
    if statuses is not None:
        assert found.fit.status.partition(":")[0] == statuses[MODELS.index(model)]
    if found.fit.is_ok:
        assert all(error is not None for error in found.fit.standard_errors)
    else:
        assert found.fit.named
        assert all(found.fit.standard_errors[found.names.index(name)] is None for name in found.fit.named)
    assert np.isfinite(found.fit.parameters).all() and np.isfinite(found.fit.covariance).all()
    for some in (found, *(found.with_parameters(p) for p in found.fit.draws(3))):
        check_scores(some, histories)


def check_scores(model: OrderModel, histories: Histories) -> None:
    active = model.probability_active(histories)
    assert ((active >= 0) & (active <= 1)).all()
    orders, worth = model.expected_orders(histories, 3650.0), model.discounted_orders(histories, 3650.0, 0.1)
    assert (np.isfinite(orders) & (orders >= 0)).all()
    assert ((worth >= 0) & (worth <= orders * (1 + 1e-9))).all()
    assert np.isfinite(model.expected_orders_of_new([0.0, 1.0, 3650.0])).all()
    assert np.isfinite(model.standard_errors_of(lambda m: m.expected_orders(histories.of(slice(0, 5)), 30.0))).all()


def test_without_leaving_the_models_agree() -> None:
    # all three are then the same NBD: gamma rates, Poisson orders. Greene (1982): its likelihood in closed form
    histories = plain(parameters=(0.243, 31.0, 1e-7, 100.0))
    fits = [model.fit(histories).fit for model in MODELS]
    assert [fit.log_likelihood for fit in fits[::2]] == pytest.approx([fits[0].log_likelihood] * 2, abs=1e-3)
    assert fits[2].parameters[:2] == pytest.approx(fits[0].parameters[:2], rel=1e-3)
    from scipy.special import gammaln

    r, alpha = fits[0].parameters[:2]
    x, age = histories.repeat_orders, histories.age_days
    height = (gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + age)).sum()
    assert fits[0].log_likelihood == pytest.approx(height, abs=1e-3)


def test_one_time_buyers_say_nothing_of_leaving() -> None:
    fit = bg_nbd.fit(alike(0, 0.0, 365.0)).fit
    assert fit.standard_errors == (None, None, None, None)
    assert fit.log_likelihood == pytest.approx(0.0, abs=1e-6)  # a rate of 0 explains them wholly
