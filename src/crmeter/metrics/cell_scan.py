"""Scans of customer cells: sums over customers, and sums of products of two numbers of the same customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmeter.kernel.expressions import ir
from crmeter.metrics.cube_scan import CubeScan
from crmeter.metrics.dimensions import Condition
from crmeter.metrics.facts import Cross
from crmeter.metrics.measures import CELLS, RankedCells, Sway, Total
from crmeter.metrics.plan import Batch, Place, Plan
from crmeter.metrics.ranks import fetch_ranks
from crmeter.metrics.reading import Reading, Slice, every_dimension, exact_sum, product
from crmeter.metrics.sways import Places, fetch_sways
from crmeter.model.cells import CELL_COLUMNS, cells, narrow
from crmeter.model.populations.population import Tables
from crmeter.model.rollups import is_within_a_month, with_rollups

Pair = tuple[str, str]  # two columns
Ranking = tuple[int, str, str]  # which cells, the column in order, the column that says of whom


@dataclass(frozen=True)
class CellScan:
    """Measures the customer cells of one plan: first what the cube holds of them."""

    reading: Reading

    def run(self) -> None:
        cube = CubeScan(self.reading)
        rest = cube.run()
        others = [s for s in self.reading.slices if s not in cube.slices]
        for slices, plan in ((cube.slices, rest), (others, self.reading.plan)):
            if slices and plan.cells:
                self._measure(slices, plan)

    def _measure(self, slices: Sequence[Slice], plan: Plan) -> None:
        """Groups that are attributes of the customer are folded from the finest; where rows of the same customer fall
        into several groups, each slice has cells of its own."""
        batches, contributions = plan.batches(self.reading.rolled), plan.contributions
        apart = [s for s in slices if any(d.own & contributions for d in s)]
        for family in [[s for s in slices if s not in apart], *([s] for s in apart)]:
            if family:
                _Family(self.reading, family, contributions, plan).run(batches)


@dataclass(frozen=True)
class _Family:
    """Slices that are folded from the same cells, made of ``contributions``."""

    reading: Reading
    slices: Sequence[Slice]
    contributions: frozenset[str]
    plan: Plan

    @property
    def every(self) -> Slice:
        return every_dimension(self.slices)

    @property
    def foreign(self) -> Slice:
        """The dimensions that are the customer's: the members' groups."""
        return tuple(d for d in self.every if not d.own & self.contributions)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Those of the filter that the customer must hold."""
        return tuple(c for c in self.reading.conditions if not c.dimension.own & self.contributions)

    @property
    def own(self) -> list[str]:
        """The columns of those that are of the rows."""
        return [self.reading.column(d) for d in self.every if d.own & self.contributions]

    @property
    def keys(self) -> list[str]:
        return ["cell_group", *self.own]

    def run(self, batches: Sequence[Batch]) -> None:
        home = {(place, column): i for i, b in enumerate(batches) for place in b.places for column in b.columns}
        between: dict[tuple[int, int], set[Cross]] = {}
        for one, two in self.plan.products:
            ends = home[one[1], one[0].column], home[two[1], two[0].column]
            between.setdefault(ends, set()).add((one, two))
        kept = {i for ends, pairs in between.items() if _crosses(ends, pairs) for i in ends}
        rankings = self._rankings(home)
        kept.update(i for i, *_ in rankings)  # those of sways too, which stand on rankings
        found = [self._cells(batch, keep=i in kept) for i, batch in enumerate(batches)]
        for i, batch in enumerate(batches):
            inside = {(one[0].column, two[0].column) for one, two in between.get((i, i), ()) if one[1] == two[1]}
            self._sum(found[i], batch, sorted(inside))
        for (i, j), pairs in sorted(between.items()):  # in the same order in every process
            self._cross(found[i], found[j], [pair for pair in pairs if i != j or pair[0][1] != pair[1][1]])
        for (i, column, among), rankeds in rankings.items():
            self._rank(found[i], column, among, rankeds, batches[i].places)
        for sway, places in self.plan.sways.items():
            self._sway(found, home, sway, places)

    def _rankings(self, home: Mapping[tuple[Place, str], int]) -> dict[Ranking, list[RankedCells]]:
        """The rankings asked for, by the cells they are read from."""
        together: dict[Ranking, list[RankedCells]] = {}
        for ranked, places in self.plan.ranked_cells.items():
            for i in {home[(place, ranked.column)] for place in places}:
                together.setdefault((i, ranked.column, ranked.among), []).append(ranked)
        return together

    def _rank(
        self, found: ir.Table, column: str, among: str, rankeds: Sequence[RankedCells], places: Sequence[Place]
    ) -> None:
        rows = self.reading.warehouse.keep(self._ranked(found, column, among, "in_order").drop("member"))
        fetch_ranks(self.reading, self.slices, rows, "in_order", rankeds, places)
        self.reading.warehouse.forget(rows)

    def _sway(
        self, found: Sequence[ir.Table], home: Mapping[tuple[Place, str], int], sway: Sway, places: Iterable[Places]
    ) -> None:
        together: dict[tuple[int, int], list[Places]] = {}
        for one, two in places:
            together.setdefault((home[(one, sway.column)], home[(two, sway.column)]), []).append((one, two))
        for ends, pairs in together.items():
            here, there = (self._ranked(found[i], sway.column, sway.top.among, "value") for i in ends)
            fetch_sways(self.reading, here, there, self.slices, sway, pairs)

    def _ranked(self, found: ir.Table, column: str, among: str, name: str) -> ir.Table:
        """The customers of whom ``among`` is 1, with a column under a ``name`` and the groups' attributes."""
        rows = self.reading.restored(found.filter(found[f"c_{among}"] == 1), self.foreign, self.conditions)
        every = map(self.reading.column, self.every)
        return rows.select("period", "member", *every, **{name: rows[f"c_{column}"]})

    def _cells(self, batch: Batch, *, keep: bool) -> ir.Table:
        """One row per customer and stretch, with the numbers asked for as c_<name>."""
        conditions = [c for c in self.reading.conditions if c.dimension.own & batch.needs]
        own = tuple(d for d in (*self.every, *(c.dimension for c in conditions)) if d.own & batch.needs)
        tables, once = self._sources(batch, rolled=batch.whole and not own)
        split = tuple(dict.fromkeys(d.column for d in own))
        found = cells(tables, self.reading.horizon, batch.needs, split, once)
        columns = sorted(batch.columns)
        found = found.mutate(
            **{f"c_{c}": narrow(CELL_COLUMNS[c].value(found)) for c in columns},
            **{self.reading.column(d): found[d.column].cast("string") for d in own},
        )
        found = self.reading.filtered(found, conditions)
        found = found.select("member", "period", *self.keys, *(f"c_{c}" for c in columns))
        return self.reading.warehouse.keep(found) if keep else found

    def _sources(self, batch: Batch, *, rolled: bool) -> tuple[Tables, frozenset[str]]:
        """The tables to make cells from, and the contributions of which every customer has one row a period there."""
        tables = {**self.reading.tables(batch.places), "member": self.reading.members(self.foreign, self.conditions)[0]}
        if not rolled:
            return tables, frozenset()
        days = (self.plan.days[place] for place in batch.places)
        once = all(is_within_a_month(start, end) for start, end, *_ in days)
        return with_rollups(tables), self.reading.rolled if once else frozenset()

    def _fold(self, finest: ir.Table, keys: Sequence[str], measures: Mapping[str, Any]) -> None:
        """Fold sums by group number, the groups' attributes put back."""
        finest = self.reading.restored(finest, self.foreign, self.conditions)
        self.reading.fold(finest, keys, measures, self.slices)

    def _sum(self, found: ir.Table, batch: Batch, pairs: Sequence[Pair]) -> None:
        measures: dict[str, Any] = {f"s_{c}": Total(CELLS, c) for c in sorted(batch.columns)}
        values = {f"s_{c}": exact_sum(found[f"c_{c}"]) for c in sorted(batch.columns)}
        for i, (x, y) in enumerate(pairs):
            measures[f"p_{i}"] = (Total(CELLS, x), Total(CELLS, y))
            values[f"p_{i}"] = product(found[f"c_{x}"], found[f"c_{y}"]).sum()
        self._fold(found.group_by(["period", *self.keys]).agg(**values), ["period"], measures)

    def _cross(self, left: ir.Table, right: ir.Table, pairs: Sequence[Cross]) -> None:
        """Products of numbers that stand in different cells of the same customer."""
        places = sorted({(one[1], two[1]) for one, two in pairs})
        if not places:
            return
        link = self.reading.warehouse.put({"place": "INTEGER", "base": "INTEGER"}, places)
        columns = sorted({(one[0].column, two[0].column) for one, two in pairs})
        left = _some(left, [x for x, _ in columns])
        right = _some(right, [y for _, y in columns])
        right = right.select(**{f"r_{name}": right[name] for name in right.columns})
        both = left.join(link, left.period == link.place)
        # one key of both, which no engine can take apart to join by customer before it knows the period
        periods = len(self.plan.days)
        wanted, there = (
            (m.cast("int64") * periods + p) for m, p in ((both.member, both.base), (right.r_member, right.r_period))
        )
        same = [wanted == there]
        same += [both[name].identical_to(right[f"r_{name}"]) for name in self.own]
        both = both.join(right, same)
        values = {f"x_{i}": product(both[f"c_{x}"], both[f"r_c_{y}"]).sum() for i, (x, y) in enumerate(columns)}
        measures = {f"x_{i}": (Total(CELLS, x), Total(CELLS, y)) for i, (x, y) in enumerate(columns)}
        self._fold(both.group_by(["place", "base", *self.keys]).agg(**values), ["place", "base"], measures)


def _crosses(ends: tuple[int, int], pairs: set[Cross]) -> bool:
    """Whether any of the pairs stands in two cells."""
    return ends[0] != ends[1] or any(one[1] != two[1] for one, two in pairs)


def _some(found: ir.Table, columns: Sequence[str]) -> ir.Table:
    """The cells that have something in one of the columns: the others add nothing to a product."""
    names = list(dict.fromkeys(f"c_{c}" for c in columns))
    anything = found[names[0]] != 0
    for name in names[1:]:
        anything = anything | (found[name] != 0)
    return found.filter(anything)
