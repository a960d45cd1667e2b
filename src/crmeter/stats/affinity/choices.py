"""Choices: who chose which item, in order, and how popular each item was at the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
OVERALL_WEIGHT = 50.0  # choices with which the popularity over all eras counts in each era


@dataclass(frozen=True)
class Choices:
    """One entry a choice, those of one person together and in order: ``person``, ``item`` and ``era`` are numbers from
    0. An era is a stretch of time within which popularity is taken as constant."""

    person: Whole
    item: Whole
    era: Whole
    items: int

    def __len__(self) -> int:
        return len(self.person)

    def part(self, which: Flags) -> Choices:
        """Some of the choices, as many items."""
        return Choices(self.person[which], self.item[which], self.era[which], self.items)

    @cached_property
    def popularity(self) -> Numbers:
        """The share of each item by era (rows), drawn towards that of all eras where an era has few choices."""
        eras = int(self.era.max(initial=-1)) + 1
        counts = np.zeros((eras, self.items))
        np.add.at(counts, (self.era, self.item), 1.0)
        overall = counts.sum(axis=0) / max(counts.sum(), 1.0)
        drawn = counts + OVERALL_WEIGHT * overall
        return np.asarray(drawn / np.maximum(drawn.sum(axis=1, keepdims=True), 1e-300))

    @cached_property
    def ends(self) -> Whole:
        """For each choice the place after the last of the same person."""
        last = np.flatnonzero(np.append(np.diff(self.person) != 0, True)) if len(self) else np.zeros(0, np.int64)
        return np.asarray((last + 1)[np.searchsorted(last, np.arange(len(self)))], dtype=np.int64)

    @cached_property
    def again(self) -> Flags:
        """Which choices are of people who have chosen before."""
        return np.append(False, self.person[1:] == self.person[:-1]) if len(self) else np.zeros(0, dtype=bool)

    @cached_property
    def firsts(self) -> Flags:
        """Which choices are the first that the person made of the item."""
        key = self.person * max(self.items, 1) + self.item
        first = np.zeros(len(self), dtype=bool)
        first[np.unique(key, return_index=True)[1]] = True
        return first


@dataclass(frozen=True)
class Seen:
    """How often each cell (row by column) was seen, how often chance alone would show it with ``variance``, and of how
    many people (or choices) a row speaks."""

    seen: Numbers
    expected: Numbers
    variance: Numbers
    of: Numbers


def followed(choices: Choices) -> Seen:
    """By the item a person chose for the first time and the item of the very next choice."""
    n, popular = choices.items, choices.popularity
    here = np.flatnonzero(choices.firsts & (np.arange(len(choices)) + 1 < choices.ends))
    seen, eras = np.zeros((n, n)), np.zeros((n, len(popular)))
    np.add.at(seen, (choices.item[here], choices.item[here + 1]), 1.0)
    np.add.at(eras, (choices.item[here], choices.era[here + 1]), 1.0)
    return Seen(seen, eras @ popular, eras @ (popular * (1 - popular)), eras.sum(axis=1))


def together(choices: Choices, among: Whole) -> tuple[Seen, Mapping[tuple[int, int], int]]:
    """People who chose both of two of the items ``among``: one cell for each pair, whose place the mapping tells.

    Whoever chooses more often chooses more of everything: that alone makes pairs look as if they went together. What
    chance gives is therefore worked out from each person's own number of choices in each era:
    P(both) = 1 − (1 − a)^n − (1 − b)^n + (1 − a − b)^n, for several eras the product over them.
    """
    first, second = np.triu_indices(len(among), 1)
    places = {(int(among[i]), int(among[j])): k for k, (i, j) in enumerate(zip(first, second, strict=True))}
    number = choices.ends - np.searchsorted(choices.person, choices.person)
    several = choices.part(number > 1)
    if not len(several) or not places:
        none = np.zeros(len(places))
        return Seen(none, none, none, np.asarray(0.0)), places
    people, person = np.unique(several.person, return_inverse=True)
    had = np.zeros((len(people), len(among)), dtype=bool)
    column = np.full(choices.items, -1)
    column[among] = np.arange(len(among))
    inside = column[several.item] >= 0
    had[person[inside], column[several.item[inside]]] = True
    both = had.astype(np.float32).T @ had.astype(np.float32)
    popular = choices.popularity
    counts = np.zeros((len(people), len(popular)), dtype=np.int16)
    np.add.at(counts, (person, several.era), 1)
    profiles, times = np.unique(counts, axis=0, return_counts=True)
    expected, variance = _both_by_chance(profiles, times, popular[:, among], first, second)
    return Seen(both[first, second].astype(float), expected, variance, np.asarray(float(len(people)))), places


def _both_by_chance(
    profiles: NDArray[np.int16], times: Whole, popular: Numbers, first: Whole, second: Whole, step: int = 2000
) -> tuple[Numbers, Numbers]:
    """Σ P(both) and Σ P(1 − P) of each pair, over people alike ``times`` over."""
    single = np.log1p(-np.minimum(popular, 1 - 1e-12))
    joint = np.log(np.maximum(1 - popular[:, first] - popular[:, second], 1e-300))
    expected, variance = np.zeros(len(first)), np.zeros(len(first))
    for start in range(0, len(profiles), step):
        chosen, weight = profiles[start : start + step].astype(float), times[start : start + step].astype(float)
        neither = np.exp(chosen @ single)
        chance = np.clip(1 - neither[:, first] - neither[:, second] + np.exp(chosen @ joint), 0.0, 1.0)
        expected += weight @ chance
        variance += weight @ (chance * (1 - chance))
    return expected, variance
