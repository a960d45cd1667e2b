"""Drafts: read, written as a file, made of findings and advice, and refused with everything they lack."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from crmeter.app.plans import files
from crmeter.app.settings import Workspace
from crmeter.improvement.completeness import lacking, too_late
from crmeter.improvement.drafts import Draft, Enrolled, Group, Kind, Step, from_advice, from_finding
from crmeter.improvement.reading import plain, read_draft
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import LANGUAGES, speaking
from crmeter.kpis.catalogue import BUILT_IN
from crmeter.model.rules import Rules

RULES = Rules(currency="TWD", calendar=Calendar())
DRAFT = Draft(
    title="Help “new” customers", problem="They leave", cause="Nobody calls", kind=Kind.SERVICE_PROCESS, owner="Lin",
    start=date(2025, 11, 1), end=date(2026, 5, 1), kpi="churn_rate.exposed", target=0.05, expected=-0.1, least=0.05,
    cost=90_000.0, guards=("complaint_rate",), split=True, share=0.5,
    group=Group("customer.team", ("南區", "O'Hara"), where=("customer.kind = 'company'",), enrolled=Enrolled.NEW),
    steps=(Step("Write = it", "Chen", date(2025, 10, 31)), Step("Call", "Lin", date(2026, 4, 30))),
    evaluation="2025-Q3-1", finding={"kind": "weakness", "kpi": "churn_rate.cohort", "rank": 2}, advice="A1",
)  # fmt: skip
FINDING = {
    "kind": "weakness", "kpi": "churn_rate.cohort", "comparison": "previous", "rank": 2, "root": {"kind": "service"},
    "segments": [{"by": {"customer.onboarding": "trouble"}, "beyond_noise": True}],
}  # fmt: skip


def workspace(root: Path) -> Workspace:
    return cast("Workspace", SimpleNamespace(root=root))


def test_a_draft_is_read_as_it_was_written() -> None:
    assert read_draft(json.loads(json.dumps(plain(DRAFT)))) == DRAFT
    assert read_draft(json.loads(json.dumps(plain(Draft())))) == Draft()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_file_says_what_the_draft_says(tmp_path: Path, lang: str) -> None:
    with speaking(lang):
        for draft in (DRAFT, Draft()):
            files.write(workspace(tmp_path), "P1", draft)
            found = files.read(workspace(tmp_path), "P1")
            assert found is not None
            # an empty step stands in a new file to be filled in
            assert replace(found, steps=tuple(s for s in found.steps if s != Step())) == draft


def test_a_file_that_cannot_be_read_is_said_with_all_that_is_wrong(tmp_path: Path) -> None:
    path = files.path_of(workspace(tmp_path), "P1")
    assert files.read(workspace(tmp_path), "P1") is None
    path.parent.mkdir()
    path.write_text('title = 3\nkind = "magic"\nstart = "soon"\nsplit = "yes"\ncolour = 1\n[[steps]]\ndue = true\n')
    with pytest.raises(UserError) as raised:
        files.read(workspace(tmp_path), "P1")
    said = str(raised.value)
    assert len(raised.value.problems) == 6
    for part in ("title", "crm_setting", "2025-07-01", "true or false", "colour", "steps 1: due"):
        assert part in said
    path.write_text("title = [\n")
    with pytest.raises(UserError, match="can’t be read"):
        files.read(workspace(tmp_path), "P1")


def test_all_that_is_missing_is_told_at_once() -> None:
    """R110: objective, steps, responsible person and timeline are all required before the start."""
    said = "\n".join(problem.what for problem in lacking(Draft(), BUILT_IN, RULES))
    for part in ("title", "problem", "cause", "kind", "owner", "start", "end", "no step", "no objective", "expected"):
        assert part in said
    assert lacking(DRAFT, BUILT_IN, RULES) == []


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"steps": (Step("Call", "", date(2026, 1, 1)),)}, "who does it"),
        ({"steps": (Step("Call", "Lin", date(2026, 5, 1)),)}, "after the end"),
        ({"end": date(2025, 11, 1)}, "before it starts"),
        ({"expected": 0.1}, "worse"),
        ({"expected": 0.0}, "no plan"),
        ({"least": -0.1}, "least"),
        ({"share": 1.0}, "share"),
        ({"kpi": "churn_rat.exposed"}, "no KPI"),
        ({"target": None}, "no objective"),
        ({"guards": ("customers.ended",)}, "No direction"),
    ],
)
def test_what_contradicts_itself_is_said(change: dict[str, Any], part: str) -> None:
    problems = lacking(replace(DRAFT, **change), BUILT_IN, RULES)
    assert any(part in problem.what for problem in problems), [str(problem) for problem in problems]


def test_a_plan_that_has_begun_comes_too_late() -> None:
    """On its first day at the latest, whatever the clock or the data say."""
    start, before = date(2025, 11, 1), date(2025, 10, 31)
    assert list(too_late(DRAFT, before, before)) == []
    assert list(too_late(DRAFT, before, start)) == []
    assert len(list(too_late(DRAFT, start, before))) == 1
    assert len(list(too_late(DRAFT, before, date(2025, 11, 2)))) == 1


def test_a_finding_becomes_a_draft() -> None:
    found = from_finding(FINDING, evaluation="2025-Q3-1", problem="Churn rose")
    assert (found.kpi, found.kind, found.problem) == ("churn_rate.cohort", Kind.SERVICE_PROCESS, "Churn rose")
    assert (found.group.by, found.group.target) == ("customer.onboarding", ("trouble",))
    assert found.finding == {"kind": "weakness", "kpi": "churn_rate.cohort", "comparison": "previous", "rank": 2}


def test_an_advice_becomes_a_draft_with_its_expectation() -> None:
    advice = {
        "id": "A2", "kind": "marketing", "kpi": "churn_rate.cohort",
        "do": {"en": "Call them.", "zh-Hant": "打電話給他們。"},
        "expected": {"change": -0.03, "low": -0.05, "high": -0.01, "from": "verified_plan:P1"},
        "segments": [{"by": {"customer.team": "South"}}],
    }  # fmt: skip
    with speaking("zh-Hant"):
        found = from_advice(advice, FINDING)
    assert (found.title, found.kind, found.expected) == ("打電話給他們。", Kind.MARKETING_STRATEGY, -0.03)
    assert found.steps == (Step("打電話給他們。"),)
    assert (found.group.by, found.group.target, found.advice) == ("customer.team", ("South",), "A2")
    assert from_advice({**advice, "expected": None, "segments": []}, FINDING).group.by == "customer.onboarding"
