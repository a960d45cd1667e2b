"""How often the next purchase is among the items named, on customers and a year the model has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from crmeter.analysis.needs.bought import Bought, day_number
from crmeter.stats.affinity.next_item import NextItem, fit, had_before, rank_of
from crmeter.stats.intervals import mean_t

HELD_DAYS = 365
LEAST = 100  # customers who bought before and after the cut-off, below which nothing is said
MODEL, POPULAR = "model", "popular"


@dataclass(frozen=True)
class HitRate:
    """Of the customers, the share whose next purchase was among the first ``k`` items named: by the model, and by
    naming the most popular items to everybody. ``change`` is the one − the other, of the same customers; without bounds
    where all gain alike."""

    k: int
    model: float
    popular: float
    change: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Accuracy:
    """Measured on the first purchase after ``cutoff`` of ``customers`` who had bought before it."""

    cutoff: date
    until: date
    customers: int
    rates: tuple[HitRate, ...]

    @property
    def recommended(self) -> str:
        """The model where the item it names first is right more often than the most popular, beyond noise; else the
        popular items."""
        return MODEL if any(rate.k == 1 and (rate.low or 0.0) > 0 for rate in self.rates) else POPULAR


def recent(day: NDArray[np.int64], until: date) -> NDArray[np.bool_]:
    """Which purchases are of the year before a day; all where there is none."""
    last = day >= day_number(until) - HELD_DAYS
    return last if last.any() else np.ones_like(last)


def model_of(found: Bought, until: date) -> NextItem:
    """The model of all purchases before a day."""
    before = found.day < day_number(until)
    return fit(found.choices.part(before), recent(found.day[before], until))


def accuracy(found: Bought, as_of: date, ks: Sequence[int]) -> Accuracy | None:
    """The hit rates at each of ``ks`` items; None where too few customers bought before and after the cut-off."""
    cutoff = as_of - timedelta(days=HELD_DAYS)
    before = found.day < day_number(cutoff)
    after = np.flatnonzero(~before)
    people = len(found.customers)
    had = had_before(found.choices.part(before), people)
    next_item = np.full(people, -1)
    # of the purchases after the cut-off, in order, the first of each person
    who, place = np.unique(found.choices.person[after], return_index=True)
    next_item[who] = found.choices.item[after[place]]
    tested = np.flatnonzero(had.any(axis=1) & (next_item >= 0))
    if len(tested) < LEAST:
        return None
    model = model_of(found, cutoff)
    places = np.concatenate([
        rank_of(model.chances(had[some]), next_item[some]) for some in np.array_split(tested, 1 + len(tested) // 50_000)
    ])  # fmt: skip
    popular = rank_of(np.tile(model.popularity, (len(tested), 1)), next_item[tested])
    rates = tuple(_rate(k, places < k, popular < k) for k in ks if k < len(found.items))
    return Accuracy(cutoff, as_of, len(tested), rates)


def _rate(k: int, model: NDArray[np.bool_], popular: NDArray[np.bool_]) -> HitRate:
    """The interval is that of the mean of what each customer gains or loses."""
    gain = model.astype(int) - popular.astype(int)
    change = float(gain.mean())
    low, high = mean_t(len(gain), float(gain.sum()), float((gain**2).sum())) or (None, None)
    return HitRate(k, float(model.mean()), float(popular.mean()), change, low, high)
