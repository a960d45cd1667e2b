"""The cube: what the customers of each combination of attributes were and did in each month, summed at each load.

One row for a month and a combination: the numbers of customer cells summed, and the products of two numbers of the same
customer that errors are worked out from. Every number is a whole one or an exact decimal, so that what customers added
can be taken out again. Of months that are over alone: of the others every day changes something of everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.cells import CELL_COLUMNS, cells
from crmeter.model.populations.population import Horizon, Tables
from crmeter.model.rollups import with_rollups

CUBE = "customer_cube"
ATTRIBUTE, CELLS = "of_", "cells"  # what columns of attributes begin with; how many cells a row is made of
_MONTHS = 240  # before the horizon
_YEAR = timedelta(days=365)
_CONTRIBUTED = ("complaints", "contracts", "ledger", "spells")


class Part(NamedTuple):
    """A number of a customer cell: of the ``month`` itself, of the ``year`` (365 days) to its end, or of the month some
    months ``back``."""

    column: str
    stretch: str = "month"
    back: int = 0

    def __str__(self) -> str:
        return f"{self.stretch}_{self.column}" + (f"_{self.back}_back" if self.back else "")


Pair = tuple[Part, Part]
_YEARS, _NET, _PAID = Part("customer_years"), Part("net_sales"), Part("revenue")
_THEN, _LOST = Part("customers_start", "year"), Part("lost", "year")
OF_YEAR = (_THEN, _LOST)
FOLLOWED = tuple((_PAID, Part("revenue", back=back)) for back in (1, 12))
PAIRS: tuple[Pair, ...] = (
    *((Part(name), Part(name)) for name in ("active", "customer_years", "purchases", "net_sales", "revenue", "sales")),
    *((Part(name), Part(name)) for name in ("sale_amount", "refund_amount")),
    (Part("active"), _PAID),
    (Part("complaining"), Part("exposed")),
    (Part("refund_amount"), Part("sale_amount")),
    (Part("sale_amount"), Part("sales")),
    (_YEARS, _NET),
    (_YEARS, Part("purchases")),
    *((part, then) for part in (_YEARS, _NET) for then in OF_YEAR),
    (_THEN, _THEN),
    (_THEN, _LOST),
    (_LOST, _LOST),
)
IN_WHOLE = {"customer_years": ("customer_days", 365.25)}  # how numbers that are no whole ones are made of such


@cache
def of_month() -> tuple[Part, ...]:
    """The numbers of a month that are kept: all that are made of these contributions."""
    return tuple(Part(name) for name, column in CELL_COLUMNS.items() if {*_CONTRIBUTED}.issuperset(column.needs))


def name_of(pair: Pair) -> str:
    """The column of a product."""
    return f"{pair[0]}__{pair[1]}"


def factor(*parts: Part) -> float:
    """What a kept sum is to be divided by."""
    found = 1.0
    for part in parts:
        found *= IN_WHOLE.get(part.column, ("", 1.0))[1]
    return found


def month_number(day: date) -> int:
    """The number of the month that a day lies in."""
    return day.year * 12 + day.month - 1


def first_day(number: int) -> date:
    """The first day of a month by its number.

    >>> first_day(month_number(date(2025, 12, 24)))
    datetime.date(2025, 12, 1)
    """
    return date(number // 12, number % 12 + 1, 1)


def months_over(as_of: date) -> range:
    """The months that are kept at a horizon, by number."""
    return range(month_number(as_of) - _MONTHS, month_number(as_of))


def place_in_cube(start: date, end: date, as_of: date) -> tuple[str, int] | None:
    """As which stretch of which month, by number, the days from ``start`` to before ``end`` are kept.

    >>> place_in_cube(date(2025, 2, 1), date(2025, 3, 1), date(2025, 3, 1)) == ("month", month_number(date(2025, 2, 1)))
    True
    >>> place_in_cube(date(2025, 2, 1), date(2025, 2, 10), date(2025, 2, 10)) is None
    True
    """
    last = end - timedelta(days=1)
    number = month_number(last)
    if end.day != 1 or number not in months_over(as_of)[12:]:
        return None
    if start == first_day(number):
        return "month", number
    return ("year", number) if start == end - _YEAR else None


def stretches(months: Iterable[int]) -> Mapping[str, list[tuple[int, date, date]]]:
    """The number, the first day and the day after the last of each stretch of some months."""
    ends = {number: first_day(number + 1) for number in months}
    return {
        "month": [(number, first_day(number), end) for number, end in ends.items()],
        "year": [(number, end - _YEAR, end) for number, end in ends.items()],
    }


def members(tables: Tables, attributes: Sequence[str]) -> ir.Table:
    """Every customer with some attributes as text, those included that no row describes but that have a spell."""
    customer, spell = tables["customer"], tables["spell"]
    known = customer.select(
        member_id=customer.customer_id, **{ATTRIBUTE + name: customer[name].cast("string") for name in attributes}
    )
    unknown = spell.select(member_id=spell.customer_id).distinct().anti_join(known, "member_id")
    nothing = {ATTRIBUTE + name: ibis.null("string") for name in attributes}
    return known.union(unknown.select("member_id", **nothing))


def sums(tables: Tables, horizon: Horizon) -> ir.Table:
    """``(period, cell_group, …)``: what the customers of each group add in each month.

    ``tables`` has ``member``, as for :func:`crmeter.model.cells.cells`; ``period`` and ``period_day`` of the months,
    ``year_period`` of the years to their ends, and ``followed_day`` of the months and those of the year before each.
    """
    of_months = with_rollups(tables)
    month = cells(of_months, horizon, _CONTRIBUTED, once=("ledger",))
    month = month.select("member", "cell_group", "period", **{str(p): _number(month, p) for p in of_month()})
    year = cells({**tables, "period": tables["year_period"]}, horizon, ("spells",))
    of_year = {str(part): _number(year, part) for part in OF_YEAR}
    year = year.select("member", "period", cell_group_then="cell_group", **of_year)
    year = year.filter(year[str(_THEN)] > 0)  # who was none then is not lost either
    year = year.rename(member_then="member", period_then="period")
    both = month.outer_join(year, [month.member == year.member_then, month.period == year.period_then])
    keys = {name: both[name].coalesce(both[f"{name}_then"]) for name in ("period", "cell_group")}
    parts = [*of_month(), *OF_YEAR]
    both = both.select(**keys, **{str(p): both[str(p)].fill_null(_zero(both[str(p)])) for p in parts})
    added = {str(part): _exact(both[str(part)]) for part in parts}
    products = {name_of(pair): _product(*(both[str(part)] for part in pair)) for pair in PAIRS}
    found = both.group_by("period", "cell_group").agg(**{CELLS: both.count()}, **added, **products)
    for pair in FOLLOWED:
        found = _beside(found, _followed({**of_months, "period_day": tables["followed_day"]}, horizon, pair))
    return found


def _followed(tables: Tables, horizon: Horizon, pair: Pair) -> ir.Table:
    """Products of a number of each customer in a month with one some months back."""
    now, before = pair
    rows = cells(tables, horizon, ("ledger",), once=("ledger",))
    rows = rows.select("member", "cell_group", "period", now=_number(rows, now), before=_number(rows, before))
    rows = rows.filter((rows.now != 0) | (rows.before != 0))
    then = rows.select(member_then="member", follows=rows.period + before.back, number_then="before")
    both = rows.join(then, [rows.member == then.member_then, rows.period == then.follows])
    product = {name_of(pair): _product(both.now, both.number_then)}
    return both.group_by("period", "cell_group").agg(**product)


def _beside(found: ir.Table, others: ir.Table) -> ir.Table:
    """Sums of the same months and groups as one row, nothing where the others have none."""
    keys = ("period", "cell_group")
    others = others.rename({f"other_{key}": key for key in keys})
    [name] = [name for name in others.columns if not name.startswith("other_")]
    both = found.left_join(others, [found[key] == others[f"other_{key}"] for key in keys])
    return both.select(*found.columns, **{name: both[name].fill_null(_zero(both[name]))})


def _number(rows: ir.Table, part: Part) -> ir.NumericValue:
    whole = IN_WHOLE.get(part.column)
    number = rows[whole[0]] if whole else CELL_COLUMNS[part.column].value(rows)
    return number.cast("int64") if number.type().is_integer() else number.cast("decimal(18, 4)")


def _zero(number: ir.NumericValue) -> ir.NumericValue:
    return ibis.literal(0).cast(number.type())


def _exact(number: ir.NumericValue) -> ir.NumericScalar:
    return number.sum().cast("int64" if number.type().is_integer() else "decimal(38, 4)")


def _product(x: ir.NumericValue, y: ir.NumericValue) -> ir.NumericScalar:
    """Σ x × y, to the last digit."""
    whole = x.type().is_integer() + y.type().is_integer()
    if not whole:  # two of 18 digits would be multiplied in 18, which amounts above 100,000 do not fit
        x = x.cast("decimal(38, 4)")
    return (x * y).sum().cast(("decimal(38, 8)", "decimal(38, 4)", "int64")[whole])
