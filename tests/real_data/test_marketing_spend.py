"""Weekly spend of ten channels over four years, and a small report of adverts. Figures: plain SQL over the files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crmeter.app.settings import Workspace
from tests.real_data.workspace import by, one, workspace

WEEKLY = """
SELECT concat(channel, ' ', wk_strt_dt) AS spend_id, wk_strt_dt AS spent_on, amount, 'USD' AS currency,
    'marketing' AS "function", 'advertising' AS category, replace(channel, 'mdsp_', '') AS channel
FROM (UNPIVOT case_study_data ON mdsp_dm, mdsp_inst, mdsp_nsp, mdsp_auddig, mdsp_audtr, mdsp_vidtr, mdsp_viddig,
    mdsp_so, mdsp_on, mdsp_sem INTO NAME channel VALUE amount)
"""
ADVERTS = """
SELECT concat(ad_id, ' ', date_day, ' ', platform) AS spend_id, date_day AS spent_on, spend AS amount,
    'USD' AS currency,
    'marketing' AS "function", 'advertising' AS category, platform AS channel, campaign_id
FROM ad_report_schema
"""
LEADS = """
SELECT concat(ad_id, ' ', date_day, ' ', platform, ' ', n) AS lead_id, date_day AS created_at, platform AS channel,
    campaign_id
FROM (SELECT *, unnest(range(CAST(conversions AS INTEGER))) AS n FROM ad_report_schema)
"""


@pytest.fixture(scope="module")
def weekly(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    opened, _ = workspace(
        tmp_path_factory.mktemp("weekly") / "w",
        [shared_data / "marketing_spend" / "case_study_data.csv"],
        {"spend": WEEKLY},
        'currency = "USD"\ntimezone = "UTC"',
    )
    return opened


@pytest.fixture(scope="module")
def adverts(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    opened, _ = workspace(
        tmp_path_factory.mktemp("adverts") / "w",
        [shared_data / "marketing_spend" / "ad_report_schema.csv"],
        {"spend": ADVERTS, "lead": LEADS},
        'currency = "USD"\ntimezone = "UTC"',
    )
    return opened


def test_209_weeks(weekly: Workspace) -> None:
    whole = {"start": date(2010, 1, 1), "end": date(2030, 1, 1)}
    found = one(weekly, "marketing_spend", **whole)
    assert found["value"] == pytest.approx(490_923_967.97, abs=0.005)
    assert found["n"] == 209 * 10
    channels = by(weekly, "marketing_spend", "channel", **whole)
    assert len(channels) == 10
    assert sum(value["value"] for value in channels.values()) == pytest.approx(found["value"])


def test_adverts(adverts: Workspace) -> None:
    july = {"period": "2025-07"}
    spend = {channel: value["value"] for channel, value in by(adverts, "marketing_spend", "channel", **july).items()}
    assert spend == {"Facebook Ads": 1188.00, "Google Ads": 587.05, "TikTok Ads": 472.10}
    leads = {channel: value["value"] for channel, value in by(adverts, "leads_by_campaign", "channel", **july).items()}
    assert leads == {"Facebook Ads": 108, "Google Ads": 59, "TikTok Ads": 34}
    cost = by(adverts, "cost_per_lead", "channel", **july)
    assert {channel: round(value["value"], 4) for channel, value in cost.items()} == {
        "Facebook Ads": 11.0,
        "Google Ads": 9.95,
        "TikTok Ads": 13.8853,
    }
