"""Scans of row populations: each summed once to the finest groups of the request, and those to each slice. Quantiles
take one more scan, which fetches the values at the ranks that the counts ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from crmeter.metrics.facts import Facts, Group
from crmeter.metrics.measures import Dated, Extreme, Measure, Ranked, Total
from crmeter.metrics.plan import Pair, Place
from crmeter.metrics.ranks import fetch_ranks
from crmeter.metrics.reading import Reading, every_dimension, exact_sum, product
from crmeter.model.populations import POPULATIONS


@dataclass(frozen=True)
class RowScan:
    """Measures the row populations of one plan."""

    reading: Reading

    def run(self) -> None:
        for population, measures in self.reading.plan.rows.items():
            self._sum_rows(population, measures)
        self._cross_stocks()
        self._count_ranked()
        self._rank()
        self._sum_days()

    def _joined(self, population: str, places: Iterable[Place]) -> ir.Table:
        tables = self.reading.tables(places)
        return POPULATIONS[population].in_periods(self._rows(population, tables), tables)

    def _rows(self, population: str, tables: Mapping[str, ir.Table]) -> ir.Table:
        rows = POPULATIONS[population].rows_within(tables, self.reading.horizon)
        return rows if "customer_id" in rows.columns else rows.mutate(customer_id=ibis.null("string"))

    def _sum_rows(self, population: str, measures: Mapping[Total | Extreme, set[Place]]) -> None:
        places = set().union(*measures.values())
        rows, groups, foreign = self.reading.grouped(
            self._joined(population, places), population, every_dimension(self.reading.slices)
        )
        wanted = {f"m{i}": (m, aggregate(rows, m)) for i, m in enumerate(measures)}
        finest = rows.group_by(["period", *groups]).agg(**{name: value for name, (_, value) in wanted.items()})
        finest = self.reading.restored(finest, foreign)
        measured = {name: measure for name, (measure, _) in wanted.items()}
        self.reading.fold(finest, ["period"], measured, self.reading.slices, _store)

    def _cross_stocks(self) -> None:
        """Σ of products over the rows that are part of the stock at the ends of both of two stretches."""
        together: dict[str, set[Pair]] = {}
        for pair in self.reading.plan.stocks:
            together.setdefault(pair[0][0].population, set()).add(pair)
        for population, pairs in together.items():
            places = sorted({(one[1], two[1]) for one, two in pairs})
            ends = [(a, b, *sorted((self.reading.plan.days[a][1], self.reading.plan.days[b][1]))) for a, b in places]
            columns = {"period": "INTEGER", "base": "INTEGER", "first_end": "DATE", "last_end": "DATE"}
            both = self.reading.warehouse.put(columns, ends)
            rows = self._rows(population, self.reading.warehouse.tables)
            goes_on = rows.until.isnull() | (rows.until >= both.last_end)
            rows = rows.join(both, [rows.on < both.first_end, goes_on])
            every = every_dimension(self.reading.slices)
            rows = self.reading.described(rows, {population}, every)
            sums = sorted({(one[0].column, two[0].column) for one, two in pairs})
            keys = ["period", "base", *map(self.reading.column, every)]
            values = {f"x{i}": product(rows[x], rows[y]).sum() for i, (x, y) in enumerate(sums)}
            finest = rows.group_by(keys).agg(**values)
            measured = {f"x{i}": tuple(Total(population, c) for c in xy) for i, xy in enumerate(sums)}
            self.reading.fold(finest, ["period", "base"], measured, self.reading.slices, _store_product)

    def _count_ranked(self) -> None:
        """The rows of each ranking, where no other measure counts them yet."""
        for ranked, places in self.reading.plan.ranked.items():
            wanted: dict[Total | Extreme, set[Place]] = {ranked.rows: places}
            if ranked.rows not in self.reading.plan.rows.get(ranked.population, {}):
                self._sum_rows(ranked.population, wanted)

    def _rank(self) -> None:
        together: dict[tuple[str, str, bool], list[Ranked]] = {}
        for ranked in self.reading.plan.ranked:
            together.setdefault((ranked.population, ranked.column, ranked.missing_last), []).append(ranked)
        for (population, column, missing_last), rankeds in together.items():
            places = set().union(*(self.reading.plan.ranked[r] for r in rankeds))
            rows = self._joined(population, places)
            if not missing_last:
                rows = rows.filter(rows[column].notnull())
            every = every_dimension(self.reading.slices)
            rows = self.reading.described(rows, {population}, every)
            kept = rows.select("period", *map(self.reading.column, every), in_order=rows[column])
            fetch_ranks(self.reading, self.reading.slices, kept, rankeds, places)

    def _sum_days(self) -> None:
        """Sums by day, for what is more than a sum of them."""
        every = every_dimension(self.reading.slices)
        for measure, places in self.reading.plan.dated.items():
            rows = self.reading.described(self._joined(measure.population, places), {measure.population}, every)
            finest = rows.group_by(["period", rows.on.name("of_day"), *map(self.reading.column, every)])
            summed = finest.agg(summed=exact_sum(rows[measure.column]))
            self.reading.fold(summed, ["period", "of_day"], {"summed": measure}, self.reading.slices, _store_day)


def _store_day(facts: Facts, group: Group, at: tuple[Any, ...], measure: Dated, number: float) -> None:
    place, day = at
    facts.dated[(place, measure)].setdefault(group, []).append((day, number))


def _store(facts: Facts, group: Group, places: tuple[Place, ...], measure: Measure, number: float) -> None:
    facts.numbers[(places[0], measure)][group] = number  # type: ignore[index]


def _store_product(facts: Facts, group: Group, places: tuple[Place, ...], measure: Any, number: float) -> None:
    one, two = measure
    facts.products[((one, places[0]), (two, places[1]))][group] = number


def aggregate(rows: ir.Table, measure: Total | Extreme) -> ir.NumericScalar:
    if measure.column == "*":
        return rows.count()
    if measure.column.startswith("#"):
        return rows[measure.column[1:]].count()
    column = rows[measure.column]
    if isinstance(measure, Extreme):
        return column.max() if measure.largest else column.min()
    return product(column, column).sum() if measure.squared else exact_sum(column)
