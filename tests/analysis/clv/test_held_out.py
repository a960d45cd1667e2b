"""The check on held-out orders where the answer is known beforehand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from crmeter.analysis.clv.held_out import Check, beats, check
from crmeter.analysis.clv.order_history import Bought, Cut, HeldOut, OrderHistory
from crmeter.stats.clv.histories import Histories

DAYS = 360


def history(ages: list[int], every: int, stops: int) -> OrderHistory:
    """Customers of these ages at the split who buy every so many days, but the first ``stops`` of them only once."""
    age = np.array(ages, dtype=float)
    repeats = (age // every).astype(np.int64)
    repeats[:stops] = 0
    then = Histories(repeats, repeats * float(every), age)
    ahead = ((age + DAYS) // every).astype(np.int64) - repeats
    ahead[:stops] = 0
    before = repeats - np.maximum((age - DAYS) // every, 0).astype(np.int64)
    before[:stops] = 0
    bought = Bought(then, repeats + 1, 100.0 * (repeats + 1))
    now = Bought(Histories(repeats + ahead, (repeats + ahead) * float(every), age + DAYS), repeats + ahead + 1,
                 100.0 * (repeats + ahead + 1))  # fmt: skip
    ids = np.array([str(i) for i in range(len(ages))], dtype=object)
    held = HeldOut(np.arange(len(ages)), bought, before, ahead, 100.0 * ahead)
    return OrderHistory(Cut(date(2026, 1, 1), DAYS), ids, now, held)


@pytest.fixture(scope="module")
def clockwork() -> Check:
    """Everybody buys every 30 days, for ever."""
    found = check(history([370 + 30 * (i % 12) for i in range(150)], 30, 0))
    assert found is not None
    return found


def test_a_model_that_adds_nothing_is_said_to(clockwork: Check) -> None:
    """The last period again is exact: twelve purchases each."""
    guesses = {guess.guess: guess for guess in clockwork.guesses}
    assert guesses["last_period"].mean_absolute_error == 0
    assert clockwork.naive == "last_period"
    assert not clockwork.better_than_naive
    assert clockwork.purchases == 150 * 12


def test_nothing_is_ever_not_a_number(clockwork: Check) -> None:
    """Of people who never leave some parameters cannot be told; the numbers that are told are numbers."""
    for guess in clockwork.guesses:
        assert np.isfinite([guess.total, guess.mean_absolute_error, guess.root_mean_squared_error]).all()
        assert guess.correlation is None or np.isfinite(guess.correlation)
    assert any(guess.status not in ("ok", "naive") for guess in clockwork.guesses)
    assert np.isfinite([clockwork.covered, clockwork.total_low, clockwork.total_high]).all()


def test_half_of_them_gone() -> None:
    """Half bought once and never again: a model sees it; everyone at the same rate does too, having seen no rate."""
    found = check(history([200 + 5 * (i % 40) for i in range(200)], 20, 100))
    assert found is not None
    assert found.deciles[0].actual == 0 and found.deciles[-1].actual == 18
    assert found.actual_amount == 100 * 18 * 100
    assert sum(each.actual * each.customers for each in found.deciles) == pytest.approx(found.purchases)


def test_too_little_to_check() -> None:
    assert check(history([360] * 99, 30, 0)) is None
    assert check(history([360] * 150, 30, 121)) is None  # 29 came back


def test_who_beats_whom() -> None:
    """Mean squared errors of 1 against 1.5, whose difference is 1 or 0 by turns: 0.5 with a standard error of 0.05 of a
    hundred customers. Of four it is noise; of a difference of half a percent it is nothing, however sure."""
    ones, others = np.ones(100), np.tile([1.0, 2.0], 50)
    assert beats(ones, others) and not beats(others, ones)
    assert not beats(ones[:2], others[:2])
    assert not beats(np.ones(10**6), np.full(10**6, 1.005))
