"""Random histories of deliveries: after each load the warehouse holds what a plain dictionary says, still knows what it
held before, and what it carried on from load to load is what would be made of its rows anew."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmeter.ingest.report import LoadReport
from crmeter.model.rules import Rules
from crmeter.warehouse import derive
from tests.ingest.delivery import Delivery, Row, Workspace, account, order

RULES = Rules("TWD", "Asia/Taipei", inactivity_days=20, inactivity_by_segment=(("vip", 40),), contract_gap_days=2)
START = datetime(2025, 3, 1, 12, tzinfo=UTC)
COLUMNS = {
    "order": tuple(order(0)),
    "customer": ("customer_id", "segment", "merged_into", "deleted_at"),
    "subscription": ("subscription_id", "customer_id", "started_at", "ended_at", "monthly_amount", "currency"),
    "fx_rate": ("on", "from_currency", "to_currency", "rate"),
    "campaign": ("campaign_id", "name", "started_on"),
    "touch": ("touch_id", "campaign_id", "customer_id", "at", "kind"),
}
REFUSED = "-1"  # no amount of a sale
CUSTOMERS = ("ann", "bob", "cat", "dan")
Customer = tuple[str, str | None, bool]  # segment, the customer it was merged into, whether it was deleted


@dataclass(frozen=True)
class Delivered:
    """All that is delivered on a day: days count from START, and some lie ahead."""

    orders: list[tuple[int, str, str, int, str]]  # number, customer, amount, day, currency
    customers: dict[str, Customer]
    contracts: dict[int, tuple[str, int, int | None]]  # number → customer, first day, days
    rates: dict[int, str]  # day → rate of a dollar
    touches: dict[int, tuple[str, int]]  # number → customer, day
    day: int
    inactivity_days: int  # the rule of that day

    def rows(self) -> dict[str, list[Row]]:
        return {
            "order": [
                order(number, customer, amount=amount, ordered_at=on(day), currency=currency)
                for number, customer, amount, day, currency in self.orders
            ],
            "customer": [
                {"customer_id": c, "segment": s, "merged_into": into, "deleted_at": on(0) if gone else None}
                for c, (s, into, gone) in self.customers.items()
            ],
            "subscription": [
                {
                    "subscription_id": f"s{n}",
                    "customer_id": c,
                    "started_at": on(first),
                    "ended_at": None if days is None else on(first + days),
                    "monthly_amount": "10",
                    "currency": "TWD",
                }
                for n, (c, first, days) in self.contracts.items()
            ],
            "fx_rate": [
                {"on": on(day)[:10], "from_currency": "USD", "to_currency": "TWD", "rate": rate}
                for day, rate in self.rates.items()
            ],
            "campaign": [{"campaign_id": "spring", "name": "Spring", "started_on": on(0)[:10]}],
            "touch": [
                {"touch_id": f"t{n}", "campaign_id": "spring", "customer_id": c, "at": on(day), "kind": "sent"}
                for n, (c, day) in self.touches.items()
            ],
        }


def on(day: int) -> str:
    return (START + timedelta(days=day)).strftime("%Y-%m-%d %H:%M:%S")


names, days = st.sampled_from(CUSTOMERS), st.integers(-45, 75)
deliveries = st.builds(
    Delivered,
    st.lists(
        st.tuples(
            st.integers(1, 6), names, st.sampled_from(["1", "2", REFUSED]), days, st.sampled_from(["TWD", "TWD", "USD"])
        ),
        max_size=7,
    ),
    st.dictionaries(
        names,
        st.tuples(st.sampled_from(["vip", "new"]), st.none() | names, st.sampled_from([False, False, False, True])),
    ),
    st.dictionaries(st.integers(1, 2), st.tuples(names, days, st.none() | st.integers(0, 50)), max_size=2),
    st.dictionaries(st.integers(-45, 75), st.sampled_from(["30", "31.5"]), max_size=2),
    st.dictionaries(st.integers(1, 2), st.tuples(names, days), max_size=2),
    st.integers(0, 60),
    st.sampled_from([20, 20, 20, 30]),
)


def expected(delivery: Delivered) -> tuple[dict[str, tuple[str, int]], dict[str, tuple[str | None, bool]]]:
    """The orders and customers that are believed when ``delivery`` is all there is."""
    believed: dict[str, tuple[str, int]] = {}
    for number, customer, amount, *_ in delivery.orders:
        if amount != REFUSED:
            believed.setdefault(str(number), (customer, int(amount)))
    customers: dict[str, tuple[str | None, bool]] = {name: (s, False) for name, (s, *_) in delivery.customers.items()}
    merged = [into for _, into, _ in delivery.customers.values() if into]
    named = [name for name, *_ in (*believed.values(), *delivery.contracts.values(), *delivery.touches.values())]
    for customer in (*named, *merged):
        customers.setdefault(customer, (None, True))
    return believed, customers


def deliver(shop: Workspace, delivery: Delivered) -> LoadReport | None:
    """Load ``delivery``; None if its repeats are so many that it is refused."""
    if 2 * (len(delivery.orders) - len({number for number, *_ in delivery.orders})) > len(delivery.orders):
        return None
    shop.rules = replace(RULES, inactivity_days=delivery.inactivity_days)
    return shop.load(
        Delivery("shop", delivery.rows(), columns=COLUMNS), now=START + timedelta(days=delivery.day), timezone="UTC"
    )


def known(shop: Workspace, table: str, columns: str, load: int) -> dict[str, tuple[object, ...]]:
    rows = shop.rows(
        f'SELECT {columns} FROM main."{table}" WHERE _load <= {load} UNION ALL '
        f'SELECT {columns} FROM history."{table}" WHERE _load <= {load} AND _until > {load}'
    )
    found = {row[0]: tuple(row[1:]) for row in rows}
    assert len(found) == len(rows)
    return found


def derived(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The rows of every derived table, in an order of their own."""
    tables = [name for (name,) in con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'derived' ORDER BY 1"
    ).fetchall()]  # fmt: skip
    return {name: sorted(map(repr, con.execute(f'FROM derived."{name}"').fetchall())) for name in tables}


def assert_carried_on_as_made_anew(shop: Workspace, as_of: object) -> None:
    """What is derived is what it would be if nothing had been derived before."""
    copy = shop.root / "copy.duckdb"
    shutil.copyfile(shop.warehouse, copy)
    with duckdb.connect(str(copy)) as con:
        carried_on = derived(con)
        derive.refresh(con, shop.rules, as_of)  # type: ignore[arg-type]
        derive.roll_up(con, shop.rules, as_of)  # type: ignore[arg-type]
        anew = derived(con)
    # when the newest row of a source came is only known after a load
    for each in (carried_on, anew):
        each["coverage"] = [row for row in each["coverage"] if "'arrivals'" not in row and "'checks'" not in row]
    assert carried_on == anew


@pytest.mark.slow
@settings(max_examples=3)
@given(st.lists(deliveries, min_size=2, max_size=3))
def test_each_load_holds_what_a_dictionary_says(story: list[Delivered]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = Workspace(Path(folder), RULES)
        told: dict[int, Delivered] = {}
        for step, delivery in enumerate(sorted(story, key=lambda each: each.day)):
            report = deliver(shop, replace(delivery, day=delivery.day + step))
            if report is None:
                continue
            count = account(report, "order")
            assert count.read == len(delivery.orders) == count.accepted + count.quarantined + count.unchanged
            assert account(report, "customer").read == len(delivery.customers)
            told[report.load], as_of = delivery, report.as_of
        if told:
            assert_carried_on_as_made_anew(shop, as_of)
        for load, delivery in told.items():
            believed, customers = expected(delivery)
            orders_then = known(shop, "order", "order_id, customer_id, amount", load)
            assert orders_then == believed
            assert known(shop, "customer", "customer_id, segment, _implied", load) == customers
