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
    places = range(len(readings))
    pairs = [(a, b) for a in places for b in places if a != b]
    parts = [f"count(r{place})" for place in places]
    parts += [f"count(*) FILTER (r{a} IS NOT NULL AND r{b} IS NULL)" for a, b in pairs]
    parts += [f"min(v) FILTER (r{a} <> r{b})" for a, b in pairs if a < b]
    read = ", ".join(f"{reading.sql('v')} AS r{place}" for place, reading in enumerate(readings))
    query = f"SELECT count(*), {', '.join(parts)} FROM (SELECT v, {read} FROM ({values}))"
    total, *row = con.execute(query).fetchall()[0]
    counts = row[: len(readings)]
    alone = dict(zip(pairs, row[len(readings) :], strict=False))
    differ = dict(zip([pair for pair in pairs if pair[0] < pair[1]], row[len(readings) + len(pairs) :], strict=True))
    best = max(places, key=lambda place: (counts[place], -place))
    if total and counts[best] * 2 < total:
        return Choice(Outcome.NONE, readings[best], values=total, fitting=counts[best])
    for other in sorted(places, key=lambda place: -counts[place]):
        example = differ.get((min(best, other), max(best, other)))
        if example is not None and alone[best, other] <= _BY_FAR * alone[other, best]:
            return Choice(Outcome.AMBIGUOUS, readings[best], readings[other], str(example), total, counts[best])
    return Choice(Outcome.DECIDED, readings[best], values=total, fitting=counts[best])
