"""What customers have bought, in order, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.identity import as_survivor
from crmeter.stats.affinity.choices import Choices
from crmeter.warehouse.duck import Warehouse

PRODUCT, PRODUCT_LINE = ITEMS = ("product", "product_line")
MOST_ITEMS = 100  # the most bought; of what is bought more rarely nothing could be said
_FIRST_DAY = date(1970, 1, 1)


@dataclass(frozen=True)
class Bought:
    """The purchases of each customer in order. ``day`` counts from 1970. ``without_item`` purchases name none,
    ``rare`` ones are of items that are not among the most bought."""

    choices: Choices
    day: NDArray[np.int64]
    customers: tuple[str, ...]
    items: tuple[str, ...]  # the most bought first
    without_item: int
    rare: int


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - _FIRST_DAY).days


def bought(warehouse: Warehouse, item: str) -> Bought:
    """All purchases up to the horizon: sales that do not only invoice a contract, of customers who are still known."""
    rows = _purchases(warehouse, item)
    [(without,)] = warehouse.rows(rows.filter(rows.item.isnull()).count().as_table())
    rows = warehouse.keep(rows.filter(rows.item.notnull()))
    counted = warehouse.rows(rows.group_by("item").agg(n=rows.count()))
    in_order = sorted(counted, key=lambda row: (-row[1], row[0]))
    items = tuple(name for name, _ in in_order[:MOST_ITEMS])
    rare = sum(n for _, n in in_order[MOST_ITEMS:])
    if not items:
        none = np.zeros(0, dtype=np.int64)
        return Bought(Choices(none, none, none, 0), none, (), (), without, 0)
    number = warehouse.put({"item": "VARCHAR", "number": "INTEGER"}, [(name, n) for n, name in enumerate(items)])
    found = rows.join(number, "item")
    people = warehouse.keep(
        found.select("customer_id").distinct().order_by("customer_id").mutate(person=ibis.row_number().cast("int64"))
    )
    found = found.join(people, "customer_id").order_by("person", "at", "order_id")
    columns = warehouse.columns(found.select("person", "number", "day", "quarter"))
    names = tuple(name for name, _ in sorted(warehouse.rows(people), key=lambda row: row[1]))
    quarter = columns["quarter"].astype(np.int64)
    choices = Choices(
        columns["person"].astype(np.int64), columns["number"].astype(np.int64), quarter - quarter.min(), len(items)
    )
    return Bought(choices, columns["day"].astype(np.int64), names, items, without, rare)


def _purchases(warehouse: Warehouse, item: str) -> ir.Table:
    orders = warehouse.tables["order"]
    sales = orders.filter(
        orders.kind == "sale", orders.subscription_id.isnull(), orders.ordered_on < warehouse.load.as_of
    )
    sales = as_survivor(sales.filter(sales.customer_id.notnull()), warehouse.tables)
    return sales.select(
        "customer_id",
        "order_id",
        item=sales[item],
        at=sales.ordered_at,
        day=sales.ordered_on.delta(ibis.literal(_FIRST_DAY), unit="day").cast("int64"),
        quarter=(sales.ordered_on.year() * 4 + sales.ordered_on.quarter()).cast("int64"),
    )
