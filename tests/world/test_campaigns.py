"""Campaigns one by one: the engine against the hand, where totals cannot tell who gets the credit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Measurement, Request, measure
from crmeter.metrics.dimensions import parse_filters
from tests.world import expected_marketing as expected
from tests.world.engine import RULES, Rows, designed, warehouse
from tests.world.rows import AS_OF
from tests.world.same import same

Q3 = Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER)
BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
ROI = [BY_ID[f"campaign_roi.{way}"] for way in ("last", "first", "even")]


@pytest.fixture(scope="module")
def by_campaign() -> Iterator[Measurement]:
    store, con = warehouse(designed())
    yield measure(store, RULES, Request([BY_ID[kpi] for kpi in expected.BY_CAMPAIGN], [Q3], (("campaign_id",),)))
    con.close()


def groups(found: Measurement, kpi: str, *names: str, period: Period = Q3) -> dict[object, float | None]:
    """Group → value; the group bare where it is by one dimension."""
    each = found.groups(BY_ID[kpi], period, names)
    return {g[0] if len(g) == 1 else g: found.value(BY_ID[kpi], period, names, g).value for g in each}


@pytest.mark.parametrize("kpi", expected.BY_CAMPAIGN)
def test_each_campaign(by_campaign: Measurement, kpi: str) -> None:
    wanted: Mapping[object, object] = expected.BY_CAMPAIGN[kpi]
    found = groups(by_campaign, kpi, "campaign_id")
    assert set(found) == set(wanted)
    for campaign, value in found.items():
        assert same(value, wanted[campaign]), (campaign, value)  # type: ignore[arg-type]


def test_the_campaigns_are_credited_with_no_more_and_no_less_than_the_orders(by_campaign: Measurement) -> None:
    for kpi in ROI:
        names = ("campaign_id",)
        parts = [by_campaign.value(kpi, Q3, names, group) for group in by_campaign.groups(kpi, Q3, names)]
        assert same(sum(part.numerator or 0 for part in parts), sum(expected.MARGINS.values()) - 430)
        assert sum(part.denominator or 0 for part in parts) == 430


def test_attributes_of_the_campaign_and_of_the_person() -> None:
    store, con = warehouse(designed())
    names = ("customer.segment", "campaign.kind")
    found = measure(store, RULES, Request([BY_ID["campaign_response"]], [Q3], (names, ("arm",))))
    # merge_new and invoice_only are vip and got the letter, which only merge_new answered; midnight is basic
    assert groups(found, "campaign_response", *names) == {
        ("vip", "festival"): 0.5,
        ("vip", "call"): 0.0,  # merge_new, regular
        ("basic", "festival"): 0.0,
        ("basic", "call"): 0.0,  # first_day, closing_day, foreign_order
        (None, "call"): 1.0,  # unknown
        (None, "festival"): 0.0,  # the lead
    }
    assert set(groups(found, "campaign_response", "arm")) == {"A", "B", None}
    roi = measure(store, RULES, Request(ROI, [Q3], (("campaign.channel",),), parse_filters(["campaign.kind = 'call'"])))
    assert groups(roi, "campaign_roi.last", "campaign.channel") == {"phone": 2.0}
    con.close()


def test_the_campaign_that_brought_a_customer() -> None:
    store, con = warehouse(designed())
    names = ("customer.campaign",)
    kpis = [BY_ID[kpi] for kpi in ("customers.new", "orders")]
    found = measure(store, RULES, Request(kpis, [Q3], (names,)))
    # first_day; foreign_order and unknown; closing_day, whom the phone reached 31 days before; the others by none
    assert groups(found, "customers.new", *names) == {"letter": 1, "phone": 2, "trial": 1, None: 2}
    assert groups(found, "orders", *names)["trial"] == 1
    con.close()


PEOPLE: Rows = {
    "customer": [{"customer_id": name} for name in ("ann", "bob", "cat", "dan")],
    "campaign": [{"campaign_id": c, "name": c, "started_on": "2025-01-01"} for c in ("noted", "named", "seen", "late")],
    "lead": [
        {"lead_id": "a", "customer_id": "ann", "campaign_id": "noted", "created_at": "2024-02-01 10:00"},
        {"lead_id": "b", "customer_id": "bob", "campaign_id": "late", "created_at": "2025-07-06 10:00"},
    ],
    "touch": [
        {"touch_id": f"{who} {c}", "campaign_id": c, "customer_id": who, "at": at, "kind": "sent"}
        for who, c, at in (
            ("ann", "seen", "2025-07-01 10:00"),
            ("bob", "seen", "2025-07-01 10:00"),
            ("cat", "seen", "2025-07-03 10:00"),
            ("cat", "late", "2025-07-04 10:00"),
            ("dan", "late", "2025-07-06 10:00"),
        )
    ],
    "order": [
        {
            "order_id": who,
            "customer_id": who,
            "ordered_at": "2025-07-05 10:00",
            "amount": "100",
            "currency": "TWD",
            "kind": "sale",
            "campaign_id": "named" if who in ("ann", "bob") else "",
        }
        for who in ("ann", "bob", "cat", "dan")
    ],
}


def test_what_was_noted_comes_before_what_was_seen() -> None:
    """Ann's lead names a campaign, however long ago; Bob's came too late, and his order names one; Cat was reached by
    two, the first counts; Dan was reached after he had bought."""
    _store, con = warehouse(PEOPLE)
    assert sorted(con.execute("FROM derived.origin").fetchall()) == [
        ("ann", "noted"),
        ("bob", "named"),
        ("cat", "seen"),
    ]
    con.close()


def test_a_stated_margin_stands_in_for_costs() -> None:
    rules = replace(RULES, gross_margin=0.3)
    spend = {"spend_id": "1", "spent_on": "2025-07-01", "amount": "50", "currency": "TWD", "campaign_id": "seen"}
    more = {"order_id": "back", "customer_id": "ann", "ordered_at": "2025-07-20 10:00", "amount": "-20"}
    rows: Rows = {
        **PEOPLE,
        "order": [*PEOPLE["order"], {**more, "currency": "TWD", "kind": "refund"}],
        "spend": [{**spend, "function": "marketing", "category": "promotion"}],
    }
    store, con = warehouse(rows, rules, AS_OF)
    july = Period(date(2025, 7, 1), date(2025, 8, 1))
    found = measure(store, rules, Request([*ROI, BY_ID["campaign_roi.uplift"]], [july]))
    # Ann, Bob and Cat bought for 100 after a touch, and Ann got 20 back: 0.3 × 280 = 84
    assert [found.value(kpi, july).value for kpi in ROI] == pytest.approx([84 / 50 - 1] * 3)
    assert found.value(BY_ID["campaign_roi.uplift"], july).reason == "missing_input"
    without = measure(store, RULES, Request(ROI, [july])).value(ROI[0], july)
    assert (without.value, without.reason) == (None, "missing_input")
    con.close()


def test_orders_of_one_customer_are_no_independent_witnesses() -> None:
    """Four customers with margins 10, 20, 30 and 40 at a spend of 50: by the delta method over customers the standard
    error of the sum is √(4 ÷ 3 × (3000 − 100² ÷ 4)); buying it in two halves changes nothing."""
    people = ("ann", "bob", "cat", "dan")
    for halves in (1, 2):
        orders = [
            {
                "order_id": f"{who} {half}",
                "customer_id": who,
                "ordered_at": f"2025-07-0{5 + half} 10:00",
                "amount": str(10 * (i + 1) / halves),
                "cost": "0",
                "currency": "TWD",
                "kind": "sale",
            }
            for i, who in enumerate(people)
            for half in range(halves)
        ]
        touches = [
            {"touch_id": who, "campaign_id": "seen", "customer_id": who, "at": "2025-07-01 10:00", "kind": "sent"}
            for who in people
        ]
        spend = {"spend_id": "1", "spent_on": "2025-07-01", "amount": "50", "currency": "TWD", "campaign_id": "seen"}
        rows: Rows = {
            **{name: PEOPLE[name] for name in ("customer", "campaign")},
            "order": orders,
            "touch": touches,
            "spend": [{**spend, "function": "marketing", "category": "promotion"}],
        }
        store, con = warehouse(rows)
        july = Period(date(2025, 7, 1), date(2025, 8, 1))
        found = measure(store, RULES, Request(ROI, [july])).value(ROI[0], july)
        half_width = 1.959964 * (4 / 3 * (3000 - 100**2 / 4)) ** 0.5 / 50
        assert found.value == pytest.approx(1.0)
        assert (found.low, found.high) == pytest.approx((1 - half_width, 1 + half_width), rel=1e-6)
        con.close()


def test_uplift_by_hand() -> None:
    """Treated: 30, 50 and 0; left alone: 20 and 0, each for one and a half. (80 − 1.5 × 20 − 25) ÷ 25 = 1. The variance
    is n × that of one person in each arm: 3 × 633.33, and of 30 and 0, 2 × 450."""
    margins = {"ann": 30, "bob": 50, "cat": 0, "dan": 20, "eve": 0}
    control = ("dan", "eve")
    orders = [
        {
            "order_id": who,
            "customer_id": who,
            "ordered_at": "2025-07-05 10:00",
            "amount": str(margin),
            "cost": "0",
            "currency": "TWD",
            "kind": "sale",
        }
        for who, margin in margins.items()
    ]
    touches = [
        {
            "touch_id": who,
            "campaign_id": "seen",
            "customer_id": who,
            "at": "2025-07-01 10:00",
            "kind": "sent",
            "arm": "control" if who in control else "a",
        }
        for who in margins
    ]
    spend = {"spend_id": "1", "spent_on": "2025-07-01", "amount": "25", "currency": "TWD", "campaign_id": "seen"}
    rows: Rows = {
        "customer": [{"customer_id": who} for who in margins],
        "order": orders,
        "touch": touches,
        "spend": [{**spend, "function": "marketing", "category": "promotion"}],
    }
    store, con = warehouse(rows)
    july = Period(date(2025, 7, 1), date(2025, 8, 1))
    uplift = BY_ID["campaign_roi.uplift"]
    found = measure(store, RULES, Request([uplift], [july])).value(uplift, july)
    assert same(found.value, Fraction(80 - 30 - 25, 25))
    error = (3 * (3400 - 80**2 / 3) / 2 + 2 * (900 - 30**2 / 2) / 1) ** 0.5
    assert found.low == pytest.approx(1 - 1.959964 * error / 25, rel=1e-6)
    con.close()
