"""What an evaluation judges, said in every language: each risk, root, reason, check and stage that there is."""

from __future__ import annotations

import re
from typing import Any

import pytest

from crmeter.evaluation.advice import advice
from crmeter.evaluation.health import health
from crmeter.evaluation.scope import Scope
from crmeter.evaluation.stages import stages
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.messages import LANGUAGES, speaking
from crmeter.kpis.catalogue import BUILT_IN
from crmeter.reports import judgements
from crmeter.reports.reading import Reading
from crmeter.reports.renderers import render
from tests.reports import sample

CHURN = "churn_rate.cohort"
BY = {"by": {"customer.channel": "web"}}
TIMES = [
    {"kpi": CHURN, "part": "denominator", "value": 1000},
    {"kpi": "clv.revenue", "part": "value", "value": 61250.0},
]
MONEY: dict[str, Any] = {"amount": -60000.0, "low": -100000.0, "high": -20000.0, "currency": "TWD", "per": "period",
                         "reason": None, "times": TIMES}  # fmt: skip
UPGRADE = {"event": "V1", "note": "新系統", "day": "2025-04-01"}
TESTS: tuple[dict[str, Any], ...] = (
    {"root": "data", "test": "base_restated", "evaluation": "2025-Q3-1", "reported": 0.02, "known_now": 0.03,
     "share_of_change": 0.7, "p": None},
    {"root": "data", "test": "rules_broken", "table": "order", "rule": "r", "failing": 0.021, "p": None},
    {"root": "crm_setting", "test": "more_since_upgrade", **UPGRADE, **BY, "before": [8, 100], "after": [80, 100],
     "p": 0.0002},
    {"root": "crm_setting", "test": "used_worse_since_upgrade", **UPGRADE, "p": 0.001},
    {"root": "service", "test": "people_stand_out", **BY, "p": 0.004},
    {"root": "service", "test": "served_worse", **BY, "kpi": "first_response_hours.median", "before": 2.0, "now": 9.0,
     "unit": "hours", "p": 0.001},
    {"root": "marketing", "test": "channel_stands_out", **BY, "p": 0.002},
    {"root": "marketing", "test": "mix_of_channels", **BY, "share_of_change": 0.6, "p": 0.01},
    {"root": "marketing", "test": "channel_unlike_others", **BY, "all": 0.04, "now": 0.31, "p": 0.001},
)  # fmt: skip
RISKS: tuple[tuple[str, str | None, dict[str, Any]], ...] = (
    ("silent_customers", None, {"customers": 5, "of": 9, "complaint_waiting": 1, "low_answer": 2, "silent": 2}),
    ("contracts_ending", "revenue", {"contracts": 3, "foreign": 0, "until": "2026-04-01"}),
    ("goal_at_risk", CHURN, {"goal": "G1", "name": "x", "status": "at_risk", "target": 0.03, "value": 0.04,
                             "probability": 0.2, "until": "2026-04-01"}),
    ("worsening_trend", "nps", {"q": 0.001, "looked_at": 30, "values": [40.0, 38.0, 31.0]}),
    ("alert_running", "revenue", {"since": "2025-11-01", "value": 10.0, "expected": 20.0}),
    ("data_of_input", CHURN, {"table": "order", "rule": "r", "failing": 0.02, "threshold": 0.01, "kpis": [CHURN]}),
)  # fmt: skip


def judged(finding: dict[str, Any], rank: int, tests: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """A finding of the sample with all that this schema says of it."""
    factor = {"name": dict.fromkeys(LANGUAGES, "f"), "part": 0.01, "children": []}
    return {
        **finding,
        "money": MONEY,
        "certainty": {"level": "sure", "p": 0.001, "q": 0.004, "sample": "ok"},
        "drivers": {"looked_for": True, "factors": [factor], "dimensions": ["customer.channel"],
                    "mix": {"by": ["customer.channel"], "rate": 0.01, "mix": 0.002}},
        "root": {"kind": tests[0]["root"] if tests else "unknown", "tests": [{**t, "supports": True} for t in tests]},
        "why": {"code": "beyond_noise", "p": 0.001, "q": 0.004, "looked_at": 66, "least": 0.12, "rank": rank, "of": 9},
    }  # fmt: skip


def risk(rank: int, code: str, kpi: str | None, figures: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "risk", "rank": rank, "risk": code, "kpi": kpi, "comparison": None, "change": None, "p": None,
            "segments": [], "also": [], "evidence": figures, "certainty": {"level": "counted", "q": None},
            "money": {**MONEY, "times": [], "low": None, "per": "year"}, "drivers": {"looked_for": False},
            "root": {"kind": "unknown", "tests": []}, "why": {"code": code, "rank": rank, "of": 6}}  # fmt: skip


def document() -> dict[str, Any]:
    """The sample evaluation in the schema of now, with one finding for each test of a root and one of each risk."""
    bare = sample.document()
    weak = [f for f in bare["findings"] if f["kind"] == "weakness" and f["kpi"] == CHURN]
    found = [judged(weak[0], i, (test,)) for i, test in enumerate(TESTS, 1)]
    found += [judged(f, f["rank"], ()) for f in bare["findings"] if f["kind"] == "strength"]
    found += [risk(i, *each) for i, each in enumerate(RISKS, 1)]
    data = {**bare["data"], "checks": [], "links": [], "fields": {"custom": 0, "hardly_filled": 0},
            "areas": {"sales": True, "service": False}}  # fmt: skip
    whole = {**bare, "schema": 2, "data": data, "findings": found, "goals": [], "plans": []}
    scope = Scope(Calendar().parse("2025-Q4", sample.date(2026, 1, 1)))
    steps = [{"step": name, "state": "done", "started_at": "2026-01-02T03:04:05Z",
              "finished_at": "2026-01-02T03:04:05Z", "inputs": {"load": 3}}
             for name in ("goals", "data", "analysis", "report")]  # fmt: skip
    whole["advice"] = advice(found, bare["kpis"], (), BUILT_IN)
    told = {"kpi": CHURN, "source": "a study", "year": 2019, "population": "all", "value": 0.05, "low": 0.03,
            "high": 0.07, "definition_text": "words", "now": 0.04, "old": True}  # fmt: skip
    reasons = (None, "definition_as_text", "other_definition", "no_grain", "other_grain:year", "other_currency")
    whole["benchmarks"] = [
        {**told, "reason": reason, "state": "not_compared" if reason else "within"} for reason in reasons
    ]
    whole["health"] = health(scope, data, bare["kpis"], [CHURN, "nps"])
    whole["stages"] = stages(scope, whole, steps[:3])
    return {**whole, "steps": steps}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_judgement_is_a_sentence(lang: str) -> None:
    """No code is left standing, and no two tests or risks say the same."""
    made = document()
    reading = Reading(made, sample.cards(lang))
    with speaking(lang):
        roots = [judgements.root_of(reading, f) for f in made["findings"] if f["kind"] == "weakness"]
        risks = [judgements.risk(reading, f) for f in reading.risks]
        whys = [judgements.why(reading, f) for f in reading.risks]
    # standing out is said alike of a team and of a channel; what it speaks for is not
    assert len(set(roots)) == len(TESTS) and len(set(risks)) == len(set(whys)) == len(RISKS)
    for said in (*roots, *risks, *whys):
        assert not re.search(r"[a-z]+_[a-z]+|\{|None", said), said
    assert lang == "en" or all(re.search("[\u4e00-\u9fff]", said) for said in (*roots, *risks, *whys))


def test_money_is_told_with_its_range_and_factors() -> None:
    made = document()
    with speaking("en"):
        reading = Reading(made, sample.cards("en"))
        said = judgements.money(reading, made["findings"][0])
    assert said.startswith("NT$60,000 less in the period (NT$20,000 to NT$100,000)") and "1,000" in said


@pytest.mark.parametrize("format", ["md", "html"])
def test_the_new_sections_are_there_and_not_in_a_report_of_an_older_evaluation(format: str) -> None:
    new = render(document(), format, "zh-Hant", sample.cards("zh-Hant")).decode()
    old = render(sample.document(), format, "zh-Hant", sample.cards("zh-Hant")).decode()
    for said in ("牽涉金額", "八個階段", "只追數字", "可能的成因"):
        assert said in new and said not in old, said
    assert "不比較：定義與我們的不同" in new and "超過三年" in new
