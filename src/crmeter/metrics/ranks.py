"""Values at ranks: what quantiles and the shares of the largest are read from, once the counts of the groups say which
ranks they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product as product_of
from typing import Any

from crmeter.kernel.expressions import ir
from crmeter.metrics.measures import Ranked, TopSum
from crmeter.metrics.plan import Place
from crmeter.metrics.reading import Reading, Slice, every_dimension

MOST_ROWS = 1_000_000  # that are put in order for several slices at once: for each they are all held in lists


def fetch_ranks(
    reading: Reading,
    slices: Sequence[Slice],
    kept: ir.Table,
    column: str,
    rankeds: Sequence[Ranked],
    places: Iterable[Place],
) -> None:
    """Store the values of a ``column`` of rows that are kept which ``rankeds`` ask for in every group of ``slices``.

    The rows have the column ``period`` and those of all dimensions; how many there are in each group is known already.
    Those without a value count as larger than all.
    """
    tops = [r for r in rankeds if isinstance(r, TopSum)]
    plain = [r for r in rankeds if not isinstance(r, TopSum)]
    together: list[Sequence[Ranked]] = [plain, *([top] for top in tops)]
    for alike in together:
        if alike:
            in_parts = _rows(reading, slices[0], alike[0], places) > MOST_ROWS
            for part in [[each] for each in slices] if in_parts else [slices]:
                _fetch(reading, part, kept, column, alike, places)


def _rows(reading: Reading, dimensions: Slice, ranked: Ranked, places: Iterable[Place]) -> float:
    facts = reading.facts[dimensions]
    return sum(n for place in places for n in facts.of(ranked.rows, place).values())


def _fetch(
    reading: Reading,
    slices: Sequence[Slice],
    kept: ir.Table,
    column: str,
    rankeds: Sequence[Ranked],
    places: Iterable[Place],
) -> None:
    every = [reading.column(d) for d in every_dimension(slices)]
    columns = [[reading.column(d) for d in dimensions] for dimensions in slices]
    wanted: dict[tuple[Any, ...], set[int]] = {}
    for number, dimensions in enumerate(slices):
        facts = reading.facts[dimensions]
        for ranked, place in product_of(rankeds, places):
            for group, n in facts.of(ranked.rows, place).items():
                by = dict(zip(columns[number], group, strict=True))
                wanted.setdefault((number, place, *map(by.get, every)), set()).update(ranked.ranks(int(n)))
    asked = reading.warehouse.put(
        {"slice": "INTEGER", "period": "INTEGER", **dict.fromkeys(every, "VARCHAR"), "ranks": "BIGINT[]"},
        [(*at, sorted(ranks)) for at, ranks in wanted.items() if ranks],  # a group may have rows, and no value
    )
    summed = isinstance(rankeds[0], TopSum)
    for number, place, *values, ranks, found in reading.warehouse.ranks(
        kept, ["period"], columns, column, asked, summed=summed
    ):
        by = dict(zip(every, values, strict=True))
        numbers = [None if value is None else float(value) for value in found]
        for ranked in rankeds:
            at_ranks = reading.facts[slices[number]].values[(place, ranked)]
            at_ranks[tuple(by[c] for c in columns[number])] = dict(zip(ranks, numbers, strict=True))
