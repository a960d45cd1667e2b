"""What a population is: which rows count, on which day, and what each adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir

Tables = Mapping[str, ir.Table]


@dataclass(frozen=True)
class Horizon:
    """What the rows are read against: the currency that amounts count in, and the end of what is known."""

    currency: str
    as_of: date


@dataclass(frozen=True)
class Population:
    """Rows of one base ``table``; ``rows`` makes them, ``in_period`` adds what depends on the end of the period."""

    name: str
    table: str
    needs: tuple[str, ...]
    rows: Callable[[Tables, Horizon], ir.Table]
    adds: Mapping[str, str]  # column → its words, a message key
    in_period: Callable[[ir.Table], ir.Table] = lambda joined: joined


def one(condition: ir.BooleanValue) -> ir.IntegerValue:
    """1 where ``condition`` holds, else 0 (null counts as not)."""
    return condition.fill_null(False).ifelse(1, 0).cast("int64")


def hours(later: ir.TimestampValue, earlier: ir.TimestampValue) -> ir.FloatingValue:
    """The hours between two instants, to the second."""
    return (later.epoch_seconds() - earlier.epoch_seconds()).cast("float64") / 3600.0
