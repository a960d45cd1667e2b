"""Scans of row populations: each summed once to the finest groups of the request, and those to each slice. Quantiles
take one more scan, which fetches the values at the ranks that the counts ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from crmeter.metrics.facts import Facts, Group
from crmeter.metrics.measures import Extreme, Measure, Ranked, Total
from crmeter.metrics.plan import Place
from crmeter.metrics.reading import Reading, Slice, every_dimension, exact_sum, product
from crmeter.model.populations import POPULATIONS
from crmeter.stats.intervals import order_statistic_ranks, quantile_ranks

NOTHING = "\u2400"  # stands for null where groups are joined


@dataclass(frozen=True)
class RowScan:
    """Measures the row populations of one plan."""

    reading: Reading

    def run(self) -> None:
        for population, measures in self.reading.plan.rows.items():
            self._sum_rows(population, measures)
        self._count_ranked()
        self._rank()

    def _joined(self, population: str, places: Iterable[Place]) -> ir.Table:
        found = POPULATIONS[population]
        tables = self.reading.tables(places)
        rows = found.rows(tables, self.reading.horizon)
        if "customer_id" not in rows.columns:
            rows = rows.mutate(customer_id=ibis.null("string"))
        days = tables["period_day"]
        return found.in_period(rows.join(days, rows.on == days.day))

    def _sum_rows(self, population: str, measures: Mapping[Total | Extreme, set[Place]]) -> None:
        places = set().union(*measures.values())
        rows = self.reading.described(
            self._joined(population, places), {population}, every_dimension(self.reading.slices)
        )
        wanted = {f"m{i}": (m, _aggregate(rows, m)) for i, m in enumerate(measures)}
        keys = ["period", *(self.reading.column(d) for d in every_dimension(self.reading.slices))]
        finest = rows.group_by(keys).agg(**{name: value for name, (_, value) in wanted.items()})
        measured = {name: measure for name, (measure, _) in wanted.items()}
        self.reading.fold(finest, ["period"], measured, self.reading.slices, _store)

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
            rows = self.reading.described(rows, {population}, every_dimension(self.reading.slices))
            for dimensions in self.reading.slices:
                self._fetch_ranks(dimensions, rows, column, rankeds, places)

    def _fetch_ranks(
        self, dimensions: Slice, rows: ir.Table, column: str, rankeds: Sequence[Ranked], places: set[Place]
    ) -> None:
        facts = self.reading.facts[dimensions]
        wanted: dict[tuple[Place, Group, int], None] = {}
        for ranked in rankeds:
            for place in places:
                for group, n in facts.numbers.get((place, ranked.rows), {}).items():
                    wanted.update(((place, group, rank), None) for rank in _ranks(int(n), ranked.q))
        columns = [self.reading.column(d) for d in dimensions]
        asked = self.reading.warehouse.put(
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
        for place, *key, rank, number in self.reading.warehouse.rows(found):
            group = tuple(None if k == NOTHING else k for k in key)
            values.setdefault((place, group), {})[rank] = None if number is None else float(number)
        for (place, group), by_rank in values.items():
            for ranked in rankeds:
                facts.values[(place, ranked)][group] = by_rank


def _store(facts: Facts, group: Group, places: tuple[Place, ...], measure: Measure, number: float) -> None:
    facts.numbers[(places[0], measure)][group] = number  # type: ignore[index]


def _ranks(n: int, q: float) -> Iterable[int]:
    below, above, _ = quantile_ranks(n, q) or (0, 0, 0.0)
    return {rank for rank in (below, above, *(order_statistic_ranks(n, q) or ())) if rank}


def _aggregate(rows: ir.Table, measure: Total | Extreme) -> ir.NumericScalar:
    if measure.column == "*":
        return rows.count()
    if measure.column.startswith("#"):
        return rows[measure.column[1:]].count()
    column = rows[measure.column]
    if isinstance(measure, Extreme):
        return column.max() if measure.largest else column.min()
    return product(column, column).sum() if measure.squared else exact_sum(column)
