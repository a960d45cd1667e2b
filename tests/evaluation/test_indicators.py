"""What an indicator system lacks is listed; what it has is left alone."""

from __future__ import annotations

from datetime import date

import pytest

from crmeter.evaluation.indicators import Indicator, IndicatorSystem, Objective
from crmeter.evaluation.indicators.goals import goals
from crmeter.evaluation.indicators.review import lacks
from crmeter.kernel.messages import LANGUAGES
from crmeter.kpis import CATALOGUE

TODAY = date(2026, 4, 1)
KEEP = Objective("keep", "Keep customers")
WHOLE = Indicator(
    "churn_rate.cohort", ("keep",), "Lin", "Whom we call", sources=("shop",), review_by=date(2026, 4, 1)
)  # due today: not overdue yet


def kinds(system: IndicatorSystem, **given: object) -> list[tuple[str, str]]:
    return [(lack.kind, lack.about) for lack in lacks(system, TODAY, **given)]  # type: ignore[arg-type]


def test_a_whole_system_lacks_nothing() -> None:
    assert kinds(IndicatorSystem((KEEP,), (WHOLE,))) == []


def test_an_empty_system_has_no_objective() -> None:
    assert kinds(IndicatorSystem()) == [("no_objectives", "")]


def test_a_review_is_overdue_from_the_day_after_it_was_due() -> None:
    late = Indicator(**{**WHOLE.__dict__, "review_by": date(2026, 3, 1)})
    [lack] = lacks(IndicatorSystem((KEEP,), (late,)), TODAY)
    assert lack.severity == "error" and "31 days" in lack.text and "Lin" in lack.text  # March has 31


def test_objectives_without_kpis_and_kpis_without_objectives() -> None:
    draft = Indicator("nps", active=False)
    found = kinds(IndicatorSystem((KEEP, Objective("win", "Win")), (WHOLE, draft)), targets=["revenue", WHOLE.kpi])
    assert found == [("objective_without_kpi", "win"), ("kpi_without_objective", "nps"),
                     ("target_without_objective", "revenue")]  # fmt: skip


def test_a_draft_serves_nothing_yet() -> None:
    draft = Indicator(**{**WHOLE.__dict__, "active": False})
    assert kinds(IndicatorSystem((KEEP,), (draft,))) == [("objective_without_kpi", "keep")]


def test_what_is_left_open_is_a_warning() -> None:
    bare = Indicator(WHOLE.kpi, ("keep",), "Lin", against=("target",))
    found = lacks(IndicatorSystem((KEEP,), (bare,)), TODAY)
    assert {lack.severity for lack in found} == {"warning"}
    assert {lack.kind for lack in found} == {"no_review", "no_decision", "no_source", "no_target"}


@pytest.mark.parametrize(("delivers", "said"), [({"customer"}, True), ({"customer", "order"}, False)])
def test_a_source_that_delivers_nothing_of_it(delivers: set[str], said: bool) -> None:
    found = kinds(
        IndicatorSystem((KEEP,), (WHOLE,)),
        delivered={"shop": delivers},
        needed={WHOLE.kpi: {"order", "subscription"}},
    )
    assert found == ([("source_without_data", WHOLE.kpi)] if said else [])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_five_goals_each_with_kpis_of_the_catalogue(lang: str) -> None:
    ids = {kpi.id for kpi in CATALOGUE}
    assert len(goals(lang)) == 5
    for goal in goals(lang):
        assert goal.name and goal.why and len(goal.kpis) >= 4
        assert set(goal.kpis) <= ids, set(goal.kpis) - ids
        assert len(set(goal.kpis)) == len(goal.kpis)
