"""What is called a weakness: verdicts by direction, noise corrected for everything looked at, rank by certain size."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from crmeter.evaluation.comparison import Comparison, base_periods, compare
from crmeter.evaluation.findings import findings, score
from crmeter.kernel.calendar import Calendar
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, Status, Value, measure
from crmeter.model.rules import Rules
from tests.world.engine import Rows, warehouse

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
AS_OF = date(2026, 1, 1)
RULES = Rules("TWD", "UTC")
THIRD = Calendar().parse("2025-Q3", AS_OF)


def value(kpi: str, number: float | None) -> Value:
    return Value(
        kpi, "quarter", THIRD.start, THIRD.end, {}, number, None, None, 1000, None, None, str(BY_ID[kpi].unit), None,
        Status.OK, None, True, 1, "d",
    )  # fmt: skip


def made(kpi: str, base: float, change: float, half: float, *, beyond: bool = True, to: str = "previous") -> Comparison:
    now = value(kpi, base + change)
    bounds: dict[str, Any] = {"low": change - half, "high": change + half, "p": 0.001, "beyond_noise": beyond}
    return Comparison(BY_ID[kpi], to, now, value(kpi, base), change, **bounds)


@pytest.mark.parametrize(
    "kpi, change, verdict",
    [
        ("churn_rate.cohort", 0.02, "worse"),
        ("churn_rate.cohort", -0.02, "better"),
        ("nps", 5.0, "better"),
        ("nps", -5.0, "worse"),
        ("customers.start", 5.0, "changed"),
    ],
)
def test_the_direction_decides(kpi: str, change: float, verdict: str) -> None:
    assert made(kpi, 0.1 if kpi.startswith("churn") else 50, change, 0.001).verdict == verdict
    assert made(kpi, 0.1, change, 0.001, beyond=False).verdict == "no_change"


def test_a_certain_change_ranks_before_a_larger_doubtful_one() -> None:
    certain = made("churn_rate.cohort", 0.10, 0.03, 0.005)  # at least +25%
    doubtful = made("complaining_customers_rate", 0.10, 0.08, 0.079)  # at least +1%
    assert score(certain) == pytest.approx(0.25)
    assert score(doubtful) == pytest.approx(0.01)
    assert [f.comparison.kpi.id for f in findings([doubtful, certain])] == [
        "churn_rate.cohort",
        "complaining_customers_rate",
    ]


def test_one_fact_is_one_finding_told_by_its_rate() -> None:
    said = [
        made("customers.lost", 100, 80, 10),
        made("retention_rate.cohort", 0.9, -0.03, 0.01),
        made("churn_rate.cohort", 0.1, 0.03, 0.01),
        made("churn_rate.annualised", 0.34, 0.1, 0.05, to="year"),
    ]
    [finding] = findings(said)
    assert (finding.kind, finding.comparison.kpi.id) == ("weakness", "churn_rate.cohort")
    assert {kpi for kpi, _ in finding.also} == {"customers.lost", "retention_rate.cohort", "churn_rate.annualised"}


def test_a_change_that_its_interval_does_not_exclude_scores_nothing() -> None:
    assert score(made("nps", 30, 5, 6)) == 0
    assert score(replace(made("nps", 30, 5, 1), low=None)) == 0


def answers(promoters: int, detractors: int, others: int, day: str) -> list[dict[str, str]]:
    scores = [10] * promoters + [0] * detractors + [7] * others
    return [
        {
            "response_id": f"{day} {i}",
            "survey_id": "s",
            "instrument": "nps",
            "score": str(number),
            "scale_min": "0",
            "scale_max": "10",
            "responded_at": f"{day} 12:00",
        }
        for i, number in enumerate(scores)
    ]


def judged(rows: Rows, targets: dict[str, float]) -> dict[str, Comparison]:
    opened, con = warehouse(rows, RULES, AS_OF)
    kpi = BY_ID["nps"]
    bases = base_periods(RULES.calendar, THIRD, AS_OF)
    request = Request([kpi], [THIRD], pairs=[(THIRD, base) for base in bases.values()])
    found = compare(measure(opened, RULES, request), [kpi], THIRD, bases, targets)
    con.close()
    return {c.to: c for c in found}


@pytest.mark.parametrize("promoters, detractors, beyond", [(35, 26, False), (35, 27, True)])
def test_two_surveys_of_100_differ_beyond_noise_from_21_6_points(promoters: int, detractors: int, beyond: bool) -> None:
    """From 30 to 9 points is noise, to 8 is not; the answers spread as in the first survey (variance 0.61)."""
    assert promoters + detractors - (promoters - detractors) ** 2 / 100 == pytest.approx(61, abs=1)
    second = answers(50, 20, 30, "2025-05-10")
    third = answers(promoters, detractors, 100 - promoters - detractors, "2025-08-10")
    compared = judged({"survey_response": [*second, *third]}, {})["previous"]
    assert compared.change == pytest.approx(promoters - detractors - 30)
    assert compared.beyond_noise is beyond
    assert compared.verdict == ("worse" if beyond else "no_change")


def test_a_target_is_judged_against_the_noise_of_the_value() -> None:
    rows = {"survey_response": answers(50, 20, 30, "2025-08-10")}  # 30 ± 15.3
    assert judged(rows, {"nps": 50})["target"].verdict == "worse"
    assert judged(rows, {"nps": 40})["target"].verdict == "no_change"
    assert judged(rows, {})["previous"].reason == "no_data"


def test_a_handful_is_not_judged() -> None:
    rows = {"survey_response": [*answers(20, 0, 5, "2025-05-10"), *answers(0, 20, 5, "2025-08-10")]}
    compared = judged(rows, {"nps": 90})
    assert compared["previous"].reason == compared["target"].reason == "small_sample"
    assert compared["previous"].verdict == "unknown"
    assert compared["previous"].change == pytest.approx(-160)
