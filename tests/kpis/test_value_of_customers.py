"""Contracts, retention of revenue, lifetime values and their cost: cases by hand beside the designed company."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from statistics import mean, stdev

import pytest

from crmeter.kernel.period import Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Kpi, Measurement, Request, Value, measure
from crmeter.model.rules import Rules
from crmeter.stats.distributions import student_t_quantile
from tests.world.engine import Rows, warehouse

AS_OF = date(2026, 1, 1)
TWD = Rules("TWD", "UTC")
Q4 = Period(date(2025, 10, 1), AS_OF)
Q3 = Period(date(2025, 7, 1), date(2025, 10, 1))
BY_ID = {kpi.id: kpi for kpi in CATALOGUE}


def order(name: str, day: str, amount: int, currency: str = "TWD", **more: str) -> dict[str, str]:
    told = {"order_id": f"{name} {day} {amount}", "customer_id": name, "ordered_at": f"{day} 12:00"}
    kind = "sale" if amount >= 0 else "refund"
    return {**told, "amount": str(amount), "currency": currency, "kind": kind, **more}


def contract(name: str, start: str, end: str, amount: int, currency: str = "TWD") -> dict[str, str]:
    told = {"subscription_id": f"{name} {start}", "customer_id": name, "started_at": f"{start} 12:00"}
    return {**told, "ended_at": f"{end} 12:00" if end else "", "monthly_amount": str(amount), "currency": currency}


def spend(day: str, amount: int, channel: str = "") -> dict[str, str]:
    told = {"spend_id": f"{day} {channel}", "spent_on": day, "amount": str(amount), "currency": "TWD"}
    return {**told, "channel": channel, "function": "marketing", "category": "advertising"}


def measured(
    rows: Rows, kpis: Sequence[Kpi], rules: Rules = TWD, by: tuple[str, ...] = (), pairs: bool = False
) -> Measurement:
    names = {row["customer_id"] for table in ("order", "subscription") for row in rows.get(table, ())}
    known = {row["customer_id"] for row in rows.get("customer", ())}
    people = [*rows.get("customer", ()), *({"customer_id": name} for name in sorted(names - known))]
    opened, _ = warehouse({**rows, "customer": people}, rules, AS_OF)
    compared = [(Q4, Q3)] if pairs else []
    return measure(opened, rules, Request(kpis, [Q4, Q3], slices=((), by) if by else ((),), pairs=compared))


def one(rows: Rows, kpi: str, rules: Rules = TWD) -> Value:
    return measured(rows, [BY_ID[kpi]], rules).value(BY_ID[kpi], Q4)


# ---------------------------------------------------------------- contracts
def test_amounts_of_contracts_count_at_the_rates_of_the_start() -> None:
    """10 USD a month are 300 at the start and 330 at the end; the value is of the contracts, not of the dollar."""
    rows = {
        "subscription": [
            contract("ann", "2025-01-01", "", 10, "USD"),
            contract("bob", "2025-01-01", "2025-11-01", 100),
        ],
        "fx_rate": [
            {"on": "2025-09-28", "from_currency": "USD", "to_currency": "TWD", "rate": "30"},
            {"on": "2025-12-30", "from_currency": "USD", "to_currency": "TWD", "rate": "33"},
        ],
    }
    assert one(rows, "recurring_revenue").value == 330
    assert one(rows, "net_revenue_retention").value == 300 / 400
    assert one(rows, "revenue_churn").value == 100 / 400


def test_a_contract_without_a_rate_leaves_both_sides_and_is_counted() -> None:
    rows = {
        "subscription": [
            contract("ann", "2025-01-01", "", 100),
            contract("bob", "2025-01-01", "2025-11-01", 100),
            contract("cat", "2025-01-01", "", 10, "USD"),
        ]
    }
    retention = one(rows, "net_revenue_retention")
    assert (retention.value, retention.reason, retention.n) == (0.5, "other_currency:1", 3)
    assert (one(rows, "recurring_revenue").value, one(rows, "recurring_revenue").reason) == (100, "other_currency:1")
    assert one(rows, "revenue_churn").reason == "other_currency:1"


def test_two_contracts_of_a_customer_are_one_customer() -> None:
    rows = {"subscription": [contract("ann", "2025-01-01", "", 60), contract("ann", "2025-02-01", "2025-11-01", 40)]}
    assert one(rows, "revenue_churn").value == 0  # ann is still a customer
    assert one(rows, "net_revenue_retention").value == 0.6
    assert one(rows, "net_revenue_retention").n == 1


def test_contracts_of_merged_customers_are_the_survivors() -> None:
    rows = {
        "customer": [{"customer_id": "old", "merged_into": "new"}, {"customer_id": "new"}],
        "subscription": [contract("old", "2025-01-01", "2025-11-01", 100), contract("new", "2025-11-01", "", 120)],
    }
    assert one(rows, "revenue_churn").value == 0
    assert one(rows, "net_revenue_retention").value == 1.2


def test_without_contracts_it_is_the_revenue_of_the_same_customers_a_year_before() -> None:
    rows = {
        "order": [
            order("ann", "2024-09-01", 5),
            order("ann", "2024-11-01", 100),
            order("ann", "2025-11-01", 80),
            order("ann", "2025-11-02", -10),
            order("bob", "2024-09-01", 5),
            order("bob", "2024-12-01", 100),
            order("cat", "2024-10-02", 1000),  # no customer on 1 October 2024
            order("cat", "2025-10-02", 1000),
        ]
    }
    found = one(rows, "net_revenue_retention")
    assert (found.value, found.numerator, found.denominator, found.n) == (70 / 200, 70, 200, 2)
    assert one(rows, "recurring_revenue").reason == "missing_input"
    assert one(rows, "revenue_churn").reason == "missing_input"


def test_a_single_contract_makes_it_contractual() -> None:
    rows = {
        "order": [order("ann", "2024-09-01", 5), order("ann", "2024-11-01", 100), order("ann", "2025-11-01", 80)],
        "subscription": [contract("bob", "2025-01-01", "", 100)],
    }
    assert one(rows, "net_revenue_retention").value == 1


def test_revenue_of_a_year_before_counts_at_the_rate_of_now() -> None:
    rows = {
        "order": [
            order("ann", "2024-09-01", 1),
            order("ann", "2024-11-01", 10, "USD"),
            order("ann", "2025-11-01", 10, "USD"),
        ],
        "fx_rate": [
            {"on": "2024-11-01", "from_currency": "USD", "to_currency": "TWD", "rate": "40"},
            {"on": "2025-10-01", "from_currency": "USD", "to_currency": "TWD", "rate": "30"},
            {"on": "2025-11-01", "from_currency": "USD", "to_currency": "TWD", "rate": "20"},
        ],
    }
    found = one(rows, "net_revenue_retention")
    assert (found.numerator, found.denominator) == (300, 300)


# ---------------------------------------------------------------- tenure
def test_the_interval_of_tenure_is_students() -> None:
    """The mean of 31, 92 and 334 days; the formula of any textbook."""
    starts = {"ann": "2025-12-01", "bob": "2025-10-01", "cat": "2025-02-01"}
    rows = {"subscription": [contract(name, start, "", 1) for name, start in starts.items()]}
    found = one(rows, "tenure_days")
    days = [31, 92, 334]
    half = student_t_quantile(0.975, 2) * stdev(days) / math.sqrt(3)
    assert found.value == pytest.approx(mean(days), rel=1e-12)
    assert (found.low, found.high) == (pytest.approx(mean(days) - half), pytest.approx(mean(days) + half))


# ---------------------------------------------------------------- lifetime values
def test_clv_discounted_of_what_is_stated() -> None:
    """A margin of 3000 a year, 80% stay, 10% interest, 5 years: 8,761.90."""
    rows = {"order": [order("ann", "2024-11-01", 100), order("ann", "2025-11-01", 80)]}
    rules = replace(TWD, yearly_margin=3000, yearly_retention=0.8, discount_rate=0.1, horizon_years=5)
    found = one(rows, "clv.discounted", rules)
    assert found.value is not None and round(found.value, 2) == 8761.90
    assert one(rows, "clv.discounted", replace(rules, horizon_years=1)).value == 3000  # the first year in full
    without_interest = replace(rules, discount_rate=0.0, yearly_retention=1.0)
    assert one(rows, "clv.discounted", without_interest).value == 15_000


def test_clv_discounted_needs_a_margin() -> None:
    rows = {"order": [order("ann", "2024-11-01", 100), order("ann", "2025-11-01", 80)]}
    assert one(rows, "clv.discounted").reason == "missing_input"
    assert one(rows, "clv.discounted", replace(TWD, gross_margin=0.5)).value is not None


def test_the_order_of_customers_is_by_all_they_brought() -> None:
    """Of twenty the two who bring most: 1,000 in two orders, and 500 with a refund of 100."""
    rows = {"order": [order(f"c{i}", "2025-11-01", 10 + i) for i in range(18)]}
    rows["order"] += [order("big", "2023-05-01", 600), order("big", "2025-05-01", 400)]
    rows["order"] += [order("back", "2025-11-05", 500), order("back", "2025-11-06", -100)]
    kpis = [BY_ID[f"clv.historical_{v}"] for v in ("mean", "median", "top_decile_share")]
    found = measured(rows, kpis)
    small = [10 + i for i in range(18)]
    whole = sum(small) + 1000 + 400
    values = [found.value(kpi, Q4).value for kpi in kpis]
    assert values[0] == pytest.approx(whole / 20, rel=1e-12)
    assert values[1] == (small[9] + small[10]) / 2
    assert values[2] == pytest.approx(1400 / whole, rel=1e-12)
    median = found.value(kpis[1], Q4)
    ranked = sorted([*small, 1000, 400])
    assert (median.low, median.high) == (ranked[5], ranked[14])  # 6th and 15th of 20: a table of the sign test


def test_revenue_so_far_by_an_attribute_of_the_orders_sums_to_all_of_it() -> None:
    """A customer stands in every group in which there is an order."""
    lines = ("a", "b", "a", "")
    rows = {
        "order": [order("ann", f"202{i}-11-0{i}", 10**i, product_line=line) for i, line in enumerate(lines, start=2)]
    }
    rows["order"].append(order("bob", "2025-07-02", 5, product_line="a"))
    kpi, by = BY_ID["clv.historical_mean"], ("product_line",)
    found = measured(rows, [kpi], by=by)
    values = {v.by["product_line"]: v for v in (found.value(kpi, Q4, by, g) for g in found.groups(kpi, Q4, by))}
    assert {name: (v.numerator, v.denominator) for name, v in values.items()} == {
        "a": (100 + 10_000 + 5, 2),
        "b": (1000, 1),
        None: (100_000, 1),
    }
    assert found.value(kpi, Q4).numerator == 100 + 1000 + 10_000 + 100_000 + 5
    median, by_line = BY_ID["clv.historical_median"], measured(rows, [BY_ID["clv.historical_median"]], by=by)
    assert by_line.value(median, Q4, by, ("a",)).value == (100 + 10_000 + 5) / 2


def test_the_noise_of_a_mean_of_the_same_customers_is_that_of_what_came_new() -> None:
    """Both periods hold the same 40 customers and the same old revenue: what may be chance is the new orders alone."""
    rows = {"order": [order(f"c{i}", "2025-06-01", 1000 * (i + 1)) for i in range(40)]}
    rows["order"] += [order(f"c{i}", "2025-11-01", 10 + i % 2) for i in range(40)]
    kpi = BY_ID["clv.historical_mean"]
    change = measured(rows, [kpi], pairs=True).difference(kpi, Q4, Q3)
    assert change is not None and change.standard_error is not None
    assert change.change == pytest.approx(10.5)
    assert change.standard_error < 1  # the means themselves are known to ± 1,800


# ---------------------------------------------------------------- what winning a customer costs
def by_channel(kpi: str) -> dict[str | None, Value]:
    people = [
        *({"customer_id": f"web {i}", "channel": "web"} for i in range(4)),
        *({"customer_id": f"shop {i}", "channel": "shop"} for i in range(2)),
        {"customer_id": "unknown"},
    ]
    early = [order(f"web {i}", "2024-12-20", 1) for i in range(2)]  # customers before the quarter
    rows = {
        "customer": people,
        "order": [
            *early,
            *(order(f"web {i}", "2025-10-05", 100, cost="40") for i in range(2, 4)),
            *(order(f"shop {i}", "2025-10-05", 100, cost="80") for i in range(2)),
            order("unknown", "2025-10-05", 100, cost="50"),
        ],
        "spend": [spend("2025-10-01", 60, "web"), spend("2025-12-31", 20, "shop"), spend("2025-11-01", 500)],
    }
    found = measured(rows, [BY_ID[kpi]], by=("channel",))
    groups = found.groups(BY_ID[kpi], Q4, ("channel",))
    values = [found.value(BY_ID[kpi], Q4, ("channel",), group) for group in groups]
    return {v.by["channel"]: v for v in values}


def test_cac_by_channel_is_spend_of_the_channel_by_its_new_customers() -> None:
    found = by_channel("cac")
    assert (found["web"].value, found["web"].numerator, found["web"].denominator) == (30, 60, 2)
    assert (found["shop"].value, found["shop"].numerator, found["shop"].denominator) == (10, 20, 2)


def test_spend_of_no_channel_is_a_row_of_its_own_and_divided_by_nobody() -> None:
    """500 of no channel and one new customer of unknown channel have nothing to do with one another."""
    found = by_channel("cac")[None]
    assert (found.value, found.numerator, found.denominator) == (None, 500, 1)
    assert (found.status, found.reason) == ("undefined", "not_allocated")


def test_payback_by_channel_takes_the_margin_of_its_customers() -> None:
    """Web: 200 of revenue at 60% of margin in 2 × 88 days from 5 October, and in the days of those who were there."""
    found = by_channel("cac_payback_months")
    years = (2 * 88 + 2 * 81) / 365.25  # two since 5 October; two until 365 days after 20 December, 21 December
    assert found["web"].value == pytest.approx(30 / (200 * 0.6 / (12 * years)), rel=1e-12)
    shop = 2 * 88 / 365.25
    assert found["shop"].value == pytest.approx(10 / (200 * 0.2 / (12 * shop)), rel=1e-12)
