"""CDNOW: 69,659 purchases of 23,570 customers, in columns padded with blanks, with dates as yyyymmdd.

Figures: the data set's README; the cohort is of the first quarter of 1997
(Fader and Hardie, "Notes on the CDNOW master data set").
"""

from __future__ import annotations

from pathlib import Path

import pytest

from crmeter.app.settings import Workspace
from tests.real_data.workspace import one, workspace

ORDERS = """
SELECT
    concat('line ', _row) AS order_id,
    customer_id,
    date AS ordered_at,
    dollar_value AS amount,
    'USD' AS currency,
    'sale' AS kind
FROM cdnow_master
"""


@pytest.fixture(scope="module")
def cdnow(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    opened, report = workspace(
        tmp_path_factory.mktemp("cdnow") / "w",
        [shared_data / "cdnow" / "CDNOW_master.txt"],
        {"order": ORDERS},
        'currency = "USD"\ntimezone = "UTC"',
        'delimiter = " "',
    )
    assert [(row.read, row.accepted, row.quarantined) for row in report.tables if row.table == "order"] == [
        (69659, 69659, 0)
    ]
    return opened


def test_all_of_it(cdnow: Workspace) -> None:
    from datetime import date

    whole = {"start": date(1997, 1, 1), "end": date(1998, 7, 1)}
    assert one(cdnow, "orders", **whole)["value"] == 69659
    assert one(cdnow, "revenue", **whole)["value"] == pytest.approx(2_500_315.63, abs=0.001)
    assert one(cdnow, "customers.new", **whole)["value"] == 23570
    assert one(cdnow, "active_customers", **whole)["value"] == 23570


def test_the_cohort_is_of_the_first_quarter(cdnow: Workspace) -> None:
    first = one(cdnow, "customers.new", period="1997-Q1")
    assert first["value"] == 23570
    assert first["reason"] == "history_too_short"
    assert one(cdnow, "churn_rate.cohort", period="1997-Q2")["reason"] == "history_too_short"
