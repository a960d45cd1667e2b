"""CDNOW: 69,659 purchases of 23,570 customers, in columns padded with blanks, with dates as yyyymmdd.

Figures: the data set's README; the cohort is of the first quarter of 1997
(Fader and Hardie, "Notes on the CDNOW master data set").
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from crmeter.app.settings import Workspace
from tests.real_data.workspace import by, one, workspace
from tests.world.agreement import differing

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


def test_revenue_so_far_of_each_customer(cdnow: Workspace, shared_data: Path) -> None:
    """Against the file itself, added up by customer in plain Python."""
    brought: dict[str, int] = defaultdict(int)  # in cents
    for line in (shared_data / "cdnow" / "CDNOW_master.txt").read_text("ascii").splitlines()[1:]:
        customer, _, _, amount = line.split()
        brought[customer] += round(100 * float(amount))
    ranked = sorted(brought.values())
    whole = {"start": date(1998, 4, 1), "end": date(1998, 7, 1)}
    mean = one(cdnow, "clv.historical_mean", **whole)
    assert (mean["denominator"], mean["numerator"]) == (23570, pytest.approx(2_500_315.63, abs=0.001))
    assert one(cdnow, "clv.historical_median", **whole)["value"] == pytest.approx(statistics.median(ranked) / 100)
    top = one(cdnow, "clv.historical_top_decile_share", **whole)
    assert top["value"] == pytest.approx(sum(ranked[-2357:]) / sum(ranked), rel=1e-12)
    tiers = by(cdnow, "clv.historical_mean", "customer.tier", **whole)
    assert tiers["high"]["denominator"] >= 0.2 * 23570 > tiers["high"]["denominator"] - 10  # those alike go up together
    assert sum(v["denominator"] for v in tiers.values()) == 23570


def test_engine_and_statements_agree(cdnow: Workspace) -> None:
    periods = [cdnow.rules.calendar.parse(name, date(2100, 1, 1)) for name in ("1997-Q2", "1998-Q1")]
    found, compared = differing(cdnow, periods)
    assert found == {}
    assert compared > 10
