"""What must hold whatever the data: weights are repetitions, the unit of time is a unit, doubt is shared out right."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from benchmarks.clv_histories import beta_dropout
from crmeter.stats.clv import bg_nbd, mbg_nbd, pareto_nbd
from crmeter.stats.clv.bg_nbd import BgNbd
from crmeter.stats.clv.histories import Histories, new_customers
from crmeter.stats.clv.mbg_nbd import MbgNbd
from crmeter.stats.clv.order_model import OrderModel
from crmeter.stats.clv.pareto_nbd import ParetoNbd

MODELS = pytest.mark.parametrize("model", [bg_nbd, mbg_nbd, pareto_nbd], ids=lambda module: module.__name__[18:])
EXAMPLES = pytest.mark.parametrize(
    "example", [BgNbd.of(0.3, 20, 0.8, 2.5), MbgNbd.of(0.6, 40, 0.9, 1.6), ParetoNbd.of(0.6, 60, 0.7, 90)], ids=type
)


def some(customers: int = 400, whole_days: bool = True) -> Histories:
    return Histories(*beta_dropout(customers, seed=11, whole_days=whole_days))


@MODELS
def test_weights_are_repetitions(model: ModuleType) -> None:
    histories = some(150)
    times = np.arange(150) % 4
    rows = np.repeat(np.arange(150), times)
    weighted, repeated = model.fit(histories, times).fit, model.fit(histories.of(rows)).fit
    assert weighted.parameters == pytest.approx(repeated.parameters, rel=1e-6)
    assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood, abs=1e-6)
    assert weighted.customers == len(rows)


@MODELS
@pytest.mark.parametrize("unit", [1440.0, 1 / 365, 1e-9])
def test_unit_of_time_changes_scales_alone(model: ModuleType, unit: float) -> None:
    days = some(300)
    others = Histories(days.repeat_orders, days.age_at_last_order * unit, days.age_days * unit)
    one, other = model.fit(days), model.fit(others)
    scales = [unit if name in ("alpha", "beta") else 1.0 for name in model.fit(days).names]
    assert other.fit.parameters / one.fit.parameters == pytest.approx(scales, rel=1e-5)
    assert list(other.fit.standard_errors) == pytest.approx(
        [error * scale for error, scale in zip(one.fit.standard_errors, scales, strict=True)], rel=1e-4
    )
    assert other.probability_active(others) == pytest.approx(one.probability_active(days), abs=1e-6)
    assert other.expected_orders(others, 90.0 * unit) == pytest.approx(one.expected_orders(days, 90.0), rel=1e-5)


@EXAMPLES
def test_rows_are_scored_alike_alone_and_together(example: OrderModel) -> None:
    # many rows go through a curve, one row does not: the curve is right to ten digits
    histories = some(2000, whole_days=False)
    rows = np.arange(0, 2000, 80)
    for together, alone in (
        (example.expected_orders(histories, 365.0), lambda part: example.expected_orders(part, 365.0)),
        (example.discounted_orders(histories, 3650.0, 0.1), lambda part: example.discounted_orders(part, 3650.0, 0.1)),
        (example.probability_active(histories), example.probability_active),
    ):
        each = np.array([alone(histories.of(slice(row, row + 1)))[0] for row in rows])
        assert together[rows] == pytest.approx(each, rel=1e-10)


@EXAMPLES
def test_orders_of_later_follow_from_what_is_seen(example: OrderModel) -> None:
    # the law of total expectation: new customers' orders until day 100 + 50 are those until 100 and what is then
    # expected, over all that may have been seen by day 100 - here of 100,000 made-up customers, within four errors
    dice = np.random.default_rng(1)
    kind = {"occasions_of_first_order": getattr(example, "occasions_of_first_order", 0)}
    customers = 100_000
    if isinstance(example, ParetoNbd):
        r, alpha, s, beta = example.fit.parameters
        there = np.minimum(100.0, dice.exponential(1, customers) / dice.gamma(s, 1 / beta, customers))
        counts = dice.poisson(dice.gamma(r, 1 / alpha, customers) * there)
        last = np.where(counts > 0, there * dice.random(customers) ** (1 / np.maximum(counts, 1)), 0.0)
        histories = Histories(counts, last, np.full(customers, 100.0))
    else:
        columns = beta_dropout(
            customers, 1, tuple(example.fit.parameters), leaves_after_first=bool(kind["occasions_of_first_order"]),
            days=100.0, one_age=True,
        )  # fmt: skip
        histories = Histories(*columns)
    by_then, ahead = histories.repeat_orders, example.expected_orders(histories, 50.0)
    until_100, until_150 = example.expected_orders_of_new([100.0, 150.0])
    assert by_then.mean() == pytest.approx(until_100, abs=4 * by_then.std() / np.sqrt(customers))
    assert ahead.mean() == pytest.approx(until_150 - until_100, abs=4 * ahead.std() / np.sqrt(customers))


@EXAMPLES
def test_new_customers(example: OrderModel) -> None:
    assert example.expected_orders(new_customers(), 200.0) == pytest.approx(example.expected_orders_of_new([200.0]))
    assert example.expected_orders_of_new([0.0]) == pytest.approx([0.0])


@EXAMPLES
def test_discount(example: OrderModel) -> None:
    # witness: what comes in each of many short spans, worth less by when it comes
    histories = Histories([0, 3, 20], [0.0, 80.0, 299.0], [300.0, 300.0, 300.0])
    ends = np.linspace(0.0, 730.0, 293)
    until = np.array([example.expected_orders(histories, end) for end in ends])
    middles = (ends[1:] + ends[:-1]) / 2
    worth = np.diff(until, axis=0).T @ 1.2 ** (-middles / 365.25)
    assert example.discounted_orders(histories, 730.0, 0.2) == pytest.approx(worth, rel=1e-6)
    assert example.discounted_orders(histories, 730.0, 0.0) == pytest.approx(until[-1])
    assert example.expected_orders(histories, 0.0).tolist() == [0.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="0 or more"):
        example.expected_orders(histories, -1.0)


def test_who_has_not_ordered_again() -> None:
    once = Histories([0, 0, 0], [0.0, 0.0, 0.0], [0.0, 100.0, 1000.0])
    assert BgNbd.of(0.3, 20, 0.8, 2.5).probability_active(once).tolist() == [1.0, 1.0, 1.0]
    active = MbgNbd.of(0.3, 20, 0.8, 2.5).probability_active(once)
    assert active[0] == pytest.approx(2.5 / 3.3)  # on the first day nothing is known but the chance to stay: b / (a+b)
    assert active[0] > active[1] > active[2] > 0


def test_counts_of_orders_sum_to_one() -> None:
    for model in (BgNbd.of(0.3, 20, 0.8, 2.5), MbgNbd.of(0.3, 20, 0.8, 2.5)):
        counts = np.arange(400)
        chances = model.probability_of_orders(counts, 300.0)
        assert chances.sum() == pytest.approx(1.0, abs=1e-9)
        assert chances @ counts == pytest.approx(model.expected_orders_of_new([300.0])[0], rel=1e-8)


def test_errors_of_an_expectation_by_draws_and_by_slopes() -> None:
    histories = some(3000)
    model = bg_nbd.fit(histories)
    customers = Histories([0, 4], [0.0, 300.0], [400.0, 400.0])
    drawn = [model.with_parameters(p).expected_orders(customers, 365.0) for p in model.fit.draws(300, seed=2)]
    by_slopes = model.standard_errors_of(lambda m: m.expected_orders(customers, 365.0))
    assert np.std(drawn, axis=0) == pytest.approx(by_slopes, rel=0.2)
