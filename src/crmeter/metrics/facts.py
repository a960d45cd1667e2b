"""Facts: measured numbers, by group and period, and the view a formula has of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from crmeter.kernel.period import Period, months_between
from crmeter.metrics.measures import Dated, Extreme, Product, Ranked, Total, Window
from crmeter.model.rules import Rules

Group = tuple[str | None, ...]
NAN = float("nan")


Numbers = dict[Group, float]
Cross = tuple[tuple[Total, int], tuple[Total, int]]


@dataclass
class Facts:
    """The numbers of one slice, by group. Keys hold absolute periods (places in the plan), not windows."""

    numbers: dict[tuple[int, Total | Extreme], Numbers] = field(default_factory=lambda: defaultdict(dict))
    products: dict[Cross, Numbers] = field(default_factory=lambda: defaultdict(dict))
    values: dict[tuple[int, Ranked], dict[Group, Mapping[int, float | None]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    dated: dict[tuple[int, Dated], dict[Group, list[tuple[date, float]]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    views: dict[Period, PeriodView] = field(default_factory=dict)


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
            return self.facts.numbers.get((self.places[Window.PERIOD], measure), {})
        return self.facts.numbers.get((self.places[measure.window], plain(measure)), {})

    def crossed(self, x: Total, other: PeriodView, y: Total) -> Numbers:
        """Σ over customers of x of this period × y of the other, by group."""
        one, two = (plain(x), self.places[x.window]), (plain(y), other.places[y.window])
        products = self.facts.products
        return products.get((one, two)) or products.get((two, one), {})

    def dated(self, measure: Dated) -> Mapping[Group, Sequence[tuple[date, float]]]:
        """The sums of days, by group."""
        return self.facts.dated.get((self.places[Window.PERIOD], measure), {})

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
        return sorted(self.of_period.dated(measure).get(self.group, ()))
