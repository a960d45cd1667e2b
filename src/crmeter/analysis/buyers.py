"""The groups of buyers: how large they are, what they bring, and who moved between them within a year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from crmeter.analysis.selection import customers_chosen
from crmeter.kernel.period import add_months
from crmeter.metrics.dimensions import Filter
from crmeter.model.populations.population import Horizon
from crmeter.model.rfm import RFM_GROUPS, SCORES, rfm
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

MEASURES = ("days_since_last_order", "orders_so_far", "revenue_so_far")


@dataclass(frozen=True)
class Buyer:
    """One customer who has bought. Points are 1 to 5, 5 the best; ``days_since_last_order`` counts up to the day."""

    customer_id: str
    days_since_last_order: int
    orders_so_far: int
    revenue_so_far: float
    points: tuple[int, int, int]  # in the order of MEASURES
    group: str


@dataclass(frozen=True)
class Cut:
    """The values that have so many points in one measure."""

    measure: str
    points: int
    low: float
    high: float
    buyers: int


@dataclass(frozen=True)
class Group:
    """One group now and a year before; ``came`` and ``went`` are those who bought before both days and changed groups,
    ``first_bought`` those who bought for the first time since."""

    group: str
    buyers: int
    revenue: float
    before: int | None
    stayed: int | None
    came: int | None
    went: int | None
    first_bought: int | None


@dataclass(frozen=True)
class Buyers:
    """All buyers on ``day`` and what they were on ``day_before`` (None where the history does not reach back)."""

    day: date
    day_before: date | None
    buyers: Sequence[Buyer]
    before: Mapping[str, str]  # customer → group
    unpriced: int

    def cuts(self) -> Iterator[Cut]:
        """Which values have how many points, as found among these buyers."""
        for place, measure in enumerate(MEASURES):
            for points in range(SCORES, 0, -1):
                values = [getattr(b, measure) for b in self.buyers if b.points[place] == points]
                if values:
                    yield Cut(measure, points, min(values), max(values), len(values))

    def moves(self) -> Counter[tuple[str | None, str]]:
        """How many went from which group (None: had not bought) to which."""
        return Counter((self.before.get(b.customer_id), b.group) for b in self.buyers)

    def groups(self) -> list[Group]:
        """Every group, the best first."""
        moves = self.moves()
        return [self._group(name, moves) for name in RFM_GROUPS]

    def _group(self, name: str, moves: Counter[tuple[str | None, str]]) -> Group:
        own = [b for b in self.buyers if b.group == name]
        revenue = sum(b.revenue_so_far for b in own)
        if self.day_before is None:
            return Group(name, len(own), revenue, None, None, None, None, None)
        before = sum(n for (then, _), n in moves.items() if then == name)
        came = sum(n for (then, now), n in moves.items() if now == name and then not in (name, None))
        stayed, first = moves[name, name], moves[None, name]
        return Group(name, len(own), revenue, before, stayed, came, before - stayed, first)


def buyers(warehouse: Warehouse, rules: Rules, filters: Sequence[Filter] = ()) -> Buyers:
    """Everybody who has bought, in groups; points are given among all buyers, then ``filters`` leave some."""
    warehouse.begin()
    day = warehouse.load.as_of
    chosen = {row[0] for row in warehouse.rows(customers_chosen(warehouse, rules, filters))} if filters else None
    now, unpriced = _on(warehouse, rules, day, chosen)
    earlier, start = add_months(day, -12), warehouse.load.history_start
    if start is None or earlier <= start:
        return Buyers(day, None, now, {}, unpriced)
    before, _ = _on(warehouse, rules, earlier, chosen)
    return Buyers(day, earlier, now, {b.customer_id: b.group for b in before}, unpriced)


def _on(warehouse: Warehouse, rules: Rules, day: date, chosen: set[str] | None) -> tuple[list[Buyer], int]:
    found = rfm(warehouse.tables, Horizon(rules.currency, warehouse.load.as_of), day)
    rows = warehouse.rows(found.order_by("customer_id"))
    columns = {name: place for place, name in enumerate(found.columns)}
    shown: list[Buyer] = []
    unpriced = 0
    for row in rows:
        if chosen is not None and row[columns["customer_id"]] not in chosen:
            continue
        told = {name: row[place] for name, place in columns.items()}
        points = (told["days_points"], told["orders_points"], told["revenue_points"])
        days = (day - told["last_order_on"]).days
        revenue = float(told["revenue_so_far"])
        shown.append(Buyer(told["customer_id"], days, told["orders_so_far"], revenue, points, told["rfm"]))
        unpriced += told["unpriced"]
    return shown, unpriced
