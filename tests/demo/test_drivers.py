"""The search for segments finds what is planted in the demo company, and it finds it first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmeter.analysis.drivers.segments import segments, sums
from crmeter.demo import STORIES
from crmeter.demo.stories import Story
from crmeter.evaluation.explaining import dimensions_of
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, measure
from crmeter.metrics.dimensions import resolve
from crmeter.warehouse.duck import Warehouse, reading
from tests.analysis.test_drivers import decomposed
from tests.demo.believed import AS_OF, RULES

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
TOLD = {"onboarding": "churn_rate.cohort", "cheap_channel": "churn_rate.cohort", "slow_team": "complaint_rate"}


@pytest.fixture(scope="module")
def company(warehouse_file: Path) -> Iterator[Warehouse]:
    with reading(warehouse_file) as found:
        yield found


@pytest.mark.parametrize("story", [s for s in STORIES if s.name in TOLD], ids=lambda story: story.name)
def test_the_planted_segment_comes_first(company: Warehouse, story: Story) -> None:
    kpi = BY_ID[TOLD[story.name]]
    now = RULES.calendar.parse(story.quarter, AS_OF)
    base = RULES.calendar.previous(now)
    found = measure(company, RULES, Request([kpi], [now, base]))
    after, before = (found.value(kpi, period).value for period in (now, base))
    assert after is not None and before is not None
    own = sums(company, RULES, kpi, now, base)
    assert own is not None
    dimensions = [d for name in dimensions_of(kpi, company) if not (d := resolve(name, kpi, company.tables)).own]
    result = segments(company, RULES, own, dimensions, after - before)
    assert [dict(s.by) for s in result.segments][:1] == [{story.dimension: story.value}]
    assert result.segments[0].part / (after - before) > 0.5
    assert result.looked_at > 100


def test_trees_that_the_designed_company_leaves_undefined(company: Warehouse) -> None:
    ids = ("nps", "cac", "win_rate", "clv.profit", "clv_to_cac", "cac_payback_months", "pipeline_velocity",
           "loyalty_index", "clv.discounted", "csat.mean")  # fmt: skip
    now = RULES.calendar.parse("2025-Q4", AS_OF)
    made = decomposed(company, RULES, [BY_ID[id] for id in ids], now, RULES.calendar.previous(now))
    assert set(made) == set(ids)
    for id, (parts, change) in made.items():
        assert parts is not None, id
        assert sum(child.part for child in parts.children) == pytest.approx(change, rel=1e-9), id
