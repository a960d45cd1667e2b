"""Scans: a plan's numbers read from the warehouse, in few queries.

Rows of a population are summed once to the finest groups of the request, and those to each slice. Customers are put
together as cells first. Quantiles take one more scan, which fetches the values at the ranks that the counts ask for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.types as ir

from crmeter.metrics.dimensions import COHORT, Condition, Dimension
from crmeter.metrics.facts import Facts, Group
from crmeter.metrics.measures import CELLS, Extreme, Ranked, Total
from crmeter.metrics.plan import Place, Plan
from crmeter.model.cells import CELL_COLUMNS, cells
from crmeter.model.populations import POPULATIONS, Horizon
from crmeter.stats.intervals import order_statistic_ranks, quantile_ranks
from crmeter.warehouse.duck import Warehouse

Slice = tuple[Dimension, ...]
NOTHING = "\u2400"  # stands for null where groups are joined
_EXACT = "decimal(18, 4)"


@dataclass
class Scan:
    """Measures one plan for several slices under one filter. ``facts[slice]`` holds what was found."""

    warehouse: Warehouse
    horizon: Horizon
    plan: Plan
    slices: Sequence[Slice]
    conditions: Sequence[Condition]

    def run(self) -> Mapping[Slice, Facts]:
        self.facts: dict[Slice, Facts] = {s: Facts() for s in self.slices}
        self._stretches: dict[tuple[Place, ...], Mapping[str, ir.Table]] = {}
        for population, measures in self.plan.rows.items():
            self._sum_rows(population, measures)
        self._count_ranked()
        self._rank()
        self._sum_cells()
        return self.facts

    # what the queries read

    @cached_property
    def every(self) -> Slice:
        """All dimensions of all slices."""
        return tuple(dict.fromkeys(d for s in self.slices for d in s))

    def tables(self, places: Iterable[Place]) -> Mapping[str, ir.Table]:
        """The warehouse's tables, and the stretches of days that are looked at."""
        wanted = tuple(sorted(places))
        if wanted not in self._stretches:
            period = self.warehouse.put(
                {"period": "INTEGER", "period_start": "DATE", "period_end": "DATE"},
                [(place, *self.plan.days[place]) for place in wanted],
            )
            first, last = (period[c].cast("timestamp") for c in ("period_start", "period_end"))
            day = ibis.range(first, last, ibis.interval(days=1)).unnest().cast("date")
            days = self.warehouse.keep(period.select("period", "period_end", day=day))
            self._stretches[wanted] = {**self.warehouse.tables, "period": period, "period_day": days}
        return self._stretches[wanted]

    def described(self, rows: ir.Table, population: Iterable[str], dimensions: Iterable[Dimension]) -> ir.Table:
        """``rows`` with a column for every dimension, and without those the filter leaves out."""
        names = set(population)
        conditions = [c.dimension for c in self.conditions]
        wanted = tuple(dict.fromkeys((*dimensions, *conditions)))
        foreign = [d for d in wanted if not d.own & names]
        if foreign:
            customer = self._customers({d.column for d in foreign})
            rows = rows.left_join(customer, rows.customer_id == customer.member_id)
        columns = {
            self.column(d): (rows[d.column] if d.own & names else rows[f"of_customer_{d.column}"]).cast("string")
            for d in wanted
        }
        rows = rows.mutate(**columns)
        for condition in self.conditions:
            rows = rows.filter(_holds(rows[self.column(condition.dimension)], condition))
        return rows

    def column(self, dimension: Dimension) -> str:
        """The name of a dimension's column; those of the user may clash with measures."""
        return f"by_{'own' if dimension.own else 'customer'}_{dimension.column}"

    def _customers(self, columns: set[str]) -> ir.Table:
        customer = self.warehouse.tables["customer"]
        chosen = {"member_id": customer.customer_id}
        chosen |= {f"of_customer_{c}": customer[c].cast("string") for c in sorted(columns) if c != COHORT}
        found = customer.select(**chosen)
        if COHORT in columns:
            spell = self.warehouse.tables["spell"]
            first = spell.filter(spell.number == 1)
            first = first.select(of_first=first.customer_id, of_customer_cohort=first.started_on.strftime("%Y-%m"))
            # customers that no row describes have spells too
            found = found.join(first, found.member_id == first.of_first, how="outer")
            found = found.mutate(member_id=found.member_id.coalesce(found.of_first))
        return found

    # sums over rows

    def _joined(self, population: str, places: Iterable[Place]) -> ir.Table:
        found = POPULATIONS[population]
        tables = self.tables(places)
        rows = found.rows(tables, self.horizon)
        if "customer_id" not in rows.columns:
            rows = rows.mutate(customer_id=ibis.null("string"))
        days = tables["period_day"]
        return found.in_period(rows.join(days, rows.on == days.day))

    def _sum_rows(self, population: str, measures: Mapping[Total | Extreme, set[Place]]) -> None:
        places = set().union(*measures.values())
        rows = self.described(self._joined(population, places), {population}, self.every)
        wanted = {f"m{i}": (m, _aggregate(rows, m)) for i, m in enumerate(measures)}
        keys = ["period", *(self.column(d) for d in self.every)]
        finest = rows.group_by(keys).agg(**{name: value for name, (_, value) in wanted.items()})
        measured = {name: measure for name, (measure, _) in wanted.items()}
        self._fold(finest, measured, population, self.slices, self.every)

    def _fold(
        self, finest: ir.Table, measures: Mapping[str, Any], population: str, slices: Sequence[Slice], every: Slice
    ) -> None:
        """Sum the finest groups, those of ``every`` dimension, to each slice and keep the numbers."""
        if len(slices) > 1:
            finest = self.warehouse.keep(finest)
        for dimensions in slices:
            columns = [self.column(d) for d in dimensions]
            found = finest
            if set(dimensions) != set(every):
                found = finest.group_by(["period", *columns]).agg(
                    **{name: _fold(finest[name], measure) for name, measure in measures.items()}
                )
            self._store(dimensions, found.select("period", *columns, *measures), list(measures.values()), population)

    def _store(self, dimensions: Slice, found: ir.Table, measures: Sequence[Any], population: str) -> None:
        facts, width = self.facts[dimensions], 1 + len(dimensions)
        for row in self.warehouse.rows(found):
            place, group = row[0], tuple(row[1:width])
            facts.groups[(place, population)].add(group)
            for measure, number in zip(measures, row[width:], strict=True):
                if number is None:
                    continue
                if isinstance(measure, tuple):
                    one, two = measure
                    facts.products[(group, (one, place), (two, place))] = float(number)
                else:
                    facts.numbers[(group, place, measure)] = float(number)

    # sums over customers

    def _sum_cells(self) -> None:
        kept: dict[Slice, dict[Place, ir.Table]] = {s: {} for s in self.slices}
        crossed = [(one, two) for one, two in self.plan.products if one[1] != two[1]]
        for needs, places, columns in self.plan.batches():
            own = [d for d in self.every if d.own & needs]
            tables = self.tables(places)
            for slices in [[s] for s in self.slices] if own else [list(self.slices)]:
                dimensions = tuple(dict.fromkeys(d for s in slices for d in s))
                split = tuple(
                    dict.fromkeys(
                        d.column for d in (*dimensions, *(c.dimension for c in self.conditions)) if d.own & needs
                    )
                )
                found = cells(tables, self.horizon, needs, split)
                found = found.mutate(**{f"c_{c}": CELL_COLUMNS[c].value(found) for c in sorted(columns)})
                found = self.described(found, needs, dimensions)
                keys = [self.column(d) for d in dimensions]
                found = found.select("customer_id", "period", *keys, *(f"c_{c}" for c in sorted(columns)))
                if crossed:
                    found = self.warehouse.keep(found)
                    for s in slices:
                        kept[s].update(dict.fromkeys(places, found))
                self._sum_customers(found, places, columns, slices, dimensions)
        for dimensions in self.slices:
            self._cross(dimensions, kept[dimensions], crossed)

    def _sum_customers(
        self, found: ir.Table, places: Sequence[Place], columns: set[str], slices: Sequence[Slice], every: Slice
    ) -> None:
        measures: dict[str, Any] = {}
        values: dict[str, ir.NumericScalar] = {}
        for column in sorted(columns):
            values[f"s_{column}"] = _sum(found[f"c_{column}"])
            measures[f"s_{column}"] = Total(CELLS, column)
        same = {(one[0], two[0]) for one, two in self.plan.products if one[1] == two[1] and one[1] in set(places)}
        for i, (one, two) in enumerate(sorted(same, key=lambda pair: (pair[0].column, pair[1].column))):
            values[f"p_{i}"] = _product(found[f"c_{one.column}"], found[f"c_{two.column}"]).sum()
            measures[f"p_{i}"] = (one, two)
        finest = found.group_by(["period", *(self.column(d) for d in every)]).agg(**values)
        self._fold(finest, measures, CELLS, slices, every)

    def _cross(self, dimensions: Slice, kept: Mapping[Place, ir.Table], crossed: Sequence[Any]) -> None:
        """Products of two stretches: the cells of one joined to the same customers' cells of the other."""
        pairs: dict[tuple[int, int], list[Any]] = {}
        for one, two in crossed:
            pairs.setdefault((id(kept[one[1]]), id(kept[two[1]])), []).append((one, two))
        columns = [self.column(d) for d in dimensions]
        for wanted in pairs.values():
            left, right = kept[wanted[0][0][1]], kept[wanted[0][1][1]]
            places = sorted({(one[1], two[1]) for one, two in wanted})
            link = self.warehouse.put({"place": "INTEGER", "base": "INTEGER"}, places)
            right = right.select(**{f"r_{name}": right[name] for name in right.columns})
            both = left.join(link, left.period == link.place)
            both = both.join(
                right,
                [both.customer_id == right.r_customer_id, both.base == right.r_period]
                + [_same(both[c], right[f"r_{c}"]) for c in columns],
            )
            products = sorted({(one[0].column, two[0].column) for one, two in wanted})
            found = both.group_by(["place", "base", *columns]).agg(
                **{f"x{i}": _product(both[f"c_{x}"], both[f"r_c_{y}"]).sum() for i, (x, y) in enumerate(products)}
            )
            for row in self.warehouse.rows(found):
                place, base, group = row[0], row[1], tuple(row[2 : 2 + len(columns)])
                for (x, y), number in zip(products, row[2 + len(columns) :], strict=True):
                    key = (group, (Total(CELLS, x), place), (Total(CELLS, y), base))
                    self.facts[dimensions].products[key] = float(number or 0)

    # quantiles

    def _count_ranked(self) -> None:
        """The rows of each ranking, where no other measure counts them yet."""
        for ranked, places in self.plan.ranked.items():
            wanted: dict[Total | Extreme, set[Place]] = {ranked.rows: places}
            if ranked.rows not in self.plan.rows.get(ranked.population, {}):
                self._sum_rows(ranked.population, wanted)

    def _rank(self) -> None:
        together: dict[tuple[str, str, bool], list[Ranked]] = {}
        for ranked in self.plan.ranked:
            together.setdefault((ranked.population, ranked.column, ranked.missing_last), []).append(ranked)
        for (population, column, missing_last), rankeds in together.items():
            places = set().union(*(self.plan.ranked[r] for r in rankeds))
            rows = self._joined(population, places)
            if not missing_last:
                rows = rows.filter(rows[column].notnull())
            rows = self.described(rows, {population}, self.every)
            for dimensions in self.slices:
                self._fetch_ranks(dimensions, rows, column, rankeds, places)

    def _fetch_ranks(
        self, dimensions: Slice, rows: ir.Table, column: str, rankeds: Sequence[Ranked], places: set[Place]
    ) -> None:
        facts = self.facts[dimensions]
        wanted: dict[tuple[Place, Group, int], None] = {}
        for (group, place, measure), n in list(facts.numbers.items()):
            for ranked in rankeds:
                if measure == ranked.rows and place in places:
                    for rank in _ranks(int(n), ranked.q):
                        wanted[(place, group, rank)] = None
        columns = [self.column(d) for d in dimensions]
        asked = self.warehouse.put(
            {"at_place": "INTEGER", **{f"at_{c}": "VARCHAR" for c in columns}, "rank": "BIGINT"},
            [(place, *(NOTHING if g is None else g for g in group), rank) for place, group, rank in wanted],
        )
        keyed = rows.select("period", column, **{f"key_{c}": rows[c].fill_null(NOTHING) for c in columns})
        order = ibis.window(
            group_by=["period", *(f"key_{c}" for c in columns)], order_by=keyed[column].asc(nulls_first=False)
        )
        ranks = keyed.mutate(place_in_order=ibis.row_number().over(order) + 1)
        found = ranks.join(
            asked,
            [ranks.period == asked.at_place, ranks.place_in_order == asked["rank"]]
            + [ranks[f"key_{c}"] == asked[f"at_{c}"] for c in columns],
        ).select("period", *(f"key_{c}" for c in columns), "place_in_order", column)
        values: dict[tuple[Place, Group], dict[int, float | None]] = {}
        for place, *key, rank, number in self.warehouse.rows(found):
            group = tuple(None if k == NOTHING else k for k in key)
            values.setdefault((place, group), {})[rank] = None if number is None else float(number)
        for (place, group), by_rank in values.items():
            for ranked in rankeds:
                facts.values[(group, place, ranked)] = by_rank


def _ranks(n: int, q: float) -> Iterable[int]:
    below, above, _ = quantile_ranks(n, q) or (0, 0, 0.0)
    return {rank for rank in (below, above, *(order_statistic_ranks(n, q) or ())) if rank}


def _holds(column: ir.StringValue, condition: Condition) -> ir.BooleanValue:
    values = [v for v in condition.values if v is not None]
    held: ir.BooleanValue = ibis.literal(False)
    if values:
        held = column.isin(values).fill_null(False)
    if None in condition.values:
        held = held | column.isnull()
    return held if condition.among else ~held


def _same(one: ir.StringValue, two: ir.StringValue) -> ir.BooleanValue:
    return one.fill_null(NOTHING) == two.fill_null(NOTHING)


def _product(x: ir.NumericValue, y: ir.NumericValue) -> ir.FloatingValue:
    return x.cast("float64") * y.cast("float64")


def _sum(column: ir.NumericValue) -> ir.NumericScalar:
    return column.sum().cast(_EXACT) if column.type().is_decimal() else column.sum()


def _aggregate(rows: ir.Table, measure: Total | Extreme) -> ir.NumericScalar:
    if measure.column == "*":
        return rows.count()
    if measure.column.startswith("#"):
        return rows[measure.column[1:]].count()
    column = rows[measure.column]
    if isinstance(measure, Extreme):
        return column.max() if measure.largest else column.min()
    return _product(column, column).sum() if measure.squared else _sum(column)


def _fold(column: ir.NumericColumn, measure: Any) -> ir.NumericScalar:
    if isinstance(measure, Extreme):
        return column.max() if measure.largest else column.min()
    return _sum(column)
