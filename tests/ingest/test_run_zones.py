"""Instants are kept in UTC beside the date they have in the workspace's zone. The witness is zoneinfo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crmeter.model.rules import Rules
from tests.ingest.delivery import Delivery, Workspace, order

ZONES = [
    "Asia/Taipei",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Asia/Kathmandu",  # 5:45
    "Pacific/Apia",
    "America/St_Johns",
    "Asia/Shanghai",
    "UTC",
    "Africa/Casablanca",
]


def loaded(shop: Workspace, texts: list[str], **given: str) -> list[tuple[datetime, object]]:
    rows = [order(n, ordered_at=text) for n, text in enumerate(texts)]
    shop.load(Delivery("shop", {"order": rows}), **given)
    found = shop.rows('SELECT ordered_at, ordered_on FROM main."order" ORDER BY order_id::INTEGER')
    assert len(found) == len(texts)
    return found


def test_half_past_four_in_london_is_tomorrow_in_taipei(tmp_path: Path) -> None:
    shop = Workspace(tmp_path)
    found = loaded(shop, ["2025-03-01T16:30:00Z", "2025-03-01T15:59:59Z"])
    assert [(str(at), str(on)) for at, on in found] == [
        ("2025-03-01 16:30:00", "2025-03-02"),
        ("2025-03-01 15:59:59", "2025-03-01"),
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_instants_all_over_a_year_in_their_own_zone(tmp_path: Path, zone: str) -> None:
    """Steps of some hours and minutes meet both changes of the clocks; hours that come twice are left out."""
    start = datetime(2025, 1, 1, tzinfo=UTC)
    instants = [start + timedelta(hours=9, minutes=41) * n for n in range(900)]
    local = [instant.astimezone(ZoneInfo(zone)) for instant in instants]
    once = [
        (instant, there)
        for instant, there in zip(instants, local, strict=True)
        if there.replace(fold=0).utcoffset() == there.replace(fold=1).utcoffset()
    ]
    shop = Workspace(tmp_path, Rules("TWD", zone))
    found = loaded(shop, [there.strftime("%Y-%m-%d %H:%M:%S") for _, there in once])
    assert found == [(instant.replace(tzinfo=None), there.date()) for instant, there in once]


def test_the_zone_of_the_source_goes_before_that_of_the_workspace(tmp_path: Path) -> None:
    shop = Workspace(tmp_path, Rules("TWD", "Asia/Taipei"))
    texts = ["2025-07-01 10:00:00", "2025-07-01 13:00:00", "2025-12-31 23:00:00"]
    found = loaded(shop, texts, timezone="America/New_York")
    witness = [datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York")) for text in texts]
    assert found == [
        (there.astimezone(UTC).replace(tzinfo=None), there.astimezone(ZoneInfo("Asia/Taipei")).date())
        for there in witness
    ]


def test_a_date_has_no_zone(tmp_path: Path) -> None:
    shop = Workspace(tmp_path, Rules("USD", "America/New_York"))
    spend = {"spend_id": "1", "spent_on": "2025-03-01", "amount": "1", "currency": "USD", "function": "sales"}
    delivery = Delivery("shop", {"spend": [{**spend, "category": "tool"}]})
    shop.load(delivery, timezone="Asia/Taipei")
    assert [str(day) for (day,) in shop.rows("SELECT spent_on FROM main.spend")] == ["2025-03-01"]
