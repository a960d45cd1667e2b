"""Amounts in other currencies: the rate of their day, a constant one, or none; worked out by hand.

The company counts in TWD. It knows a rate of the dollar for Monday 7 July (30) and Friday 18 July (32), the yen only
the other way round (1 TWD = 4 JPY on 7 July), and none of the euro.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb
import pytest

from crmeter.kernel.errors import UserError
from crmeter.kernel.period import Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, Value, measure
from crmeter.model.populations import money
from crmeter.model.populations.population import Rates
from crmeter.warehouse import derive, rates
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import RULES, warehouse
from tests.world.planting import Plant, swap
from tests.world.witness import witnessed

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
JULY = Period(date(2025, 7, 1), date(2025, 8, 1))
AS_OF = date(2025, 8, 1)


def order(name: str, day: str, amount: str, currency: str, kind: str = "sale") -> dict[str, str]:
    told = {"order_id": name, "customer_id": "ann", "ordered_at": f"{day} 10:00", "amount": amount}
    return {**told, "currency": currency, "kind": kind, "cost": str(float(amount) / 2)}


ROWS = {
    "customer": [{"customer_id": "ann"}],
    "order": [
        order("at_home", "2025-07-07", "1000", "TWD"),
        order("on_its_day", "2025-07-07", "10", "USD"),  # × 30 = 300
        order("day_before_the_first_rate", "2025-07-06", "10", "USD"),  # none
        order("seven_days_later", "2025-07-14", "10", "USD"),  # × 30 = 300
        order("eight_days_later", "2025-07-15", "10", "USD"),  # none
        order("after_the_new_rate", "2025-07-19", "10", "USD"),  # × 32 = 320
        order("refunded_later", "2025-07-19", "-5", "USD", "refund"),  # × 32 = −160, not at the rate of the sale
        order("other_way_round", "2025-07-08", "400", "JPY"),  # ÷ 4 = 100
        order("never_a_rate", "2025-07-08", "10", "EUR"),  # none
    ],
    "fx_rate": [
        {"on": "2025-07-07", "from_currency": "USD", "to_currency": "TWD", "rate": "30"},
        {"on": "2025-07-18", "from_currency": "USD", "to_currency": "TWD", "rate": "32"},
        {"on": "2025-07-18", "from_currency": "TWD", "to_currency": "USD", "rate": "0.5"},  # the direct one is taken
        {"on": "2025-07-07", "from_currency": "TWD", "to_currency": "JPY", "rate": "4"},
    ],
}
REVENUE = 1000 + 300 + 300 + 320 - 160 + 100
ORDER_VALUE = (1000 + 300 + 300 + 320 + 100) / 5


@dataclass(frozen=True)
class World:
    con: duckdb.DuckDBPyConnection

    def value(
        self, kpi: str, at: Rates | date = Rates.OF_THE_DAY, names: tuple[str, ...] = (), group: str = ""
    ) -> Value:
        with self.con.cursor() as own:
            found = measure(Warehouse(own), RULES, Request([BY_ID[kpi]], [JULY], [names], rates=at))
            return found.value(BY_ID[kpi], JULY, names, (group,) if names else ())


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    _, con = warehouse(ROWS, as_of=AS_OF)
    yield World(con)
    con.close()


def test_the_rate_of_the_day(world: World) -> None:
    assert world.value("revenue").value == REVENUE
    assert world.value("average_order_value").value == ORDER_VALUE
    assert world.value("refund_rate").value == 160 / (5 * ORDER_VALUE)
    assert world.value("orders").value == 8  # who bought, bought, whatever the rate


def test_what_has_no_rate_is_counted(world: World) -> None:
    """day_before_the_first_rate, eight_days_later, never_a_rate."""
    assert world.value("revenue").reason == "other_currency:3"


def test_the_independent_statement_agrees(world: World) -> None:
    said = witnessed(world.con, JULY.start, JULY.end, as_of=AS_OF, measures=("revenue", "average_order_value"))
    assert said["revenue"] == REVENUE
    assert said["average_order_value"] == ORDER_VALUE


def test_constant_rates(world: World) -> None:
    """At those of 20 July every dollar is worth 32, and a yen nothing that is known: its rate is 13 days old."""
    assert world.value("revenue", date(2025, 7, 20)).value == 1000 + 32 * (10 * 5 - 5)
    assert world.value("revenue", date(2025, 7, 20)).reason == "other_currency:2"  # other_way_round, never_a_rate


def test_amounts_as_they_were(world: World) -> None:
    found = {c: world.value("revenue", Rates.ORIGINAL, ("currency",), c) for c in ("TWD", "USD", "JPY", "EUR")}
    assert {c: v.value for c, v in found.items()} == {"TWD": 1000, "USD": 45, "JPY": 400, "EUR": 10}
    assert {c: v.currency for c, v in found.items()} == {c: c for c in found}
    assert all(v.reason is None for v in found.values())


def test_amounts_of_several_currencies_are_never_added(world: World) -> None:
    with pytest.raises(UserError, match="currency"):
        world.value("revenue", Rates.ORIGINAL)


def test_other_rates_make_another_definition(world: World) -> None:
    hashes = {world.value("revenue", at).definition for at in (Rates.OF_THE_DAY, date(2025, 7, 20), date(2025, 7, 21))}
    assert len(hashes) == 3
    counts = {world.value("orders", at).definition for at in (Rates.OF_THE_DAY, date(2025, 7, 20))}
    assert len(counts) == 1  # a count of orders asks for no rate


ERRORS: dict[str, Plant] = {
    "a missing rate is one": swap(money.with_rate, ("found.known_rate)", "found.known_rate.coalesce(1.0))")),
    "a missing rate is zero": swap(money.unpriced, ("amount.notnull() & rows.rate.isnull()", "rows.rate == 0.0")),
    "every rate is of one day": swap(money.with_rate, ("same.append(day == known.rate_day)", "known = known")),
}


@pytest.mark.parametrize("error", ERRORS)
def test_planted_error_is_caught(world: World, monkeypatch: pytest.MonkeyPatch, error: str) -> None:
    with monkeypatch.context() as patched:
        ERRORS[error](patched)
        found = world.value("revenue")
    assert (found.value, found.reason) != (REVENUE, "other_currency:3")


@pytest.mark.parametrize("days", [6, 8])
def test_a_rate_that_holds_too_short_or_too_long_is_caught(
    world: World, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(rates, "VALID_DAYS", days)
        derive.refresh(world.con, RULES, AS_OF)
        found = world.value("revenue").value
    derive.refresh(world.con, RULES, AS_OF)
    assert found != REVENUE
    assert world.value("revenue").value == REVENUE
