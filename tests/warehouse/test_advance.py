"""Whom a load touches: of those whom the days that went by concern, only those who bought nothing later."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb

from crmeter.model.rules import Rules
from crmeter.warehouse import derive, schema
from crmeter.warehouse.advance import TOUCHED, Advance

RULES = Rules("TWD", "UTC", inactivity_days=30)
BEFORE, AS_OF = date(2025, 3, 2), date(2025, 3, 3)
ENDING, LATER = BEFORE - timedelta(days=31), date(2025, 2, 20)  # 30 days after the first, the relationship ends
ORDERS = {
    "ann": [(ENDING, "sale", None)],
    "bob": [(ENDING, "sale", None), (LATER, "refund", None)],
    "cat": [(ENDING, "sale", None), (LATER, "sale", None)],
    "dan": [(ENDING, "sale", None), (LATER, "sale", "contract")],  # an invoice, which is no sale of its own
    "eve": [(LATER, "sale", None)],
}


def test_spells_that_end_as_a_day_goes_by() -> None:
    with duckdb.connect() as con:
        schema.create(con)
        for customer, orders in ORDERS.items():
            con.execute("INSERT INTO main.customer (customer_id, _load) VALUES (?, 1)", [customer])
            for number, (day, kind, contract) in enumerate(orders):
                con.execute(
                    'INSERT INTO main."order" (order_id, customer_id, ordered_on, kind, subscription_id, _load) '
                    "VALUES (?, ?, ?, ?, ?, 1)", [f"{customer}{number}", customer, day, kind, contract]
                )  # fmt: skip
        derive.refresh(con, RULES, BEFORE)
        derive.roll_up(con, RULES, BEFORE)
        assert con.execute("SELECT count(*) FROM derived.spell WHERE ended_on IS NOT NULL").fetchone() == (0,)
        Advance(con, RULES, 2, BEFORE, AS_OF).run()
        ended = con.execute("SELECT customer_id, ended_on FROM derived.spell WHERE ended_on IS NOT NULL ORDER BY 1")
        assert ended.fetchall() == [(customer, BEFORE) for customer in ("ann", "bob", "dan")]
        touched = con.execute(f"SELECT customer_id FROM {TOUCHED} ORDER BY 1").fetchall()
        assert touched == [("ann",), ("bob",), ("dan",)]
