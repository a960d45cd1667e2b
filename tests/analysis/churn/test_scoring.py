"""The churn score on made-up customers whose chances are known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from crmeter.analysis.churn.model import fitted
from crmeter.analysis.churn.scoring import TOO_GOOD, explained, tried_out
from crmeter.analysis.churn.snapshot import NUMBERS, Snapshot


def made(seed: int, count: int = 3000, strength: float = 1.5) -> tuple[Snapshot, np.ndarray, np.ndarray]:
    """Customers, who was lost, and the chance of each: complaints and trouble within three months raise it."""
    dice = np.random.default_rng(seed)
    tenure = dice.uniform(0.1, 40, count)
    numbers = {name: np.zeros(count) for name in NUMBERS}
    numbers["complaints_half_year"] = dice.poisson(0.3, count).astype(float)
    numbers["satisfaction_last"] = np.where(dice.random(count) < 0.7, np.nan, dice.choice([25.0, 75.0], count))
    trouble = dice.random(count) < 0.2
    raised = np.log1p(numbers["complaints_half_year"]) + 2.0 * (trouble & (tenure <= 3))
    chances = 1 / (1 + np.exp(2.0 - strength * raised))
    snapshot = Snapshot(
        date(2025, 7, 1),
        tuple(f"c{n:05}" for n in range(count)),
        np.ones(count, dtype=bool),
        np.full(count, np.datetime64("NaT"), dtype="datetime64[D]"),
        tenure,
        numbers,
        {"plan": ("p",) * count, "customer.onboarding": tuple("trouble" if t else "smooth" for t in trouble.tolist())},
    )
    return snapshot, dice.random(count) < chances, chances


@pytest.fixture(scope="module")
def learned() -> tuple[Snapshot, np.ndarray, object]:
    customers, lost, _ = made(1)
    return customers, lost, fitted(customers, lost)


def test_chances_are_found_and_hold_for_others(learned) -> None:  # type: ignore[no-untyped-def]
    _, lost, model = learned
    others, what_happened, truth = made(2)
    assert np.abs(model.chances(others) - truth).mean() < 0.03
    trial = tried_out(model, float(lost.mean()), others, what_happened)
    assert trial.skill > 0.05 and trial.ranking.low > 0.55
    assert trial.calibration_error < 0.03
    assert trial.deciles[0].lift > 1.8
    assert not trial.too_good


def test_what_features_add_sums_to_the_chance(learned) -> None:  # type: ignore[no-untyped-def]
    customers, _, model = learned
    adds = model.contributions(customers)
    odds = model.average + sum(adds.values())
    assert 1 / (1 + np.exp(-odds)) == pytest.approx(model.chances(customers), abs=1e-12)
    assert all(abs(float(each.mean())) < 1e-9 for each in adds.values())  # against the average customer
    first = explained(model, customers)[0]
    assert {reason.feature for reason in first.reasons} >= {"customer.onboarding"}
    assert {reason.value for reason in first.reasons if reason.feature == "customer.onboarding"} == {"trouble"}


def test_the_same_rows_give_the_same_model(learned) -> None:  # type: ignore[no-untyped-def]
    customers, lost, model = learned
    again = fitted(customers, lost)
    assert again.coefficients.tobytes() == model.coefficients.tobytes()


def test_noise_is_called_noise() -> None:
    customers, lost, _ = made(3, count=1500, strength=0.0)
    others, later, _ = made(4, count=1500, strength=0.0)
    trial = tried_out(fitted(customers, lost), float(lost.mean()), others, later)
    assert abs(trial.skill) < 0.01
    assert trial.ranking.low < 0.5 < trial.ranking.high


def test_an_attribute_written_down_afterwards_is_named() -> None:
    customers, lost, _ = made(5, count=1500)
    late = tuple("closed" if gone else "open" for gone in lost.tolist())
    leaky = Snapshot(**{**vars(customers), "members": {**customers.members, "customer.state": late}})
    trial = tried_out(fitted(leaky, lost), float(lost.mean()), leaky, lost)
    assert trial.ranking.value > TOO_GOOD and trial.too_good == ("customer.state",)
