"""How well the models would have done: each is fitted to the first part of the history and asked about the rest.

Beside them stand two naive guesses that cost nothing: the last period repeated, and everyone going on at the rate so
far. Errors are judged by customer, squared (what a model states is a mean, and only squared errors are smallest at the
mean); one guess is better than another where the mean of the paired differences is beyond noise, and by more than 1%.

The model that is recommended is the simplest that no other beats. Where it does not beat the naive guesses, that is
said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from crmeter.analysis.clv.futures import orders_ahead
from crmeter.analysis.clv.models import FITS, LEAST_CUSTOMERS, LEAST_RETURNING, same_rate
from crmeter.analysis.clv.order_history import HeldOut, OrderHistory
from crmeter.analysis.clv.worth import order_value
from crmeter.stats.clv.histories import Numbers
from crmeter.stats.clv.order_model import OrderModel
from crmeter.stats.intervals import two_sided_z

SAME_RATE, LAST_PERIOD = NAIVE = ("same_rate", "last_period")
NOTABLE = 0.01  # of the squared error, below which one guess is as good as another whatever the sample
LEAST_DAYS = 28
DECILES = 10
TRIED = 4_000  # customers whose intervals are checked
DRAWS = 400


@dataclass(frozen=True)
class Accuracy:
    """One guess at the purchases held out: their sum, the error of it relative to what happened (None where nothing
    did), by customer the mean absolute error, the root mean squared error and the correlation with what happened."""

    guess: str
    total: float
    total_error: float | None
    mean_absolute_error: float
    root_mean_squared_error: float
    correlation: float | None
    status: str


@dataclass(frozen=True)
class Decile:
    """A tenth of the customers, the first with the fewest purchases expected: expected and real ones per customer."""

    decile: int
    customers: int
    expected: float
    actual: float


@dataclass(frozen=True)
class Check:
    """What the check on held-out orders came to. ``better_than_naive``: beyond noise; ``covered`` is the share of
    customers whose purchases lay within their 95% prediction interval, ``total_low`` and ``total_high`` bound those of
    all together; ``expected_amount`` and ``actual_amount`` are what the purchases came to."""

    start: date
    end: date
    days: int
    customers: int
    purchases: int
    guesses: tuple[Accuracy, ...]
    recommended: str
    as_good: tuple[str, ...]
    naive: str
    better_than_naive: bool
    deciles: tuple[Decile, ...]
    covered: float
    total_low: float
    total_high: float
    expected_amount: float | None
    actual_amount: float

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "start": str(self.start), "end": str(self.end)}


def check(history: OrderHistory, asked: str | None = None) -> Check | None:
    """Fit every model to what was known at the split and compare; None where too little was known or is held out.

    Deciles and intervals are those of the model ``asked`` for, or of the recommended one.
    """
    held, days = history.held_out, history.cut.held_days
    known = held.bought.histories
    if days < LEAST_DAYS or len(known) < LEAST_CUSTOMERS or (known.repeat_orders > 0).sum() < LEAST_RETURNING:
        return None
    models = {name: fit(known) for name, fit in FITS.items()}
    guesses: dict[str, Numbers] = {name: model.expected_orders(known, days) for name, model in models.items()}
    guesses |= {SAME_RATE: same_rate(known, days), LAST_PERIOD: held.repeats_before.astype(np.float64)}
    actual = held.purchases.astype(np.float64)
    errors = {name: (guess - actual) ** 2 for name, guess in guesses.items()}
    recommended, as_good = _simplest(models, errors)
    naive = min(NAIVE, key=lambda name: errors[name].mean())
    shown = asked or recommended
    low, high, covered = _intervals(models[shown], held, days, guesses[shown])
    return Check(
        start=history.cut.split,
        end=history.cut.end,
        days=days,
        customers=len(known),
        purchases=int(actual.sum()),
        guesses=tuple(_accuracy(name, guess, actual, models) for name, guess in guesses.items()),
        recommended=recommended,
        as_good=as_good,
        naive=naive,
        better_than_naive=beats(errors[shown], errors[naive]),
        deciles=_deciles(guesses[shown], actual),
        covered=covered,
        total_low=low,
        total_high=high,
        expected_amount=_expected_amount(held, guesses[shown]),
        actual_amount=float(held.amount.sum()),
    )


def beats(errors: Numbers, others: Numbers) -> bool:
    """Whether squared errors of the same customers are smaller beyond noise, and by more than NOTABLE."""
    gain = others - errors
    noise = two_sided_z(0.95) * gain.std() / math.sqrt(len(gain))
    return bool(gain.mean() > max(noise, NOTABLE * others.mean()))


def _simplest(models: Mapping[str, OrderModel], errors: Mapping[str, Numbers]) -> tuple[str, tuple[str, ...]]:
    """The first model that none beats, and all that none beats. One whose parameters are not all known is taken only
    where every other is so too."""
    sound = [name for name in models if models[name].fit.is_ok] or list(models)
    unbeaten = tuple(n for n in sound if not any(beats(errors[other], errors[n]) for other in sound if other != n))
    best = min(sound, key=lambda name: errors[name].mean())
    return (unbeaten or (best,))[0], unbeaten or (best,)


def _accuracy(name: str, guess: Numbers, actual: Numbers, models: Mapping[str, OrderModel]) -> Accuracy:
    off = guess - actual
    spread = guess.std() * actual.std()
    total = float(actual.sum())
    return Accuracy(
        name,
        float(guess.sum()),
        float(guess.sum()) / total - 1 if total else None,
        float(np.abs(off).mean()),
        float(np.sqrt((off**2).mean())),
        float(((guess - guess.mean()) * (actual - actual.mean())).mean() / spread) if spread > 0 else None,
        models[name].fit.status if name in models else "naive",
    )


def _deciles(guess: Numbers, actual: Numbers) -> tuple[Decile, ...]:
    parts = np.array_split(np.argsort(guess, kind="stable"), DECILES)
    return tuple(
        Decile(i, len(part), float(guess[part].mean()), float(actual[part].mean())) for i, part in enumerate(parts, 1)
    )


def _intervals(model: OrderModel, held: HeldOut, days: int, guess: Numbers) -> tuple[float, float, float]:
    """The 95% prediction interval of all purchases together, and the share of customers who kept within theirs.

    The noise of the total is that of every customer's own future and of the parameters.
    """
    known = held.bought.histories
    rows = np.arange(len(known))
    if len(rows) > TRIED:
        rows = np.random.default_rng(0).choice(rows, TRIED, replace=False)
    some, sets = known.of(rows), model.fit.draws(DRAWS // 20, seed=1)
    drawn = [orders_ahead(model.with_parameters(p), some, days, 0.0, 20, seed)[0] for seed, p in enumerate(sets)]
    futures = np.concatenate(drawn)
    low, high = np.quantile(futures, (0.025, 0.975), axis=0, method="inverted_cdf")
    actual = held.purchases[rows]
    own = float(np.mean([part.var(axis=0).sum() for part in drawn])) * 20 / 19 * len(known) / len(rows)
    change = model.change_per_log_parameter(lambda m: m.expected_orders(some, days)).sum(axis=1)
    shared = float(change @ model.fit.log_covariance @ change) * (len(known) / len(rows)) ** 2
    half = two_sided_z(0.95) * math.sqrt(own + shared)
    total = float(guess.sum())
    return max(total - half, 0.0), total + half, float(((low <= actual) & (actual <= high)).mean())


def _expected_amount(held: HeldOut, guess: Numbers) -> float | None:
    """What the purchases that a model expects come to, each at the amount that was known of its customer."""
    value = order_value(held.bought)
    return None if value is None else float((guess * value.of(held.bought)).sum())
