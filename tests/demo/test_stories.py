"""The evaluation of the right quarter finds each story: the right KPIs as weaknesses, the right segment first.

With the stories switched off it does not. Ten seeds, each by itself, so that they run side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crmeter.demo import STORIES, STORY_NAMES, Story, create
from crmeter.evaluation.evaluate import Scope, evaluate
from crmeter.warehouse.duck import reading
from tests.demo.believed import AS_OF, RULES, build

CUSTOMERS = 4_000
# those of the customer that a company would look through; all attributes take twice as long and find the same
DIMENSIONS = tuple(f"customer.{name}" for name in ("channel", "team", "onboarding", "region", "segment", "kind"))


# the other stories are no weaknesses: test_planted has them
WEAKNESSES = tuple(story for story in STORIES if story.finding == "weakness")


def weaknesses(directory: Path, seed: int, stories: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The weaknesses that the evaluation of each story's quarter lists, by story."""
    create(directory, seed=seed, customers=CUSTOMERS, stories=stories)
    build(directory, directory / "warehouse.duckdb")
    found = {}
    with reading(directory / "warehouse.duckdb") as warehouse:
        for story in WEAKNESSES:
            scope = Scope(RULES.calendar.parse(story.quarter, AS_OF), dimensions=DIMENSIONS)
            document = evaluate(warehouse, RULES, scope, name="demo", id="1")
            found[story.name] = [one for one in document["findings"] if one["kind"] == "weakness"]
    return found


def named(finding: dict[str, Any]) -> set[str]:
    """The KPIs that a finding speaks of: its own and those that say the same."""
    return {finding["kpi"], *(other["kpi"] for other in finding["also"])}


def telling(found: Sequence[dict[str, Any]], story: Story) -> list[dict[str, Any]]:
    """The findings that speak of KPIs of the story."""
    return [finding for finding in found if named(finding) & set(story.kpis)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_each_story_is_found(tmp_path: Path, seed: int) -> None:
    found = weaknesses(tmp_path, seed, STORY_NAMES)
    for story in WEAKNESSES:
        about = telling(found[story.name], story)
        assert set(story.kpis) <= {kpi for finding in about for kpi in named(finding)}, story.name
        for finding in about:
            assert finding["segments"], (story.name, finding["kpi"])
            assert finding["segments"][0]["by"] == {story.dimension: story.value}, (story.name, finding["kpi"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_without_its_story_nothing_is_found(tmp_path: Path, seed: int) -> None:
    found = weaknesses(tmp_path, seed, ())
    for story in WEAKNESSES:
        assert not telling(found[story.name], story), story.name
