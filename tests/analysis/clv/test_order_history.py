"""What the models read, on the designed company of tests/world: by hand, by SQL of another hand, with planted errors.

The rows that matter (tests/world/tables/order.csv) and what each is there for:

two_orders_same_day   100 and 150 on 8 August: one purchase of 250
regular               1000 on 10 November 2024 and on 20 May 2025; 200 paid back on 15 August is no purchase
merge_new             the survivor of merge_old (400 on 1 February) and merge_mid (600 on 15 July), 800 on 20 August
deleted               5000, and 6000 of one merged into it: nobody's
invoice_only          three invoices of a subscription: no purchase
contract_and_shop     a subscription, and 350 bought on 10 July
midnight              900 at 00:30 of 1 October in Taipei, which is 30 September in UTC
closing_day           300 on 10 September, 700 on 1 October, the day of the cut
first_day             500 at midnight of 1 July in Taipei, the day of the split
foreign_order         50 dollars on 25 August, of which no rate is known
"""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from crmeter.analysis.clv import order_history as module
from crmeter.analysis.clv.order_history import Cut, OrderHistory, order_history
from crmeter.model.populations import orders
from crmeter.warehouse.duck import Warehouse
from tests.world.planting import Plant, swap
from tests.world.rows import loaded

CUT = Cut(date(2025, 10, 1), 92)  # 1 July to 30 September is held out
LATER = Cut(date(2026, 1, 1), 92)  # 1 October to 31 December is held out

# customer → purchases, days from first to last, age on 30 September, with an amount, amount; before July the same
# without the age, and repeat purchases in the 92 days before it
BY_HAND = {
    "two_orders_same_day": (1, 0, 53, 1, 250.0, None),
    "regular": (2, 191, 324, 2, 2000.0, (2, 191, 2, 2000.0, 1)),
    "merge_new": (3, 200, 241, 3, 1800.0, (1, 0, 1, 400.0, 0)),
    "contract_and_shop": (1, 0, 82, 1, 350.0, None),
    "closing_day": (1, 0, 20, 1, 300.0, None),
    "first_day": (1, 0, 91, 1, 500.0, None),
    "foreign_order": (1, 0, 36, 0, 0.0, None),
    "three_spells": (3, 929, 1309, 3, 550.0, (3, 929, 3, 550.0, 0)),
    "returned": (2, 719, 791, 2, 350.0, (1, 0, 1, 100.0, 0)),
}
NOBODY = {"deleted", "merged_into_deleted", "merge_old", "merge_mid", "invoice_only", "midnight", "prospect"}


def read(con: duckdb.DuckDBPyConnection, cut: Cut = CUT) -> OrderHistory:
    with con.cursor() as own:
        return order_history(Warehouse(own), "TWD", cut)


def rows(found: OrderHistory) -> dict[str, tuple[object, ...]]:
    """The history as the table above has it."""
    now, held = found.bought, found.held_out
    then = {}
    for i, row in enumerate(held.rows.tolist()):
        before = held.bought
        then[found.customer_id[row]] = (
            int(before.histories.repeat_orders[i]) + 1,
            int(before.histories.age_at_last_order[i]),
            int(before.valued_days[i]),
            float(before.amount[i]),
            int(held.repeats_before[i]),
        )
    return {
        customer: (
            int(now.histories.repeat_orders[i]) + 1,
            int(now.histories.age_at_last_order[i]),
            int(now.histories.age_days[i]),
            int(now.valued_days[i]),
            float(now.amount[i]),
            then.get(customer),
        )
        for i, customer in enumerate(found.customer_id)
    }


def agrees(found: dict[str, tuple[object, ...]]) -> bool:
    return all(found.get(customer) == expected for customer, expected in BY_HAND.items()) and not NOBODY & set(found)


def test_by_hand(con: duckdb.DuckDBPyConnection) -> None:
    found = rows(read(con))
    assert {customer: found.get(customer) for customer in BY_HAND} == BY_HAND
    assert not NOBODY & set(found)


def test_what_is_held_out(con: duckdb.DuckDBPyConnection) -> None:
    """Of the last quarter: closing_day bought 700 on its first day; midnight was new on it: nobody asks about it."""
    found = read(con, LATER)
    held = found.held_out
    known = found.customer_id[held.rows].tolist()
    assert "midnight" in found.customer_id and "midnight" not in known
    assert [
        (known[i], int(held.purchases[i]), float(held.amount[i])) for i in range(len(known)) if held.purchases[i]
    ] == [("closing_day", 1, 700.0)]
    # the repeat purchases of 1 July to 30 September, by hand: merge_new two, and those who came back
    assert {known[i]: int(n) for i, n in enumerate(held.repeats_before) if n} == {
        "merge_new": 2, "returned": 1, "bought_on_day_365": 1, "bought_on_day_366": 1, "bought_on_day_367": 1,
    }  # fmt: skip


WITNESS = """
WITH RECURSIVE chain(start, id) AS (
    SELECT customer_id, customer_id FROM customer
    UNION
    SELECT start, merged_into FROM chain JOIN customer ON customer_id = id
    WHERE merged_into IS NOT NULL AND merged_into <> id
), survivor AS (
    SELECT start, id FROM chain JOIN customer ON customer_id = id
    WHERE (merged_into IS NULL OR merged_into = id) AND deleted_at IS NULL
)
SELECT id, count(DISTINCT ordered_on), date_diff('day', min(ordered_on), max(ordered_on)),
    date_diff('day', min(ordered_on), $until) - 1,
    coalesce(sum(CASE WHEN currency = 'TWD' THEN amount END), 0)::DOUBLE
FROM "order" JOIN survivor ON start = customer_id
WHERE kind = 'sale' AND subscription_id IS NULL AND ordered_on < $until
GROUP BY id
"""


@pytest.mark.parametrize("cut", [CUT, LATER], ids=["october", "january"])
def test_by_sql_of_another_hand(con: duckdb.DuckDBPyConnection, cut: Cut) -> None:
    """Straight from the rows, without aliases, populations or rates (no rate is known in this company)."""
    with loaded() as plain:
        expected = {row[0]: row[1:] for row in plain.execute(WITNESS, {"until": cut.end}).fetchall()}
    found = {customer: (*row[:3], row[4]) for customer, row in rows(read(con, cut)).items()}
    assert found == expected
    assert len(found) >= 18


PLANTED: dict[str, Plant] = {
    "orders of one day are purchases each": swap(
        module._purchase_days, ('group_by("customer_id", "on")', 'group_by("customer_id", "on", "order_id")')
    ),
    "a refund is a purchase": swap(module._purchase_days, (", rows.purchases > 0)", ")")),
    "refunds are taken off the amount of a purchase": swap(
        module._purchase_days,
        (", rows.purchases > 0)", ")"),
        ("rows.sale_amount.cast", "(rows.sale_amount - rows.refund_amount).cast"),
    ),
    "merged and deleted customers stay": swap(
        orders.ledger_rows, ('as_survivor(tables["order"], tables)', 'tables["order"]')
    ),
    "invoices are purchases": swap(
        orders.ledger_rows,
        ('sale = (orders.kind == "sale") & orders.subscription_id.isnull()', 'sale = orders.kind == "sale"'),
    ),
    "the UTC date decides": swap(orders.ledger_rows, ("on=orders.ordered_on", "on=orders.ordered_at.date()")),
    "what comes after the cut counts": swap(module._purchase_days, ("rows.on < cut.end, ", "")),
    "the day of the cut counts": swap(module._purchase_days, ("rows.on < cut.end", "rows.on <= cut.end")),
    "the first day held out is known": swap(module.purchase_customers, ("day.on < cut.split", "day.on <= cut.split")),
    "an amount without a rate is an amount of nothing": swap(
        module._purchase_days, ("rows.sales > 0", "rows.purchases > 0")
    ),
    "ages are counted to the cut": swap(module._histories, (".astype(np.float64) - 1", ".astype(np.float64)")),
}  # fmt: skip


@pytest.mark.parametrize("error", PLANTED, ids=lambda error: error.replace(" ", "_"))
def test_planted_error_is_caught(con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, error: str) -> None:
    with monkeypatch.context() as patched:
        PLANTED[error](patched)
        try:
            wrong = rows(read(con))
        except ValueError:  # histories that contradict themselves are refused
            wrong = {}
    assert not agrees(wrong)
    assert agrees(rows(read(con)))
