"""What the cube of customers by month holds: read there, so that only the rest is made of customer cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

from crmeter.metrics.facts import Facts, Shelf, both
from crmeter.metrics.measures import CELLS, Total
from crmeter.metrics.plan import Place, Plan
from crmeter.metrics.reading import Reading, Slice, every_dimension
from crmeter.model.cubes import (
    ATTRIBUTE,
    CUBE,
    FOLLOWED,
    OF_YEAR,
    PAIRS,
    Part,
    factor,
    first_day,
    name_of,
    of_month,
    place_in_cube,
)

Kept = tuple[str, int]  # the column of a number, and the number of the month it is of
Target = tuple[Any, Any]  # a number and its place, or two of which the product is asked for
Wanted = dict[str, dict[int, list[Target]]]  # by column and month


@dataclass(frozen=True)
class CubeScan:
    """Reads the numbers of one plan that the cube holds."""

    reading: Reading

    @cached_property
    def slices(self) -> list[Slice]:
        """Those of which all dimensions are attributes that the cube has; none where a filter asks for others."""
        cube, plan = self.reading.warehouse.tables.get(CUBE), self.reading.plan
        if cube is None or not self.reading.rolled:
            return []
        contributions = plan.contributions

        def has(slice_: Slice) -> bool:
            return all(ATTRIBUTE + d.column in cube.columns and not d.own & contributions for d in slice_)

        if not has(tuple(c.dimension for c in self.reading.conditions)):
            return []
        return [slice_ for slice_ in self.reading.slices if has(slice_)]

    def run(self) -> Plan:
        """Store what there is; what is left of the plan for those slices."""
        plan = self.reading.plan
        if not self.slices:
            return plan
        wanted: Wanted = {}
        products = set()
        for pair in plan.products:
            kept = self._kept(*pair)
            if kept:
                wanted.setdefault(kept[0], {}).setdefault(kept[1], []).append(pair)
            else:
                products.add(pair)
        asked = {(place, total.column) for pair in products for total, place in pair} | _of_each(plan)
        cells: dict[Place, set[str]] = {}
        for place, columns in plan.cells.items():
            for column in columns:
                kept = self._kept((Total(CELLS, column), place))
                if kept:
                    wanted.setdefault(kept[0], {}).setdefault(kept[1], []).append((Total(CELLS, column), place))
                if not kept or (place, column) in asked:
                    cells.setdefault(place, set()).add(column)
        if wanted:
            self._read(dict(sorted(wanted.items())))  # in the same order in every process
        return replace(plan, cells=cells, products=products)

    @cached_property
    def _places(self) -> Mapping[Place, tuple[str, int]]:
        """The stretches that are kept, and as what."""
        plan = self.reading.plan
        found = {p: place_in_cube(*days, plan.as_of) for p, days in enumerate(plan.days) if len(days) == 2}
        return {place: kept for place, kept in found.items() if kept}

    def _kept(self, *numbers: tuple[Total, Place]) -> Kept | None:
        """Where the cube has a number, or the product of two."""
        places = self._places
        if any(place not in places for _, place in numbers):
            return None
        last = max(places[place][1] for _, place in numbers)
        parts = [Part(total.column, places[place][0], last - places[place][1]) for total, place in numbers]
        name = _columns().get(tuple(sorted(parts)))
        return (name, last) if name else None

    def _read(self, wanted: Wanted) -> None:
        warehouse, cube = self.reading.warehouse, self.reading.warehouse.tables[CUBE]
        months = sorted({month for by_month in wanted.values() for month in by_month})
        asked = warehouse.put({"month": "INTEGER", "first": "DATE"}, [(m, first_day(m)) for m in months])
        every = every_dimension(self.slices)
        rows = cube.join(asked, cube.on == asked.first)
        described = (*every, *(c.dimension for c in self.reading.conditions))
        rows = rows.mutate(**{self.reading.column(d): rows[ATTRIBUTE + d.column] for d in described})
        rows = self.reading.filtered(rows, self.reading.conditions)
        divided = {name: rows[name].cast("float64") / by for name, by in _divisors().items() if name in wanted}
        numbers = {name: divided.get(name, rows[name]) for name in wanted}
        rows = rows.select("month", *map(self.reading.column, every), **numbers)
        self.reading.fold(rows, ["month"], wanted, self.slices, _shelf)


def _of_each(plan: Plan) -> set[tuple[Place, str]]:
    """The numbers that are wanted of each customer, not summed alone."""
    ranked = {(r, place) for r, places in plan.ranked_cells.items() for place in places}
    swayed = {(sway, place) for sway, pairs in plan.sways.items() for pair in pairs for place in pair}
    found = {(place, column) for r, place in ranked for column in (r.column, r.among)}
    return found | {(place, column) for s, place in swayed for column in (s.column, s.top.among)}


def _shelf(facts: Facts, wanted: dict[int, list[Target]]) -> Shelf:
    """The numbers of a column by month: each is all that is wanted of it."""
    found: Shelf = defaultdict(dict)
    for month, targets in wanted.items():
        for one, two in targets:
            if isinstance(one, Total):
                facts.numbers[one][(two,)] = found[(month,)]
            else:
                facts.products[(one[0], two[0])][both(one[1], two[1])] = found[(month,)]
    return found


@cache
def _columns() -> Mapping[tuple[Part, ...], str]:
    """The columns of the cube, by what they are of."""
    single = {(part,): str(part) for part in (*of_month(), *OF_YEAR)}
    return single | {tuple(sorted(pair)): name_of(pair) for pair in (*PAIRS, *FOLLOWED)}


@cache
def _divisors() -> Mapping[str, float]:
    """What sums that are not the number itself are divided by; products are, by one."""
    found = {name: factor(*parts) for parts, name in _columns().items()}
    return {name: by for name, by in found.items() if by != 1 or "__" in name}
