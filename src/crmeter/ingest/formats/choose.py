"""Weighs the readings of a column against each other by how many of its values fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import duckdb

from crmeter.ingest.formats.reading import Reading

_BY_FAR = 20  # values that only one reading fits, for each that only the other does


class Outcome(StrEnum):
    """What the values of the column say about its readings."""

    DECIDED = "decided"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True)
class Choice:
    """The reading chosen, or the two that stand against each other with a value that they read differently."""

    outcome: Outcome
    reading: Reading
    other: Reading | None = None
    example: str = ""
    values: int = 0
    fitting: int = 0


def choose(con: duckdb.DuckDBPyConnection, values: str, readings: Sequence[Reading]) -> Choice:
    """The reading that fits the column. ``values`` is SQL of a relation of texts ``v``, none of them missing."""
    counted = ", ".join(f"count({reading.sql('v')})" for reading in readings)
    row = con.execute(f"SELECT count(*), {counted} FROM ({values})").fetchall()[0]
    total, counts = row[0], row[1:]
    ranked = sorted(zip(counts, readings, strict=True), key=lambda pair: -pair[0])
    count, best = ranked[0]
    if total and count * 2 < total:
        return Choice(Outcome.NONE, best, values=total, fitting=count)
    for other_count, other in ranked[1:]:
        if other_count:
            rival = _rival(con, values, best, other)
            if rival is not None:
                return Choice(Outcome.AMBIGUOUS, best, other, rival, total, count)
    return Choice(Outcome.DECIDED, best, values=total, fitting=count)


def _rival(con: duckdb.DuckDBPyConnection, values: str, best: Reading, other: Reading) -> str | None:
    """A value that ``other`` reads differently from ``best``, where nothing in the column decides between them."""
    a, b = best.sql("v"), other.sql("v")
    only_a, only_b, example = con.execute(
        f"SELECT count(*) FILTER (a IS NOT NULL AND b IS NULL), count(*) FILTER (b IS NOT NULL AND a IS NULL), "
        f"min(v) FILTER (a <> b) "
        f"FROM (SELECT v, {a} AS a, {b} AS b FROM ({values}))"
    ).fetchall()[0]
    return None if example is None or only_a > _BY_FAR * only_b else str(example)
