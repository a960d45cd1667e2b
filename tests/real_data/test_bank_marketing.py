"""Bank marketing: 41,188 people whom a Portuguese bank called, and whether they took the deposit.

Figures: the data set's page at UCI (11.2654% said yes) and plain SQL over the file. Each call is one person reached;
the two kinds of telephone are two campaigns.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from crmeter.app.settings import Workspace
from tests.real_data.workspace import by, one, workspace

CAMPAIGNS = """
SELECT DISTINCT
    contact AS campaign_id, contact AS name, 'call' AS kind, contact AS channel, DATE '2010-06-01' AS started_on
FROM bank
"""
TOUCHES = """
SELECT concat(kind, ' ', _row) AS touch_id, contact AS campaign_id, concat('person ', _row) AS customer_id,
    TIMESTAMP '2010-06-15 12:00:00' AS "at", kind
FROM (
    SELECT _row, contact, 'delivered' AS kind FROM bank
    UNION ALL
    SELECT _row, contact, 'converted' AS kind FROM bank WHERE y = 'yes'
)
"""
PEOPLE = "SELECT concat('person ', _row) AS customer_id, job AS segment, education FROM bank"
JUNE = {"period": "2010-06"}


@pytest.fixture(scope="module")
def bank(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    opened, report = workspace(
        tmp_path_factory.mktemp("bank") / "w",
        [shared_data / "bank_marketing" / "bank.csv"],
        {"campaign": CAMPAIGNS, "touch": TOUCHES, "customer": PEOPLE},
        'currency = "EUR"\ntimezone = "UTC"',
    )
    read = {row.table: row.accepted for row in report.tables}
    assert read == {"campaign": 2, "touch": 41_188 + 4_640, "customer": 41_188}
    return opened


def test_conversion(bank: Workspace) -> None:
    found = one(bank, "campaign_conversion", **JUNE)
    assert (found["numerator"], found["denominator"]) == (4_640, 41_188)
    assert round(100 * found["value"], 4) == 11.2654


def test_conversion_by_channel(bank: Workspace) -> None:
    rates = by(bank, "campaign_conversion", "campaign.channel", **JUNE)
    shown = {channel: round(100 * value["value"], 4) for channel, value in rates.items()}
    assert shown == {"cellular": 14.7376, "telephone": 5.2313}
    assert shown == {
        channel: round(100 * value["value"], 4)
        for channel, value in by(bank, "campaign_conversion", "campaign_id", **JUNE).items()
    }


def test_by_segment_and_kind_of_campaign(bank: Workspace) -> None:
    rates = by(bank, "campaign_conversion", "customer.segment", where=["campaign.channel = cellular"], **JUNE)
    assert sum(value["numerator"] for value in rates.values()) == 3_853
    assert max(rates, key=lambda job: rates[job]["value"]) == "student"
