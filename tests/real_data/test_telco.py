"""Telco: 7,043 subscribers with a tenure in months and whether they left, but no dates.

The mapping gives them dates: all who left did so in December 2024. Figures: the data set's README.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crmeter.app.settings import Workspace
from tests.real_data.workspace import by, one, workspace
from tests.world.agreement import differing

CUSTOMERS = 'SELECT "customerID" AS customer_id, gender, "Contract" AS contract FROM telco_customer_churn'
SUBSCRIPTIONS = """
SELECT
    "customerID" AS subscription_id,
    "customerID" AS customer_id,
    CAST(DATE '2024-12-15' - to_months(CAST(tenure AS INTEGER)) AS DATE) AS started_at,
    CASE "Churn" WHEN 'Yes' THEN DATE '2024-12-15' + 5 END AS ended_at,
    "Contract" AS plan,
    "MonthlyCharges" AS monthly_amount,
    'USD' AS currency
FROM telco_customer_churn
"""


@pytest.fixture(scope="module")
def telco(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    opened, report = workspace(
        tmp_path_factory.mktemp("telco") / "w",
        [shared_data / "telco" / "Telco-Customer-Churn.csv"],
        {"customer": CUSTOMERS, "subscription": SUBSCRIPTIONS},
        'currency = "USD"\ntimezone = "UTC"\nas_of = 2025-01-01',
    )
    assert [row.accepted for row in report.tables] == [7043, 7043]
    return opened


def test_churn(telco: Workspace) -> None:
    left = one(telco, "churn_rate.exposed", period="2024-12")
    assert (left["numerator"], left["denominator"]) == (1869, 7043)
    assert round(100 * left["value"], 4) == 26.5370
    assert left["reason"] is None  # contracts, not inactivity: the history is long enough


def test_churn_by_contract(telco: Workspace) -> None:
    rates = by(telco, "churn_rate.exposed", "customer.contract", period="2024-12")
    shown = {contract: round(100 * value["value"], 2) for contract, value in rates.items()}
    assert shown == {"Month-to-month": 42.71, "One year": 11.27, "Two year": 2.83}


def test_those_who_stayed(telco: Workspace) -> None:
    assert one(telco, "customers.end", period="2024-12")["value"] == 7043 - 1869
    assert one(telco, "active_customers", period="2024-12")["value"] == 7043 - 1869
    assert one(telco, "revenue", period="2024-12")["reason"] == "missing_input"


def test_revenue_of_those_who_left(telco: Workspace) -> None:
    """Over the days in which all of them were customers at the start: 139,130.85 of 456,116.60 a month."""
    days = {"start": date(2024, 12, 16), "end": date(2025, 1, 1)}
    lost = one(telco, "revenue_churn", **days)
    assert (lost["numerator"], lost["denominator"], lost["n"]) == (139_130.85, 456_116.60, 7043)
    kept = one(telco, "net_revenue_retention", **days)
    assert kept["value"] == pytest.approx(1 - 139_130.85 / 456_116.60, rel=1e-12)  # nobody changed the plan
    assert one(telco, "recurring_revenue", **days)["value"] == pytest.approx(456_116.60 - 139_130.85)
    assert sum(v["value"] for v in by(telco, "recurring_revenue", "plan", **days).values()) == pytest.approx(316_985.75)


def test_engine_and_statements_agree(telco: Workspace) -> None:
    periods = [telco.rules.calendar.parse(name, date(2100, 1, 1)) for name in ("2024-12", "2024-Q3")]
    found, compared = differing(telco, periods)
    assert found == {}
    assert compared > 8
