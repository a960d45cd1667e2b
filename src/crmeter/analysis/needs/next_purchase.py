"""What each customer, and each group of customers, is likely to buy next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from crmeter.analysis.needs.accuracy import POPULAR, model_of
from crmeter.analysis.needs.bought import Bought
from crmeter.stats.affinity.choices import Flags, Numbers
from crmeter.stats.affinity.next_item import NextItem, had_before

_NOTABLE = 1.1  # a lift from which on an item is given as the reason for another
_AT_ONCE = 50_000  # customers


@dataclass(frozen=True)
class Likely:
    """An item: the chance that it is the next purchase, if there is one; the chance that popularity alone gives it;
    and the items bought before that raise it, the strongest first."""

    item: str
    chance: float
    popular: float
    because: tuple[str, ...] = ()


@dataclass
class NextPurchases:
    """The chances of the next purchase; with ``basis`` popular they are alike for everybody."""

    found: Bought
    model: NextItem
    basis: str

    @classmethod
    def by(cls, found: Bought, as_of: date, basis: str) -> NextPurchases:
        return cls(found, model_of(found, as_of), basis)

    def chances(self, people: Sequence[int]) -> Numbers:
        """By person (rows) and item."""
        if self.basis == POPULAR:
            return np.tile(self.model.popularity, (len(people), 1))
        return self.model.chances(self._had[np.asarray(people, dtype=np.int64)])

    @cached_property
    def _had(self) -> Flags:
        return had_before(self.found.choices, len(self.found.customers))

    def of_customers(self, top: int, people: Sequence[int] | None = None) -> Iterator[tuple[str, list[Likely]]]:
        """Customer by customer, the likeliest items first."""
        every = np.arange(len(self.found.customers)) if people is None else np.asarray(people, dtype=np.int64)
        had = self._had
        for some in np.array_split(every, 1 + len(every) // _AT_ONCE):
            chances = self.chances(some.tolist())
            for row, person in enumerate(some.tolist()):
                best = np.argsort(-chances[row], kind="stable")[:top]
                yield self.found.customers[person], [self._likely(chances[row], j, had[person]) for j in best.tolist()]

    def of_group(self, top: int, people: Sequence[int]) -> list[Likely]:
        """The mean chance over the customers of a group, the likeliest items first."""
        total = np.zeros(len(self.found.items))
        for some in np.array_split(np.asarray(people, dtype=np.int64), 1 + len(people) // _AT_ONCE):
            total += self.chances(some.tolist()).sum(axis=0)
        mean = total / len(people)
        return [self._likely(mean, j, None) for j in np.argsort(-mean, kind="stable")[:top].tolist()]

    def _likely(self, chances: Numbers, j: int, had: Flags | None) -> Likely:
        because: list[str] = []
        if had is not None and self.basis != POPULAR:
            factors = self.model.factors[:, j]
            raising = [i for i in np.flatnonzero(had).tolist() if factors[i] >= _NOTABLE]
            because = [self.found.items[i] for i in sorted(raising, key=lambda i: -factors[i])[:2]]
        return Likely(self.found.items[j], float(chances[j]), float(self.model.popularity[j]), tuple(because))
