"""Random histories of deliveries: after each load the warehouse holds what a plain dictionary says, and still knows
what it held before."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmeter.ingest.report import LoadReport
from tests.ingest.delivery import Delivery, Workspace, account, order

COLUMNS = {"order": tuple(order(0)), "customer": ("customer_id", "segment")}
REFUSED = "-1"  # no amount of a sale
CUSTOMERS = ("ann", "bob", "cat")
Deliveries = tuple[list[tuple[int, str, str]], dict[str, str]]

orders = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(CUSTOMERS), st.sampled_from(["1", "2", REFUSED])), max_size=5
)
deliveries = st.tuples(orders, st.dictionaries(st.sampled_from(CUSTOMERS), st.sampled_from(["vip", "new"])))


def expected(delivery: Deliveries) -> tuple[dict[str, tuple[str, int]], dict[str, tuple[str | None, bool]]]:
    """The orders and customers that are believed when ``delivery`` is all there is."""
    believed: dict[str, tuple[str, int]] = {}
    for number, customer, amount in delivery[0]:
        if amount != REFUSED:
            believed.setdefault(str(number), (customer, int(amount)))
    customers: dict[str, tuple[str | None, bool]] = {name: (segment, False) for name, segment in delivery[1].items()}
    for customer, _ in believed.values():
        customers.setdefault(customer, (None, True))
    return believed, customers


def deliver(shop: Workspace, delivery: Deliveries) -> LoadReport | None:
    """Load ``delivery``; None if its repeats are so many that it is refused."""
    if 2 * (len(delivery[0]) - len({number for number, _, _ in delivery[0]})) > len(delivery[0]):
        return None
    rows = [order(number, customer, amount=amount) for number, customer, amount in delivery[0]]
    customers = [{"customer_id": name, "segment": segment} for name, segment in delivery[1].items()]
    return shop.load(Delivery("shop", {"order": rows, "customer": customers}, columns=COLUMNS))


def known(shop: Workspace, table: str, columns: str, load: int) -> dict[str, tuple[object, ...]]:
    rows = shop.rows(
        f'SELECT {columns} FROM main."{table}" WHERE _load <= {load} UNION ALL '
        f'SELECT {columns} FROM history."{table}" WHERE _load <= {load} AND _until > {load}'
    )
    found = {row[0]: tuple(row[1:]) for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.slow
@settings(max_examples=6)
@given(st.lists(deliveries, min_size=2, max_size=3))
def test_each_load_holds_what_a_dictionary_says(story: list[Deliveries]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = Workspace(Path(folder))
        told: dict[int, Deliveries] = {}
        for delivery in story:
            report = deliver(shop, delivery)
            if report is None:
                continue
            count = account(report, "order")
            assert count.read == len(delivery[0]) == count.accepted + count.quarantined + count.unchanged
            assert account(report, "customer").read == len(delivery[1])
            told[report.load] = delivery
        for load, delivery in told.items():
            believed, customers = expected(delivery)
            orders_then = known(shop, "order", "order_id, customer_id, amount", load)
            assert orders_then == believed
            assert known(shop, "customer", "customer_id, segment, _implied", load) == customers
