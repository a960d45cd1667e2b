"""The Maven CRM: 8,800 opportunities of a fictitious company.

Figures: published by the Maven community (win rate, won value, cycle, quarters, agents) and recomputed by plain SQL
over the files; see the data set's README.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crmeter.app.salespeople import salespeople
from crmeter.app.settings import Workspace
from tests.real_data.workspace import by, one, workspace
from tests.world.agreement import differing

OPPORTUNITIES = """
SELECT
    opportunity_id,
    account AS customer_id,
    sales_agent AS owner_id,
    t.manager AS team,
    engage_date AS first_contact_at,
    close_date AS closed_at,
    CASE deal_stage WHEN 'Won' THEN 'won' WHEN 'Lost' THEN 'lost' END AS outcome,
    close_value AS amount,
    'USD' AS currency,
    deal_stage AS stage,
    product AS product_line
FROM sales_pipeline JOIN sales_teams AS t USING (sales_agent)
"""
ACCOUNTS = "SELECT account AS customer_id, account AS name, 'company' AS kind, sector AS industry FROM accounts"


@pytest.fixture(scope="module")
def maven(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = shared_data / "maven_crm"
    files = [folder / f"{name}.csv" for name in ("sales_pipeline", "sales_teams", "accounts")]
    opened, report = workspace(
        tmp_path_factory.mktemp("maven") / "w",
        files,
        {"opportunity": OPPORTUNITIES, "customer": ACCOUNTS},
        'currency = "USD"\ntimezone = "UTC"',
    )
    tables = {row.table: row for row in report.tables}
    assert (tables["opportunity"].read, tables["opportunity"].accepted) == (8800, 8800)
    return opened


def test_deals_of_the_year(maven: Workspace) -> None:
    won = one(maven, "win_rate", period="2017")
    assert (won["numerator"], won["denominator"]) == (4238, 6711)
    assert round(100 * won["value"], 4) == 63.1501
    assert one(maven, "deals_lost", period="2017")["value"] == 2473
    assert one(maven, "won_value", period="2017")["value"] == 10_005_534
    assert round(one(maven, "average_deal_value", period="2017")["value"], 4) == 2360.9094


def test_sales_cycle(maven: Workspace) -> None:
    assert round(one(maven, "sales_cycle_days.mean", period="2017")["value"], 4) == 51.7820
    assert one(maven, "sales_cycle_days.median", period="2017")["value"] == 57


def test_quarters(maven: Workspace) -> None:
    quarters = [f"2017-Q{i}" for i in range(1, 5)]
    rates = [round(100 * one(maven, "win_rate", period=q)["value"], 2) for q in quarters]
    assert rates == [82.07, 61.71, 61.41, 60.25]
    assert [one(maven, "won_value", period=q)["value"] for q in quarters] == [1134672, 3086111, 2982255, 2802496]


def test_agent_and_account(maven: Workspace) -> None:
    rates = by(maven, "win_rate", "owner_id", period="2017")
    best = rates["Darcel Schlecht"]
    assert (best["numerator"], best["denominator"]) == (349, 553)
    assert by(maven, "won_value", "owner_id", period="2017")["Darcel Schlecht"]["value"] == 1_153_214
    assert by(maven, "won_value", "customer_id", period="2017")["Kan-code"]["value"] == 341_455
    assert sum(v["value"] for v in by(maven, "won_value", "customer_id", period="2017").values()) == 10_005_534


def test_open_pipeline(maven: Workspace) -> None:
    """1,589 engaging and 500 prospecting, none with an amount: how many there are is known, their worth is not."""
    found = by(maven, "pipeline_value", "stage", period="2017")
    assert {stage: value["n"] for stage, value in found.items()} == {"Engaging": 1589, "Prospecting": 500}
    whole = one(maven, "pipeline_value", period="2017")
    assert (whole["value"], whole["reason"], whole["n"]) == (None, "missing_input", 2089)
    velocity = one(maven, "pipeline_velocity", period="2017")["value"]
    assert velocity == pytest.approx(2089 * (4238 / 6711) * 2360.9094 / 51.7820, rel=1e-6)


def test_salespeople(maven: Workspace) -> None:
    found = salespeople(maven, period="2017")["salespeople"]
    assert len(found) == 30  # of 35 agents five have no deal
    best = found[0]
    assert (best["owner_id"], best["won"], best["decided"]) == ("Darcel Schlecht", 349, 553)
    assert best["measures"]["won_value"]["value"] == 1_153_214
    assert best["measures"]["win_rate"]["low"] < 349 / 553 < best["measures"]["win_rate"]["high"]
    assert sum(person["measures"]["won_value"]["value"] for person in found) == 10_005_534
    assert sum(person["decided"] for person in found) == 6711


def test_engine_and_statements_agree(maven: Workspace) -> None:
    periods = [maven.rules.calendar.parse(name, date(2100, 1, 1)) for name in ("2017-Q2", "2017")]
    found, compared = differing(maven, periods)
    assert found == {}
    assert compared > 8
