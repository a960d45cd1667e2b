"""How many rows come before a row, counted so that no place has to see all rows in order.

Every value falls into a stretch of its order. How many rows are in the stretches before is found of a few hundred
counts; only inside a stretch are rows put in order.
"""

from __future__ import annotations

from typing import Any

from crmeter.kernel.expressions import ibis, ir

_STRETCHES = 64.0  # of numbers, for each time that they grow e-fold


def with_rank(rows: ir.Table, measure: str, name: str, *, most_first: bool = False) -> ir.Table:
    """``rows`` with the number of rows whose ``measure`` is smaller (larger where ``most_first``) in the column
    ``name``, and that of all rows in ``<name>_of``. No measure is null."""
    stretch = f"{name}_stretch"
    rows = rows.mutate(**{stretch: _stretch(rows[measure])})
    counts = rows.group_by(stretch).agg(here=rows.count())
    order = ibis.desc(counts[stretch]) if most_first else counts[stretch]
    so_far = ibis.window(order_by=order, preceding=None, following=0)
    counts = counts.select(
        in_stretch=counts[stretch],
        before=counts.here.sum().over(so_far) - counts.here,
        of=counts.here.sum().over(ibis.window()),
    )
    found = rows.join(counts, rows[stretch] == counts.in_stretch)
    own = ibis.desc(found[measure]) if most_first else found[measure]
    inside = ibis.rank().over(ibis.window(group_by=stretch, order_by=own))
    found = found.mutate(**{name: (found.before + inside).cast("int64"), f"{name}_of": found.of.cast("int64")})
    return found.drop(stretch, "in_stretch", "before", "of")


def _stretch(value: Any) -> ir.IntegerValue:
    """A whole number that never falls where the value grows: the month of a date, a logarithm of a number."""
    if value.type().is_date():
        return (value.year().cast("int64") * 12 + value.month().cast("int64")).cast("int64")
    number = value.cast("float64")
    size = ((number.abs() + 1.0).ln() * _STRETCHES).floor().cast("int64")
    return (number < 0).ifelse(-size, size)
