"""Facts: measured numbers, by group and period, and the view a formula has of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from crmeter.kernel.period import Period, months_between
from crmeter.metrics.measures import Extreme, Product, Ranked, Total, Window
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


@cache
def plain(total: Total) -> Total:
    """The same measure without its window."""
    return total if total.window is Window.PERIOD else replace(total, window=Window.PERIOD)


@dataclass(frozen=True)
class GroupView:
    """The measures of one KPI period and one group (formulas' ``View``)."""

    facts: Facts
    group: Group
    places: Mapping[Window, int]
    period: Period
    rules: Rules

    @property
    def months(self) -> int | None:
        return months_between(self.period)

    @property
    def days(self) -> int:
        return self.period.days

    def __call__(self, measure: Total | Extreme | Product) -> float:
        if isinstance(measure, Product):
            return self.cross(measure.x, self, measure.y)
        if isinstance(measure, Extreme):
            return self.facts.numbers.get((self.places[Window.PERIOD], measure), {}).get(self.group, NAN)
        return self.facts.numbers.get((self.places[measure.window], plain(measure)), {}).get(self.group, 0.0)

    def cross(self, x: Total, other: GroupView, y: Total) -> float:
        """Σ over customers of x of this period × y of the other."""
        one, two = (plain(x), self.places[x.window]), (plain(y), other.places[y.window])
        products = self.facts.products
        found = products.get((one, two)) or products.get((two, one), {})
        return found.get(self.group, 0.0)

    def ranked(self, measure: Ranked, ranks: tuple[int, ...]) -> tuple[float | None, ...]:
        found = self.facts.values.get((self.places[Window.PERIOD], measure), {}).get(self.group, {})
        return tuple(found.get(rank) for rank in ranks)
