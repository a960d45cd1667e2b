"""Values at ranks on Spark: exact, and where there are many rows without any task that sees all of a group.

Every value falls into a stretch of its order that is the same wherever it is worked out. Counts of the stretches say in
which one a rank lies; only the rows of those stretches are put in order, each stretch by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from crmeter.warehouse.folds import rank_query
from crmeter.warehouse.identifier import quoted

_STRETCHES = 64  # for each time that values grow e-fold; the logarithm never falls where its argument grows


def listed_sql(
    table: str, keys: Sequence[str], slices: Sequence[Sequence[str]], column: str, asked: str, *, summed: bool
) -> str:
    """Of few rows: the values of each group as a list in order."""
    listed: Any = exp.maybe_parse(f"array_sort(collect_list({quoted(column)}))", dialect="duckdb")  # without nulls
    every = "transform(ranks, place -> get(in_order, CAST(place - 1 AS INT)))"
    largest = (
        "array(if(ranks[0] > size(in_order), NULL, aggregate(slice(in_order, CAST(ranks[0] AS INT), size(in_order)), "
        "CAST(0 AS DOUBLE), (a, b) -> a + CAST(b AS DOUBLE))))"
    )
    found: Any = exp.maybe_parse(largest if summed else every, dialect="spark")
    return str(rank_query(table, keys, slices, column, asked, found, listed).sql("spark"))


def spread_sql(
    table: str, keys: Sequence[str], slices: Sequence[Sequence[str]], column: str, asked: str, *, summed: bool
) -> str:
    """The same of many rows."""
    every = list(dict.fromkeys(c for columns in slices for c in columns))
    own = ", ".join(map(quoted, (*keys, *every)))
    group = f"slice, {own}"
    number = f"CAST({quoted(column)} AS DOUBLE)"
    stretch = f"CAST(floor(signum({number}) * ln(1 + abs({number})) * {_STRETCHES}) AS INT)"

    def each_slice(rows: str, shown: str, grouped: str = "") -> str:
        parts = []
        for place, columns in enumerate(slices):
            names = [quoted(c) if c in columns else f"CAST(NULL AS STRING) AS {quoted(c)}" for c in every]
            by = ", ".join(map(quoted, (*keys, *columns)))
            names = [f"{place} AS slice", *map(quoted, keys), *names]
            parts.append(f"SELECT {', '.join(names)}, {shown} FROM {rows}{grouped and f' GROUP BY {by}, {grouped}'}")
        return " UNION ALL ".join(parts)

    def same(one: str, two: str, *more: str) -> str:
        return " AND ".join(f"{one}.{quoted(c)} <=> {two}.{quoted(c)}" for c in ("slice", *keys, *every, *more))

    of_rank = f"{'located.above + placed.tail' if summed else 'placed.value'}"
    in_stretch = f"PARTITION BY {group}, stretch ORDER BY"
    tail = f", sum(CAST(value AS DOUBLE)) OVER ({in_stretch} value DESC, one DESC ROWS UNBOUNDED PRECEDING) AS tail"
    return f"""
WITH valued AS (
  SELECT {own}, {quoted(column)} AS value, {stretch} AS stretch FROM {quoted(table)} WHERE {quoted(column)} IS NOT NULL
), finest AS (
  SELECT {own}, stretch, count(*) AS rows, sum(value) AS summed FROM valued GROUP BY {own}, stretch
), counted AS (
  {each_slice("finest", "stretch, sum(rows) AS rows, sum(summed) AS summed", "stretch")}
), reached AS (
  SELECT *, sum(rows) OVER (PARTITION BY {group} ORDER BY stretch) - rows AS before,
    CAST(coalesce(sum(summed) OVER (PARTITION BY {group} ORDER BY stretch DESC
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS DOUBLE) AS above
  FROM counted
), wanted AS (
  SELECT {group}, nth, rank FROM {quoted(asked)} LATERAL VIEW posexplode(ranks) AS nth, rank
), located AS (
  SELECT {", ".join(f"wanted.{quoted(c)}" for c in ("slice", *keys, *every))}, nth, rank, stretch, before, above
  FROM wanted JOIN reached ON {same("wanted", "reached")} AND rank > before AND rank <= before + rows
), needed AS (
  SELECT DISTINCT {group}, stretch FROM located
), sliced AS (
  {each_slice("valued", "stretch, value")}
), chosen AS (
  SELECT sliced.* FROM sliced LEFT SEMI JOIN needed ON {same("sliced", "needed", "stretch")}
), ordered AS (
  SELECT *, row_number() OVER ({in_stretch} value) AS one FROM chosen
), placed AS (
  SELECT *{tail if summed else ""} FROM ordered
), found AS (
  SELECT {", ".join(f"located.{quoted(c)}" for c in ("slice", *keys, *every))},
    map_from_entries(collect_list(struct(nth, {of_rank}))) AS at
  FROM located JOIN placed ON {same("located", "placed", "stretch")} AND rank - before = one
  GROUP BY {", ".join(f"located.{quoted(c)}" for c in ("slice", *keys, *every))}
)
SELECT {", ".join(f"asked.{quoted(c)}" for c in ("slice", *keys, *every))}, asked.ranks,
  transform(asked.ranks, (rank, nth) -> at[nth]) AS found
FROM {quoted(asked)} AS asked LEFT JOIN found ON {same("asked", "found")}
"""
