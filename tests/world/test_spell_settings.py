"""Settings that change spells: inactivity of a segment, and gaps between contracts that close."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.world.engine import RULES, warehouse

AS_OF = date(2026, 1, 1)


def order(customer: str) -> dict[str, str]:
    return {
        "order_id": customer,
        "customer_id": customer,
        "ordered_at": "2025-01-01 12:00",
        "amount": "1",
        "currency": "TWD",
        "kind": "sale",
    }


def contract(name: str, start: str, end: str) -> dict[str, str]:
    return {
        "subscription_id": name,
        "customer_id": "ann",
        "started_at": f"{start} 12:00",
        "ended_at": f"{end} 12:00",
        "monthly_amount": "1",
        "currency": "TWD",
    }


def test_a_segment_has_its_own_inactivity() -> None:
    rows = {
        "customer": [{"customer_id": "vip", "segment": "vip"}, {"customer_id": "other", "segment": "other"}],
        "order": [order("vip"), order("other")],
    }
    rules = replace(RULES, inactivity_days=10, inactivity_by_segment=(("vip", 30),))
    _, con = warehouse(rows, rules, AS_OF)
    found = con.execute("SELECT customer_id, ended_on FROM derived.spell ORDER BY 1").fetchall()
    assert found == [("other", date(2025, 1, 12)), ("vip", date(2025, 2, 1))]  # the day itself and 10 or 30 more


def test_only_gaps_up_to_the_setting_close() -> None:
    rows = {
        "customer": [{"customer_id": "ann"}],
        "subscription": [contract("a", "2025-01-01", "2025-02-01"), contract("b", "2025-02-04", "2025-03-01")],
    }
    for gap, spells in ((2, 2), (3, 1)):  # the third day after the end is the start
        _, con = warehouse(rows, replace(RULES, contract_gap_days=gap), AS_OF)
        assert con.execute("SELECT count(*) FROM derived.spell").fetchall() == [(spells,)]
