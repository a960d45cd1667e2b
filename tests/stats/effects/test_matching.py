"""Matched customers: by hand, and where lots did decide."""

from __future__ import annotations

import numpy as np
import pytest

from crmeter.stats.effects.effect import Caution, Refusal
from crmeter.stats.effects.matching import Customers, matched_customers, propensity


def company(seed: int, count: int = 1500, effect: float = 0.3) -> Customers:
    """Buyers of more were treated more often and buy more anyway: the plain difference is wrong."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(count, 3))
    treated = rng.random(count) < 1 / (1 + np.exp(1.5 - 0.6 * features[:, 0] - 0.4 * features[:, 1]))
    usual = 2 + features[:, 0] + 0.5 * features[:, 1] ** 2
    outcome, earlier = (usual + rng.normal(size=count) for _ in range(2))
    outcome = outcome + effect * treated
    return Customers(
        outcome[treated], features[treated], outcome[~treated], features[~treated], "abc",
        (earlier[treated], earlier[~treated]),
    )  # fmt: skip


def test_the_planted_effect_is_covered_where_the_plain_difference_is_not() -> None:
    covered, plain, placebos = 0, 0, 0
    for seed in range(60):
        customers = company(seed)
        found = matched_customers(customers)
        assert found.low is not None and found.high is not None
        covered += found.low <= 0.3 <= found.high
        plain += abs(customers.treated.mean() - customers.others.mean() - 0.3) < 0.3
        placebos += (found.placebos[0].p or 1) < 0.05
        assert found.warnings[0] is Caution.NOT_BY_LOT
    assert covered >= 53  # of 60 at 95%: fewer has a chance of 1 in 100
    assert plain <= 6 and placebos <= 8


def test_balance_is_shown_before_and_after() -> None:
    found = matched_customers(company(4))
    first = found.balance[0]
    assert first.feature == "a" and first.before > 0.4 and abs(first.after) < 0.1
    assert not found.refusals


def test_twins_by_hand() -> None:
    """Every treated customer has three untreated twins, who spent 10, 11 and 12: 11 without, and 14 or 16 with it.

    Abadie and Imbens 2006, theorem 7: each untreated one is used once, with weight 1/3, and adds 1/3² − 1/3 · 1/3 = 0;
    the 24 treated differ by ±1 from their mean: variance 24 ÷ 24².
    """
    places = np.arange(24.0)[:, None]
    treated, others = np.tile([14.0, 16.0], 12), np.tile([10.0, 11.0, 12.0], 24)
    found = matched_customers(Customers(treated, places, others, np.repeat(places, 3, axis=0), ["orders"]))
    assert found.estimate == pytest.approx(4.0, abs=1e-9)
    assert found.baseline == pytest.approx(11.0)
    assert found.low is not None
    assert found.estimate - found.low == pytest.approx(1.959964 / np.sqrt(24), abs=1e-6)


def test_nobody_alike_is_refused() -> None:
    rng = np.random.default_rng(0)
    here, there = rng.normal(0, 1, (200, 2)), rng.normal(6, 1, (400, 2))
    found = matched_customers(Customers(here[:, 0], here, there[:, 0], there, "ab"))
    assert Refusal.NO_OVERLAP in found.refusals


def test_what_could_not_have_changed_must_not_have() -> None:
    customers = company(2)
    assert customers.before is not None
    shifted = Customers(
        customers.treated, customers.treated_features, customers.others, customers.others_features, "abc",
        (customers.before[0] + 1, customers.before[1]),
    )  # fmt: skip
    assert Refusal.PRE_TREND in matched_customers(shifted).refusals


def test_propensity_is_the_logit() -> None:
    """Two groups: of those with the feature 30 of 40 were treated, of the others 20 of 60; ln 3 and ln ½."""
    own = np.repeat([1.0, 0.0], (30, 20))[:, None]
    others = np.repeat([1.0, 0.0], (10, 40))[:, None]
    found = propensity(own, others, ridge=0.0)
    assert found[0] == pytest.approx(np.log(3), abs=1e-8)
    assert found[49] == pytest.approx(np.log(0.5), abs=1e-8)
