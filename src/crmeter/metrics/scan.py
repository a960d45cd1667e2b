"""Scans of row populations: each summed once to the finest groups of the request, and those to each slice. Quantiles
take one more scan, which fetches the values at the ranks that the counts ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crmeter.kernel.expressions import ibis, ir
from crmeter.metrics.measures import Extreme, Total
from crmeter.metrics.plan import Pair, Place
from crmeter.metrics.ranks import fetch_ranks
from crmeter.metrics.reading import Reading, Slice, every_dimension, exact_sum, product
from crmeter.model.populations import POPULATIONS


@dataclass(frozen=True)
class RowScan:
    """Measures the row populations of one plan."""

    reading: Reading

    def run(self) -> None:
        plan = self.reading.plan
        for population in dict.fromkeys((*plan.rows, *(ranked.population for ranked in plan.ranked))):
            self._measure(population)
        self._cross_stocks()
        self._sum_days()

    def _measure(self, population: str) -> None:
        """The sums of a population, and the values at ranks once its rows are counted: of rows that are read once."""
        plan = self.reading.plan
        measures = dict(plan.rows.get(population, {}))
        rankings = {ranked: places for ranked, places in plan.ranked.items() if ranked.population == population}
        for ranked, places in rankings.items():
            measures[ranked.rows] = measures.get(ranked.rows, set()) | places
        columns = dict.fromkeys(m.column.removeprefix("#") for m in (*measures, *rankings))
        columns.pop("*", None)
        rows, groups, foreign = self._grouped(population, set().union(*measures.values()), list(columns))
        if rankings:
            rows = self.reading.restored(rows, foreign)
            every = map(self.reading.column, every_dimension(self.reading.slices))
            rows = self.reading.warehouse.keep(rows.select("period", *dict.fromkeys((*groups, *every)), *columns))
        self._sum_rows(rows, groups, foreign, measures)
        for column in dict.fromkeys(ranked.column for ranked in rankings):
            alike = [ranked for ranked in rankings if ranked.column == column]
            fetch_ranks(
                self.reading,
                self.reading.slices,
                rows,
                column,
                alike,
                set().union(*(rankings[ranked] for ranked in alike)),
            )
        if rankings:
            self.reading.warehouse.forget(rows)

    def _grouped(
        self, population: str, places: Iterable[Place], columns: Sequence[str]
    ) -> tuple[ir.Table, list[str], Slice]:
        """The rows of some periods with those columns, and their groups: see :meth:`Reading.grouped`."""
        dimensions = every_dimension(self.reading.slices)
        rows = self._joined(population, places, columns)
        return self.reading.grouped(rows, population, dimensions)

    def _joined(self, population: str, places: Iterable[Place], columns: Sequence[str] = ()) -> ir.Table:
        tables, found = self.reading.tables(places), POPULATIONS[population]
        rows = self._rows(population, tables)
        if columns and found.is_plain:  # every column costs something to write and to read
            dimensions = (*every_dimension(self.reading.slices), *(c.dimension for c in self.reading.conditions))
            own = (d.column for d in dimensions if population in d.own)
            kept = dict.fromkeys(("on", "until", "customer_id", "campaign_id", *own, *columns))
            rows = rows.select(*(name for name in kept if name in rows.columns))
        return found.in_periods(rows, tables)

    def _rows(self, population: str, tables: Mapping[str, ir.Table]) -> ir.Table:
        rows = POPULATIONS[population].rows_within(tables, self.reading.horizon)
        return rows if "customer_id" in rows.columns else rows.mutate(customer_id=ibis.null("string"))

    def _sum_rows(
        self, rows: ir.Table, groups: Sequence[str], foreign: Slice, measures: Mapping[Total | Extreme, set[Place]]
    ) -> None:
        wanted = {f"m{i}": (m, aggregate(rows, m)) for i, m in enumerate(measures)}
        finest = rows.group_by(["period", *groups]).agg(**{name: value for name, (_, value) in wanted.items()})
        finest = self.reading.restored(finest, foreign)
        measured = {name: measure for name, (measure, _) in wanted.items()}
        self.reading.fold(finest, ["period"], measured, self.reading.slices)

    def _cross_stocks(self) -> None:
        """Σ of products over the rows that are part of the stock at the ends of both of two stretches."""
        together: dict[str, set[Pair]] = {}
        for pair in self.reading.plan.stocks:
            together.setdefault(pair[0][0].population, set()).add(pair)
        for population, pairs in sorted(together.items()):
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
            self.reading.fold(finest, ["period", "base"], measured, self.reading.slices)

    def _sum_days(self) -> None:
        """Sums by day, for what is more than a sum of them."""
        every = every_dimension(self.reading.slices)
        for measure, places in self.reading.plan.dated.items():
            rows = self.reading.described(self._joined(measure.population, places), {measure.population}, every)
            finest = rows.group_by(["period", rows.on.name("of_day"), *map(self.reading.column, every)])
            summed = finest.agg(summed=exact_sum(rows[measure.column]))
            self.reading.fold(
                summed,
                ["period", "of_day"],
                {"summed": measure},
                self.reading.slices,
                lambda facts, dated: facts.dated[dated],
            )


def aggregate(rows: ir.Table, measure: Total | Extreme) -> ir.NumericScalar:
    if measure.column == "*":
        return rows.count()
    if measure.column.startswith("#"):
        return rows[measure.column[1:]].count()
    column = rows[measure.column]
    if isinstance(measure, Extreme):
        return column.max() if measure.largest else column.min()
    return product(column, column).sum() if measure.squared else exact_sum(column)
