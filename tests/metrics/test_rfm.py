"""Groups of buyers on ten customers by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from crmeter.kernel.period import Period
from crmeter.kpis.customers.customers import customers_end
from crmeter.metrics import Request, measure
from crmeter.model import order as order_of_rows
from crmeter.model import rfm as model
from crmeter.model.populations.population import Horizon
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import Rows, warehouse
from tests.world.planting import Plant, swap

AS_OF = date(2026, 1, 1)
TWD = Rules("TWD", "UTC")


def order(customer: str, day: str, amount: int, **more: str) -> dict[str, str]:
    return {
        "order_id": f"{customer} {day} {amount}", "customer_id": customer, "ordered_at": f"{day} 12:00",
        "amount": str(amount), "currency": "TWD", "kind": "sale" if amount >= 0 else "refund", **more,
    }  # fmt: skip


ORDERS = [
    # a, b, c and e one order each, the later the dearer; d two
    order("a", "2025-01-05", 100),
    order("b", "2025-02-05", 200),
    order("c", "2025-03-05", 300),
    order("d", "2025-11-04", 200),
    order("d", "2025-11-05", 200),
    order("e", "2025-12-05", 500),
    # f and g two each, h three, i and j four
    order("f", "2025-01-01", 600), order("f", "2025-06-01", 10),
    order("g", "2025-01-01", 5), order("g", "2025-06-02", 6),
    order("h", "2025-01-01", 700), order("h", "2025-01-02", 700), order("h", "2025-01-03", 700),
    *(order("i", f"2025-12-0{n}", 900) for n in range(1, 5)),
    *(order("j", f"2025-12-1{n}", 20) for n in range(1, 5)),
    # what does not count: a refund lowers revenue and is no order; an invoice is revenue and no order; not yet known
    order("h", "2025-12-31", -100),
    order("a", "2025-12-30", 1000, subscription_id="s"),
    order("b", "2026-01-01", 9999),
    # a merged record is its survivor; only invoices: no buyer
    order("old_c", "2025-03-01", 1),
    order("k", "2025-12-30", 50, subscription_id="t"),
]  # fmt: skip
ROWS: Rows = {
    "customer": [*({"customer_id": name} for name in "abcdefghijk"), {"customer_id": "old_c", "merged_into": "c"}],
    "order": ORDERS,
}
# Last orders, the oldest first: h 01-03, a 01-05, b 02-05, c 03-05, f 06-01, g 06-02, d 11-05, e 12-05 and i 12-04, j:
# h 0 worse, a 1, b 2, c 3, f 4, g 5, d 6, i 7, e 8, j 9, so 1 + 5 × worse ÷ 10 cut down: 1 1 2 2 3 3 4 4 5 5.
# Orders: a, b, e one: none worse, 1. c (with its merged record), d, f, g two: 3 worse, 2. h three: 7 worse, 4.
# i, j four: 8 worse, 5.
# Revenue: g 11, j 80, b 200, c 301, d 400, e 500, f 610, a 1100, h 2000, i 3600: 1 1 2 2 3 3 4 4 5 5.
EXPECTED = {
    "a": (1, 1, 4, "slipping"),
    "b": (2, 1, 2, "sleeping"),
    "c": (2, 2, 2, "sleeping"),
    "d": (4, 2, 3, "promising"),
    "e": (5, 1, 3, "new"),
    "f": (3, 2, 4, "big_spender"),
    "g": (3, 2, 1, "promising"),
    "h": (1, 4, 5, "slipping"),
    "i": (4, 5, 5, "best"),
    "j": (5, 5, 1, "loyal"),
}


@pytest.fixture(scope="module")
def ten() -> Iterator[Warehouse]:
    opened, con = warehouse(ROWS, TWD, AS_OF)
    yield opened
    con.close()


def found(opened: Warehouse, day: date = AS_OF) -> dict[str, tuple[int, int, int, str]]:
    rows = model.rfm(opened.tables, Horizon("TWD", AS_OF), day)
    return {row[0]: row[1:] for row in opened.rows(rows.select("customer_id", *_SHOWN))}


_SHOWN = ("days_points", "orders_points", "revenue_points", "rfm")


def test_by_hand(ten: Warehouse) -> None:
    assert found(ten) == EXPECTED


def test_as_of_an_earlier_day_only_what_was_before_it_counts(ten: Warehouse) -> None:
    """On 6 January 2025 there are h, f, g and a (5 January, the last): h with three orders and the most revenue."""
    early = found(ten, date(2025, 1, 6))
    assert set(early) == {"a", "f", "g", "h"}
    assert early["h"] == (3, 4, 4, "loyal")  # f and g are worse in days: 1 + 5 × 2 ÷ 4 = 3; all three worse: 4
    assert early["a"][:2] == (4, 1)


@pytest.mark.parametrize(
    "plant",
    [
        swap(model._with_points, ('"worse")\n', '"worse", most_first=True)\n')),
        swap(order_of_rows.with_rank, ("ibis.rank()", "ibis.row_number()")),
        swap(model._with_points, ("* SCORES) //", "* 4) //")),
        swap(model.rfm, ("where=rows.purchases > 0", "where=rows.revenue > 0")),
        swap(model.rfm, ("rows.purchases.sum()", "rows.count()")),
        swap(model.rfm, ("found.filter(found.orders_so_far > 0)", "found")),
        swap(model.rfm, ("rows.on < day, ", "")),
        swap(model._holds, ("orders_points <= rule.orders_at_most", "orders_points <= 5")),
    ],
    ids=[
        "turned round",
        "ties broken",
        "quarters",
        "invoices are orders",
        "rows are orders",
        "no buyers",
        "later orders",
        "new whatever the orders",
    ],
)
def test_a_planted_error_is_caught(ten: Warehouse, monkeypatch: pytest.MonkeyPatch, plant: Plant) -> None:
    plant(monkeypatch)
    assert found(ten) != EXPECTED


def test_a_dimension_of_customers(ten: Warehouse) -> None:
    by = ("customer.rfm",)
    year = Period(date(2025, 1, 1), AS_OF)
    made = measure(ten, TWD, Request([customers_end], [year], (by,)))
    counts = {
        group[0]: made.value(customers_end, year, by, group).value for group in made.groups(customers_end, year, by)
    }
    assert counts == {"slipping": 2, "sleeping": 2, "new": 1, "big_spender": 1, "promising": 2, "best": 1, "loyal": 1}
