"""Facts: measured numbers, by group and period, and the view a formula has of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

from crmeter.kernel.period import Period, months_between
from crmeter.metrics.measures import Dated, Extreme, Product, Ranked, Total, Window
from crmeter.model.rules import Rules

Group = tuple[str | None, ...]
NAN = float("nan")


Numbers = dict[Group, float]
Cross = tuple[tuple[Total, int], tuple[Total, int]]
At = tuple[Any, ...]  # the places that a number is of: one, the two of a product, or one and a day
Shelf = dict[At, Numbers]  # the numbers of one measure
_NONE: Shelf = {}


def _shelves() -> dict[Any, Shelf]:
    return defaultdict(lambda: defaultdict(dict))


@dataclass
class Facts:
    """The numbers of one slice, by measure. Places are absolute periods (of the plan), not windows."""

    numbers: dict[Total | Extreme, Shelf] = field(default_factory=_shelves)
    products: dict[tuple[Total, Total], Shelf] = field(default_factory=_shelves)
    dated: dict[Dated, Shelf] = field(default_factory=_shelves)
    values: dict[tuple[int, Ranked], dict[Group, Mapping[int, float | None]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    views: dict[Period, PeriodView] = field(default_factory=dict)

    def of(self, measure: Total | Extreme, place: int) -> Numbers:
        """A measure over a stretch of days, by group."""
        return self.numbers.get(measure, _NONE).get((place,), {})

    def shelf(self, measure: Total | Extreme | tuple[Total, Total]) -> Shelf:
        """Where the numbers of a measure, or of the products of two, are put."""
        return self.products[measure] if isinstance(measure, tuple) else self.numbers[measure]


def both(one: int, two: int) -> At:
    """The places of a product; one place where both numbers are of the same."""
    return (one,) if one == two else (one, two)


@cache
def plain(total: Total) -> Total:
    """The same measure without its window."""
    return total if total.window is Window.PERIOD else replace(total, window=Window.PERIOD)


class PeriodView(dict[Total | Extreme | Product, Numbers]):
    """The measures of one KPI period in one slice: each by group. What is looked up for one group is at hand for the
    others."""

    def __init__(
        self, facts: Facts, places: Mapping[Window, int], period: Period, rules: Rules, has_contracts: bool = False
    ) -> None:
        super().__init__()
        self.facts, self.places = facts, places
        self.rules, self.has_contracts = rules, has_contracts
        self.months, self.days = months_between(period), period.days

    def __missing__(self, measure: Total | Extreme | Product) -> Numbers:
        found = self[measure] = self._find(measure)
        return found

    def _find(self, measure: Total | Extreme | Product) -> Numbers:
        if isinstance(measure, Product):
            return self.crossed(measure.x, self, measure.y)
        if isinstance(measure, Extreme):
            return self.facts.of(measure, self.places[Window.PERIOD])
        return self.facts.of(plain(measure), self.places[measure.window])

    def crossed(self, x: Total, other: PeriodView, y: Total) -> Numbers:
        """Σ over customers of x of this period × y of the other, by group."""
        one, two, places = plain(x), plain(y), (self.places[x.window], other.places[y.window])
        products = self.facts.products
        found = products.get((one, two), _NONE).get(both(*places))
        return found or products.get((two, one), _NONE).get(both(*reversed(places)), {})

    def dated(self, measure: Dated) -> Sequence[tuple[date, Numbers]]:
        """The sums of the days that have rows, first to last, by group."""
        days = self.facts.dated.get(measure, _NONE).items()
        return sorted((day, found) for (place, day), found in days if place == self.places[Window.PERIOD])

    def ranked(self, measure: Ranked) -> Mapping[Group, Mapping[int, float | None]]:
        """The values at ranks, by group."""
        return self.facts.values.get((self.places[Window.PERIOD], measure), {})


@dataclass(slots=True)
class GroupView:
    """The measures of one KPI period and one group (formulas' ``View``)."""

    of_period: PeriodView
    group: Group

    @property
    def rules(self) -> Rules:
        return self.of_period.rules

    @property
    def has_contracts(self) -> bool:
        return self.of_period.has_contracts

    @property
    def months(self) -> int | None:
        return self.of_period.months

    @property
    def days(self) -> int:
        return self.of_period.days

    def __call__(self, measure: Total | Extreme | Product) -> float:
        found = self.of_period[measure].get(self.group)
        if found is None:
            return NAN if isinstance(measure, Extreme) else 0.0
        return found

    def cross(self, x: Total, other: GroupView, y: Total) -> float:
        """Σ over customers of x of this period × y of the other."""
        return self.of_period.crossed(x, other.of_period, y).get(self.group, 0.0)

    def ranked(self, measure: Ranked, ranks: tuple[int, ...]) -> tuple[float | None, ...]:
        found = self.of_period.ranked(measure).get(self.group, {})
        return tuple(map(found.get, ranks))

    def dated(self, measure: Dated) -> Sequence[tuple[date, float]]:
        days = self.of_period.dated(measure)
        return [(day, found[self.group]) for day, found in days if self.group in found]
