"""What the order models know of each customer: how many days with an order, the last of them, and how long we look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]

SAMPLE_SEED = 20240229  # which customers a sample holds must not change from run to run


@dataclass(frozen=True)
class Histories:
    """One entry a customer; all times in days since the day of the first order.

    ``repeat_orders`` counts the later days with an order, ``age_at_last_order`` is the day of the last of them (0 where
    there is none), ``age_days`` the day up to which we look. Raises ValueError where these contradict one another.

    >>> len(Histories([2, 0], [30, 0], [39, 12]))
    2
    """

    repeat_orders: NDArray[np.int64]
    age_at_last_order: Numbers
    age_days: Numbers

    def __init__(self, repeat_orders: ArrayLike, age_at_last_order: ArrayLike, age_days: ArrayLike) -> None:
        counts = np.asarray(repeat_orders)
        if counts.dtype.kind not in "iu" and not np.array_equal(counts, np.floor(counts)):
            raise ValueError("repeat_orders are whole numbers")
        object.__setattr__(self, "repeat_orders", counts.astype(np.int64, copy=False))
        object.__setattr__(self, "age_at_last_order", np.asarray(age_at_last_order, dtype=np.float64))
        object.__setattr__(self, "age_days", np.asarray(age_days, dtype=np.float64))
        self._refuse_contradictions()

    def _refuse_contradictions(self) -> None:
        count, last, age = self.repeat_orders, self.age_at_last_order, self.age_days
        if not count.ndim == 1 or not count.shape == last.shape == age.shape:
            raise ValueError("repeat_orders, age_at_last_order and age_days are three rows of the same length")
        if not np.isfinite(age).all() or not (age >= last).all() or not (last >= 0).all():
            raise ValueError("0 <= age_at_last_order <= age_days must hold for every customer")
        if not (count >= 0).all() or not np.array_equal(count > 0, last > 0):
            raise ValueError("age_at_last_order is above 0 where repeat_orders is, and 0 where it is 0")

    def __len__(self) -> int:
        return len(self.repeat_orders)

    def of(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Histories:
        """The histories of some customers, in the order asked for."""
        return _unchecked(self.repeat_orders[rows], self.age_at_last_order[rows], self.age_days[rows])


def new_customers(count: int = 1) -> Histories:
    """Customers on the day of their first order."""
    zeros = np.zeros(count)
    return _unchecked(np.zeros(count, np.int64), zeros, zeros)


def checked_weights(histories: Histories, weights: ArrayLike | None) -> Numbers | None:
    """How many customers each entry stands for. Raises ValueError unless there is one for each, none below 0."""
    if len(histories) == 0:
        raise ValueError("there is no customer to fit a model to")
    if weights is None:
        return None
    numbers = np.asarray(weights, dtype=np.float64)
    if numbers.shape != (len(histories),) or not np.isfinite(numbers).all() or not (numbers >= 0).all():
        raise ValueError("weights are one number of 0 or more for each customer")
    if not numbers.sum() > 0:
        raise ValueError("there is no customer to fit a model to")
    return numbers


def sample(histories: Histories, weights: Numbers | None, size: int) -> tuple[Histories, Numbers | None]:
    """Some of the customers, drawn at random but the same ones each time."""
    rows = sampled_rows(len(histories), size)
    return histories.of(rows), None if weights is None else weights[rows]


def sampled_rows(count: int, size: int) -> NDArray[np.intp]:
    """So many of ``count`` rows, few of them more than once where there are many more."""
    return np.random.default_rng(SAMPLE_SEED).integers(0, count, size)


def collapse_one_time_buyers(histories: Histories, weights: Numbers | None) -> tuple[Histories, Numbers]:
    """Those without a repeat order, most of all as a rule, differ by their age alone: one entry for each age.

    They stand last. The others stay as they are.
    """
    once = histories.repeat_orders == 0
    ages, counts = counted(histories.age_days[once], None if weights is None else weights[once])
    again = ~once
    zeros = np.zeros(len(ages))
    collapsed = _unchecked(
        np.concatenate((histories.repeat_orders[again], np.zeros(len(ages), np.int64))),
        np.concatenate((histories.age_at_last_order[again], zeros)),
        np.concatenate((histories.age_days[again], ages)),
    )
    kept = np.ones(len(collapsed) - len(ages)) if weights is None else weights[again]
    return collapsed, np.concatenate((kept, counts))


def collapse(histories: Histories, weights: Numbers | None) -> tuple[Histories, Numbers]:
    """Equal histories become one entry with their number, sorted by repeat orders, last order and age."""
    last, last_codes = _coded(histories.age_at_last_order)
    ages, age_codes = _coded(histories.age_days)
    keys = (histories.repeat_orders * last + last_codes) * ages + age_codes
    del last_codes, age_codes
    if weights is None:
        _, first, counts = np.unique(keys, return_index=True, return_counts=True)
        return histories.of(first), counts.astype(np.float64)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return histories.of(first), np.bincount(inverse, weights=weights, minlength=len(first)).astype(np.float64)


def _unchecked(count: NDArray[np.int64], last: Numbers, age: Numbers) -> Histories:
    """Histories made of parts of others, which were checked."""
    histories = object.__new__(Histories)
    object.__setattr__(histories, "repeat_orders", count)
    object.__setattr__(histories, "age_at_last_order", last)
    object.__setattr__(histories, "age_days", age)
    return histories


def _whole(numbers: Numbers) -> NDArray[np.int64] | None:
    """The numbers as whole ones, None where they are not whole or too many to count by."""
    if len(numbers) == 0 or numbers.max() > 10_000_000:
        return None
    whole = numbers.astype(np.int64)
    return whole if np.array_equal(whole, numbers) else None


def _coded(numbers: Numbers) -> tuple[int, NDArray[np.int64]]:
    """How many codes there are, and one for each number that sorts as the numbers do."""
    whole = _whole(numbers)
    if whole is not None:
        return int(whole.max()) + 1, whole
    distinct, codes = np.unique(numbers, return_inverse=True)
    return len(distinct), codes.astype(np.int64, copy=False)


def counted(numbers: Numbers, weights: Numbers | None) -> tuple[Numbers, Numbers]:
    """The numbers and the weight of each, equal ones as one where they are whole."""
    whole = _whole(numbers)
    if whole is not None:
        counts = np.bincount(whole, weights=weights)
        there = np.flatnonzero(np.bincount(whole)) if weights is not None else np.flatnonzero(counts)
        return there.astype(np.float64), counts[there].astype(np.float64)
    return numbers, np.ones(len(numbers)) if weights is None else weights  # seldom equal: not worth sorting them
