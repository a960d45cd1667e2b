"""What a population is: which rows count, on which day, and what each adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crmeter.kernel.expressions import ir

Tables = Mapping[str, ir.Table]


class Rates(StrEnum):
    """At which rates amounts in other currencies count, unless it is those of one day."""

    OF_THE_DAY = "day"
    ORIGINAL = "original"  # every amount in its own currency


@dataclass(frozen=True)
class Horizon:
    """What the rows are read against: the currency that amounts count in, at which ``rates`` (those of each amount's
    day, those of one day, or none: amounts stay as they are), and the end of what is known."""

    currency: str
    as_of: date
    rates: Rates | date = Rates.OF_THE_DAY
    csi_weights: tuple[tuple[str, float], ...] = ()  # of aspects; all alike where there are none


class Lasting(StrEnum):
    """How a row lies in time. What lasts goes from ``on`` to ``until``, the first day not covered (null: no end)."""

    DAY = "day"  # it happened on one day: it counts in the periods that have it
    AT_END = "at_end"  # it lasts: it counts in the periods at whose end it is there, as a stock
    OVERLAP = "overlap"  # it lasts: it counts in every period that shares a day with it


def as_it_is(joined: ir.Table) -> ir.Table:
    """Nothing of the rows depends on the period."""
    return joined


@dataclass(frozen=True)
class Population:
    """Rows of one base ``table``; ``rows`` makes them, ``in_period`` adds what depends on the period.

    ``rests_on`` names populations that its rows are made with besides: where those were never loaded, or do not reach
    into a period, nothing is known of it. ``without`` names attributes of the table that its rows do not have.
    """

    name: str
    table: str
    needs: tuple[str, ...]
    rows: Callable[[Tables, Horizon], ir.Table]
    adds: Mapping[str, str]  # column → its words, a message key
    in_period: Callable[[ir.Table], ir.Table] = as_it_is
    lasting: Lasting = Lasting.DAY
    rests_on: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    dated: str = ""  # the column of ``table`` that ``on`` is, where no row of another day is read

    def rows_within(self, tables: Tables, horizon: Horizon) -> ir.Table:
        """Its rows of the periods that ``tables`` holds; those of other days may be there or not."""
        name = within(self.name)
        return self.rows({**tables, self.table: tables[name]} if name in tables else tables, horizon)

    def summed_rows(self, tables: Tables, horizon: Horizon) -> ir.Table:
        """Its rows, or those of a rollup that ``tables`` has in their place: sums of them, on days of their own."""
        name = standing_in(self.name)
        return tables[name] if name in tables else self.rows_within(tables, horizon)

    @property
    def is_plain(self) -> bool:
        """Whether its rows in a period need no columns besides their days, their customer and those that are summed."""
        return type(self).in_periods is Population.in_periods and self.in_period is as_it_is

    def in_periods(self, rows: ir.Table, tables: Tables) -> ir.Table:
        """``rows`` once for every period they count in, of the periods that ``tables`` holds."""
        if self.lasting is Lasting.DAY:
            days = tables["period_day"]
            return self.in_period(rows.join(days, rows.on == days.day))
        period = tables["period"]
        at_end = self.lasting is Lasting.AT_END
        goes_on = (rows.until >= period.period_end) if at_end else (rows.until > period.period_start)
        return self.in_period(rows.join(period, [rows.on < period.period_end, rows.until.isnull() | goes_on]))


def standing_in(population: str) -> str:
    """What the rollup of a population is called among tables where it is read in place of the rows."""
    return f"{population} by month"


def within(population: str) -> str:
    """What the table of a population is called among tables where it holds the days of the periods alone."""
    return f"{population} in periods"


def one(condition: ir.BooleanValue) -> ir.IntegerValue:
    """1 where ``condition`` holds, else 0 (null counts as not)."""
    return condition.fill_null(False).ifelse(1, 0).cast("int64")


def hours(later: ir.TimestampValue, earlier: ir.TimestampValue) -> ir.FloatingValue:
    """The hours between two instants, to the second."""
    return (later.epoch_seconds() - earlier.epoch_seconds()).cast("float64") / 3600.0
