"""A company that has no rows, only counts by period. The cases are those that the definitions promise to the digit."""

from __future__ import annotations

from datetime import date

import pytest

from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, Value, measure
from tests.world.engine import RULES, warehouse

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
Q2 = Period(date(2025, 4, 1), date(2025, 7, 1), Grain.QUARTER)
Q3 = Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER)
AS_OF = date(2025, 10, 2)


def given(period: Period, source: str = "book", **figures: float) -> list[dict[str, str]]:
    days = {"period_start": str(period.start), "period_end": str(period.end), "source": source}
    return [{"input": name, "value": str(value), **days} for name, value in figures.items()]


def values(rows: list[dict[str, str]], *kpis: str, period: Period = Q3) -> dict[str, Value]:
    held, con = warehouse({"figures": rows}, as_of=AS_OF)
    found = measure(held, RULES, Request([BY_ID[kpi] for kpi in kpis], [period]))
    told = {kpi: found.value(BY_ID[kpi], period) for kpi in kpis}
    con.close()
    return told


PROMISED = [
    # 1000 at the start, 200 new, 100 of the 1000 lost
    ({"start": 1000, "new": 200, "lost": 100, "end": 1100}, "retention_rate.cohort", 0.9),
    ({"start": 1000, "new": 200, "lost": 100, "end": 1100}, "retention_rate.net", 0.9),
    ({"start": 1000, "new": 200, "lost": 100, "end": 1100}, "churn_rate.cohort", 0.1),
    ({"start": 1000, "new": 200, "left": 100, "end": 1100}, "churn_rate.exposed", 100 / 1200),
    ({"start": 1000, "new": 200, "end": 1100}, "acquisition_rate.end", 200 / 1100),
    ({"start": 1000, "new": 200, "end": 1100}, "acquisition_rate.start", 0.2),
    ({"start": 1000, "new": 200, "end": 1100}, "acquisition_rate.exposed", 200 / 1200),
    # 20 of the 200 new leave too
    ({"start": 1000, "new": 200, "lost": 100, "end": 1080}, "retention_rate.net", 0.88),
    ({"start": 1000, "new": 200, "lost": 100, "end": 1080}, "retention_rate.cohort", 0.9),
    ({"spend": 200_000, "new": 5_000}, "cac", 40),
    ({"complaints": 1200, "end": 1000}, "complaint_rate", 1.2),
    ({"average_order_value": 5000, "purchase_frequency": 2, "lifetime_years": 5}, "clv.revenue", 50_000),
    (
        {"average_order_value": 5000, "purchase_frequency": 2, "lifetime_years": 5, "gross_margin": 0.3},
        "clv.profit",
        15_000,
    ),
    ({"promoters": 50, "detractors": 20, "nps_answers": 100}, "nps", 30),
]


@pytest.mark.parametrize(("figures", "kpi", "wanted"), PROMISED)
def test_what_is_promised(figures: dict[str, float], kpi: str, wanted: float) -> None:
    found = values(given(Q3, **figures), kpi)[kpi]
    assert found.value == pytest.approx(wanted, rel=1e-12)
    assert (found.status, found.reason) == ("ok", "figures")


def test_counts_have_the_interval_of_their_share() -> None:
    """Wilson's of 900 in 1000, as of rows."""
    found = values(given(Q3, start=1000, kept=900), "retention_rate.cohort")["retention_rate.cohort"]
    assert (found.low, found.high) == (pytest.approx(0.8798, abs=1e-4), pytest.approx(0.9171, abs=1e-4))


@pytest.mark.parametrize(
    ("rows", "kpi"),
    [
        (given(Q3, start=1000, new=200), "churn_rate.cohort"),
        (given(Q2, start=1000, lost=200), "churn_rate.cohort"),  # of another quarter
        (given(Q3, orders=1000), "average_order_value"),
        (given(Q3, start=1000, lost=100, end=900), "first_response_hours.median"),  # it takes rows
        (given(Q3, start=1000, lost=100, end=900), "churn_rate.exposed"),  # who joined and left is not known
        (given(Q3, average_order_value=5000, lifetime_years=5), "clv.revenue"),
    ],
)
def test_what_is_not_given_is_missing(rows: list[dict[str, str]], kpi: str) -> None:
    found = values(rows, kpi)[kpi]
    assert (found.value, found.status, found.reason) == (None, "undefined", "missing_input")


def test_an_order_is_not_made_up() -> None:
    """The three inputs of a lifetime value say nothing of the number of orders."""
    rows = given(Q3, average_order_value=5000, purchase_frequency=2, lifetime_years=5)
    assert {v.value for v in values(rows, "orders", "purchase_frequency").values()} == {None}


def test_months_make_a_quarter() -> None:
    """New customers are added, who is there at the start is taken from the first month, at the end from the last."""
    months = [Period(date(2025, m, 1), date(2025, m + 1, 1), Grain.MONTH) for m in (7, 8, 9)]
    rows = [row for m, n in zip(months, (10, 20, 30), strict=True) for row in given(m, new=n, start=n * 5, end=n * 10)]
    found = values(rows, "acquisition_rate.start", "acquisition_rate.end")
    assert found["acquisition_rate.start"].value == 60 / 50
    assert found["acquisition_rate.end"].value == 60 / 300
    assert values(rows[:3] + rows[6:], "acquisition_rate.end")["acquisition_rate.end"].reason == "missing_input"


def test_the_end_of_a_quarter_is_the_start_of_the_next() -> None:
    found = values([*given(Q2, end=400), *given(Q3, new=100)], "acquisition_rate.start")
    assert found["acquisition_rate.start"].value == 0.25


def test_two_sources_that_differ_give_no_number() -> None:
    rows = [*given(Q3, start=1000, new=200), *given(Q3, "other", new=201)]
    found = values(rows, "acquisition_rate.start")["acquisition_rate.start"]
    assert (found.value, found.reason) == (None, "conflicting_figures")
    assert (
        values([*rows[:2], *given(Q3, "other", new=200)], "acquisition_rate.start")["acquisition_rate.start"].value
        == 0.2
    )


def test_nothing_to_divide_by() -> None:
    found = values(given(Q3, start=0, new=200), "acquisition_rate.start")["acquisition_rate.start"]
    assert (found.value, found.reason) == (None, "no_denominator")


def test_rows_go_before_figures() -> None:
    """A company that has orders counts them; a number beside is not believed more than they are."""
    sale = {"order_id": "1", "customer_id": "ann", "ordered_at": "2025-08-01 10:00", "amount": "5", "currency": "TWD"}
    rows = {"customer": [{"customer_id": "ann"}], "order": [{**sale, "kind": "sale"}], "figures": given(Q3, orders=99)}
    held, con = warehouse(rows, as_of=AS_OF)
    found = measure(held, RULES, Request([BY_ID["orders"]], [Q3]))
    assert found.value(BY_ID["orders"], Q3).value == 1
    con.close()


def test_a_change_of_given_counts_is_judged() -> None:
    """100 of 1000 lost, then 150: two shares of a thousand each, whose difference is beyond noise; CAC has no noise."""
    rows = [*given(Q2, start=1000, lost=100, spend=10, new=5), *given(Q3, start=1000, lost=150, spend=20, new=5)]
    held, con = warehouse({"figures": rows}, as_of=AS_OF)
    kpis = [BY_ID["churn_rate.cohort"], BY_ID["cac"]]
    found = measure(held, RULES, Request(kpis, [Q2, Q3], pairs=[(Q3, Q2)]))
    churn, cac = (found.difference(kpi, Q3, Q2) for kpi in kpis)
    assert churn is not None
    assert churn.change == pytest.approx(0.05)
    assert churn.p is not None
    assert churn.p < 0.01
    assert cac is not None
    assert cac.change == 2
    con.close()
