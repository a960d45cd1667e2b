"""Measures: the numbers that KPIs are made of. They are plain data, so that a request can gather those of all its KPIs
and have them measured together."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property
from typing import TypeVar

from crmeter.kernel.messages import t
from crmeter.model.cells import CELL_COLUMNS
from crmeter.model.populations import POPULATIONS
from crmeter.stats.intervals import order_statistic_ranks, quantile_ranks

CELLS = "cells"  # the population of customer cells
Measured = TypeVar("Measured")


def _hashed_once(kind: type[Measured]) -> type[Measured]:
    """Measures are looked up by the hundred thousand: their hash is worked out once."""
    work = kind.__hash__

    def of(self: Measured) -> int:
        known = vars(self)
        try:
            found: int = known["_hash"]
        except KeyError:
            found = known["_hash"] = work(self)
        return found

    kind.__hash__ = of  # type: ignore[assignment, method-assign]  # in the place of the one that a dataclass makes
    return kind


class Window(StrEnum):
    """Which days a measure looks at, seen from the period of the KPI."""

    PERIOD = "period"
    PREVIOUS = "previous"  # the period before, its elapsed part
    YEAR_BEFORE = "year_before"  # the same period a year before, its elapsed part
    YEAR_TO_END = "year_to_end"  # the 365 days to the end
    YEAR_ON_YEAR = "year_on_year"  # the period, beside the same one a year before


@_hashed_once
@dataclass(frozen=True)
class Total:
    """Σ of a column over the rows (or customer cells) of a population; with ``squared`` Σ of its squares.

    The column ``*`` counts the rows, ``#name`` those that have a value of that name.
    """

    population: str
    column: str
    squared: bool = False
    window: Window = Window.PERIOD

    @property
    def words(self) -> str:
        """What is counted, in the language of the moment."""
        of_cells = self.population == CELLS
        told = t(CELL_COLUMNS[self.column].words if of_cells else POPULATIONS[self.population].adds[self.column])
        if self.window is Window.PREVIOUS:
            return t("{measure} of the period before", measure=told)
        if self.window is Window.YEAR_BEFORE:
            return t("{measure} of the same period last year", measure=told)
        if self.window is Window.YEAR_TO_END:
            return t("{measure} over the 365 days to the end", measure=told)
        return told


@dataclass(frozen=True)
class Extreme:
    """The smallest (or with ``largest`` the largest) value of a column over the rows of a population."""

    population: str
    column: str
    largest: bool = False


@_hashed_once
@dataclass(frozen=True)
class Product:
    """Σ over customers of x × y, each the customer's own sum in its window."""

    x: Total
    y: Total

    @property
    def words(self) -> str:
        """Who is counted, for two columns that are 1 or 0 of each customer."""
        return t("{customers} {with_what}", customers=self.x.words, with_what=self.y.words)


@_hashed_once
@dataclass(frozen=True)
class Ranked:
    """The values of a column in order of size, those around quantile ``q``; rows without a value count as larger than
    all where ``missing_last``, else not at all."""

    population: str
    column: str
    q: float
    missing_last: bool = False

    @cached_property
    def rows(self) -> Total:
        """How many rows are ranked."""
        return Total(self.population, "*" if self.missing_last else f"#{self.column}")

    def ranks(self, n: int) -> tuple[int, ...]:
        """The places (from 1) of ``n`` values whose values are asked for."""
        below, above, _ = quantile_ranks(n, self.q) or (0, 0, 0.0)
        return tuple(rank for rank in (below, above, *(order_statistic_ranks(n, self.q) or ())) if rank)


@dataclass(frozen=True)
class RankedCells(Ranked):
    """The numbers of the customers of whom the column ``among`` is 1, in order of size."""

    among: str = ""

    @cached_property
    def rows(self) -> Total:
        return cell(self.among)


@dataclass(frozen=True)
class TopSum(RankedCells):
    """Σ of the largest of them: those above the quantile ``q``, the last of them whole."""

    def first(self, n: int) -> int:
        """The place from which on they are summed.

        >>> TopSum(CELLS, "revenue_so_far", 0.9, among="ordered_so_far").first(25)
        23
        """
        return n - math.ceil(n * (1 - self.q) - 1e-9) + 1

    def ranks(self, n: int) -> tuple[int, ...]:
        return (self.first(n),) if n else ()


@dataclass(frozen=True)
class Edge(RankedCells):
    """The smallest of those that a :class:`TopSum` sums."""

    def ranks(self, n: int) -> tuple[int, ...]:
        return TopSum(self.population, self.column, self.q, among=self.among).ranks(n)


@dataclass(frozen=True)
class Sway(Total):
    """By how much each customer sways the share that the largest (``top``) have of this total: the influence function
    of that share. Its Σ is 0; asked for are Σ of its products, in one period and of the same customers in two."""

    top: TopSum = field(kw_only=True)

    @property
    def edge(self) -> Edge:
        return Edge(self.top.population, self.top.column, self.top.q, among=self.top.among)


@dataclass(frozen=True)
class Dated:
    """Σ of a column over the rows of each day, first to last."""

    population: str
    column: str

    @property
    def words(self) -> str:
        return Total(self.population, self.column).words


Measure = Total | Extreme | Product | Ranked | Dated


@cache
def cell(column: str, window: Window = Window.PERIOD) -> Total:
    """Σ of a column over customer cells."""
    return Total(CELLS, column, window=window)


def squared(total: Total) -> Total:
    """Σ of the squares of the same rows."""
    return Total(total.population, total.column, squared=True, window=total.window)
