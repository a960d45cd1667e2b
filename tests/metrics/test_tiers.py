"""Tiers of customers by revenue so far, on a few customers by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from crmeter.kernel.period import Period
from crmeter.kpis import CATALOGUE
from crmeter.kpis.cards import card
from crmeter.metrics import Request, measure
from crmeter.model.rules import Rules
from tests.world.engine import Rows, warehouse

AS_OF = date(2026, 1, 1)
TWD = Rules("TWD", "UTC")
YEAR = Period(date(2025, 1, 1), AS_OF)
MEAN = next(kpi for kpi in CATALOGUE if kpi.id == "clv.historical_mean")
BY = ("customer.tier",)


def order(customer: str, amount: int, number: int = 0, **more: str) -> dict[str, str]:
    told = {"ordered_at": "2025-03-01 12:00", "currency": "TWD", "kind": "sale" if amount >= 0 else "refund"}
    return {"order_id": f"{customer}{number}", "customer_id": customer, "amount": str(amount), **told, **more}


def company(amounts: dict[str, int]) -> Rows:
    return {
        "customer": [{"customer_id": name} for name in amounts],
        "order": [order(name, amount) for name, amount in amounts.items()],
    }


def heads(rows: Rows, rules: Rules = TWD) -> dict[str | None, tuple[float | None, float | None]]:
    """Tier → how many customers, and what they have brought."""
    opened, con = warehouse(rows, rules, AS_OF)
    found = measure(opened, rules, Request([MEAN], [YEAR], slices=((), BY)))
    values = [found.value(MEAN, YEAR, BY, group) for group in found.groups(MEAN, YEAR, BY)]
    con.close()
    return {v.by["customer.tier"]: (v.denominator, v.numerator) for v in values}


def test_two_three_and_five_of_ten() -> None:
    """Of 1, 2 … 10 the top fifth are 10 and 9, the next three tenths 8, 7 and 6."""
    rows = company({f"c{n}": n for n in range(1, 11)})
    assert heads(rows) == {"high": (2, 19), "medium": (3, 21), "low": (5, 15)}


def test_the_cuts_are_settings() -> None:
    rows = company({f"c{n}": n for n in range(1, 11)})
    rules = replace(TWD, tier_high=0.1, tier_medium=0.2)  # 0.1 + 0.2 is 0.3, not a little more
    assert heads(rows, rules) == {"high": (1, 10), "medium": (2, 17), "low": (7, 28)}


def test_who_brought_the_same_is_in_the_same_tier() -> None:
    rows = company({"a": 50, "b": 50, "c": 50, "d": 10, "e": 10})
    # one of five is a fifth; b and c brought no less than a
    assert heads(rows) == {"high": (3, 150), "low": (2, 20)}


def test_all_orders_of_all_ids_up_to_the_horizon_count() -> None:
    rows = company({"a": 100, "b": 90, "c": 10, "d": 10, "e": 10})
    more = [
        order("b", 20, 1),  # 110 in all: ahead of a
        order("a", 500, 1, ordered_at="2026-01-01 12:00"),  # not known yet
        order("c", -5, 1),
        order("old", 60, 1),  # merged into d: 70
    ]
    people = [*rows["customer"], {"customer_id": "old", "merged_into": "d"}, {"customer_id": "nobody"}]
    found = heads({"customer": people, "order": [*rows["order"], *more]})
    assert found == {"high": (1, 110), "medium": (2, 170), "low": (2, 15)}  # b; a and d; c and e


def test_filters_by_tier() -> None:
    from crmeter.metrics.dimensions import parse_filters

    opened, con = warehouse(company({f"c{n}": n for n in range(1, 11)}), TWD, AS_OF)
    request = Request([MEAN], [YEAR], filters=parse_filters(["customer.tier = 'high'"]))
    assert measure(opened, TWD, request).value(MEAN, YEAR).value == 9.5
    con.close()


def test_the_cards_of_the_lifetime_value_say_what_to_do_for_each_tier() -> None:
    told = {lang: card("clv.revenue", lang).as_json()["tiers"] for lang in ("en", "zh-Hant", "zh-Hans")}
    for tiers in told.values():
        assert [tier["tier"] for tier in tiers] == ["high", "medium", "low"]
        assert all(len(tier["do"]) == 3 for tier in tiers)
    assert len({tiers[0]["do"][0] for tiers in told.values()}) == 3
    assert card("revenue", "en").as_json()["tiers"] == []
