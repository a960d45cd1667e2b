"""Two KPIs of the same customers: who is at risk, what counts as leaving, and who is left out, by hand."""

from __future__ import annotations

from datetime import date

import pytest

from crmeter.analysis.correlation.pairs import pairs
from crmeter.analysis.correlation.together import bins, of_customers, of_points
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.errors import UserError
from crmeter.kpis import CATALOGUE
from crmeter.model.rules import Rules
from tests.world.engine import Rows, warehouse

AS_OF = date(2026, 1, 1)
RULES = Rules("TWD", "UTC")
SECOND, THIRD = (Calendar().parse(name, AS_OF) for name in ("2025-Q2", "2025-Q3"))
BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
CSAT, KEPT, LOST, REVENUE = (BY_ID[id] for id in ("csat.mean", "retention_rate.cohort", "churn_rate.cohort", "revenue"))
# contracts from 2024 on, and the day they end; answers of the second quarter
PEOPLE = {
    "stays": ("", [("2025-05-01", 5), ("2025-06-01", 4)]),
    "leaves in the third": ("2025-08-01", [("2025-05-02", 2)]),
    "leaves soon after answering": ("2025-06-20", [("2025-06-10", 1)]),
    "had left before answering": ("2025-04-10", [("2025-05-05", 1)]),
    "silent": ("", []),
}


def company() -> Rows:
    contracts = [
        {"subscription_id": name, "customer_id": name, "started_at": "2024-01-10 12:00", "monthly_amount": "10",
         "ended_at": f"{end} 12:00" if end else "", "currency": "TWD"}
        for name, (end, _) in PEOPLE.items()
    ]  # fmt: skip
    answers = [
        {"response_id": f"{name} {day}", "survey_id": "s", "instrument": "csat", "score": str(score), "scale_min": "1",
         "scale_max": "5", "responded_at": f"{day} 12:00", "customer_id": name}
        for name, (_, given) in PEOPLE.items()
        for day, score in given
    ]  # fmt: skip
    people = [{"customer_id": name, "segment": "a"} for name in PEOPLE]
    order = {"order_id": "1", "customer_id": "stays", "ordered_at": "2025-07-07 12:00", "amount": "70"}
    return {"subscription": contracts, "survey_response": answers, "customer": people,
            "order": [{**order, "currency": "TWD", "kind": "sale"}]}  # fmt: skip


@pytest.mark.parametrize("kpi, left", [(KEPT, 0.0), (LOST, 1.0)])
def test_who_left_before_the_later_period_has_left(kpi: object, left: float) -> None:
    """Counted by the later period alone, whoever left soon after a bad answer would not be in it at all."""
    opened, con = warehouse(company(), RULES, AS_OF)
    found = pairs(opened, RULES, (CSAT, kpi), (SECOND, THIRD))  # type: ignore[arg-type]
    con.close()
    told = dict(zip(found.ids, zip(found.x, found.y, strict=True), strict=True))
    assert told == {
        "stays": (4.5, 1 - left),
        "leaves in the third": (2, left),
        "leaves soon after answering": (1, left),
    }
    assert found.at_risk == 3


def test_who_does_nothing_later_counts_nothing_and_controls_are_columns() -> None:
    opened, con = warehouse(company(), RULES, AS_OF)
    found = pairs(opened, RULES, (CSAT, REVENUE), (SECOND, THIRD), ("tenure", "customer.segment"), "customer.segment")
    assert dict(zip(found.ids, found.y, strict=True))["leaves in the third"] == 0
    assert dict(zip(found.ids, found.y, strict=True))["stays"] == 70
    days = (SECOND.end - date(2024, 1, 10)).days
    assert found.controls.tolist() == [[days]] * 3  # one segment makes no column
    assert found.groups == ("a", "a", "a")
    same = pairs(opened, RULES, (CSAT, REVENUE), (SECOND, SECOND))
    assert "silent" not in same.ids and same.at_risk == 5
    with pytest.raises(UserError, match="has no value of one customer"):
        pairs(opened, RULES, (BY_ID["first_response_hours.median"], REVENUE), (SECOND, THIRD))
    con.close()
    assert of_customers(found).bare is None  # three are too few


def test_few_values_stand_for_themselves_and_many_in_bins() -> None:
    import numpy as np

    x, y = np.array([1.0, 1.0, 2.0, 5.0]), np.array([0.0, 1.0, 1.0, 1.0])
    assert [(b["low_x"], b["n"], b["mean"]) for b in bins(x, y)] == [(1, 2, 0.5), (2, 1, 1), (5, 1, 1)]
    many = np.arange(100.0)
    assert [b["n"] for b in bins(many, many)] == [20] * 5
    assert of_points([1, 2, 3], [1, 2, 3], in_order=False) is None
