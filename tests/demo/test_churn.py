"""The analysis of churn finds who was planted to leave, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from crmeter.analysis.churn import survival as curves
from crmeter.analysis.churn.before_leaving import before_leaving
from crmeter.analysis.churn.dimensions import searched
from crmeter.analysis.churn.lifetimes import Lifetimes, lifetimes
from crmeter.analysis.churn.stages import peak, stages
from crmeter.demo import STORIES
from crmeter.warehouse.duck import Warehouse, reading
from tests.demo.believed import AS_OF, RULES

STORY = {story.name: story for story in STORIES}
YEAR = date(2025, 1, 1)


@pytest.fixture(scope="module")
def opened(warehouse_file: Path) -> Iterator[Warehouse]:
    with reading(warehouse_file) as warehouse:
        yield warehouse


@pytest.fixture(scope="module")
def year(opened: Warehouse) -> Lifetimes:
    return lifetimes(opened, RULES, AS_OF, since=YEAR, by=searched(opened))


def test_who_leaves_more_are_those_of_the_stories(year: Lifetimes) -> None:
    beyond = [each for each in curves.leaving(year, list(year.attributes)) if each.beyond_noise]
    more = {(each.dimension, each.level.member) for each in beyond if each.lost > each.expected}
    assert more == {(STORY[name].dimension, STORY[name].value) for name in ("onboarding", "cheap_channel")}


def test_trouble_shows_after_the_minimum_term(year: Lifetimes) -> None:
    """Contracts run for three months; of those with trouble 90% leave then, of the others 6%. Some of them buy in the
    shop besides, and stay customers for that."""
    found = year.of("contract")
    first = peak(stages(found))
    assert first and first.month == 3
    of = found.levels("customer.onboarding")
    told = {}
    for number, level in enumerate(of.levels):
        month = next(stage for stage in stages(found.pick(of.of == number)) if stage.month == 3)
        told[level.member] = month
    planted = STORY["onboarding"].planted
    assert told["trouble"].low > 0.7 and told["trouble"].value <= planted.leaving  # type: ignore[union-attr]
    assert told["smooth"].high < 0.09 and told["smooth"].low < planted.usual_leaving  # type: ignore[union-attr]


def test_group_buyers_are_lost_a_year_after_their_only_order(year: Lifetimes) -> None:
    found = year.of("purchase")
    of = found.levels("customer.channel")
    ratios = {level.member: found.pick(of.of == number) for number, level in enumerate(of.levels)}
    first = peak(stages(ratios["團購"]))
    assert first and first.month in (12, 13) and first.low > 0.4


def test_incidents_go_with_leaving_and_slow_answers_do_not(opened: Warehouse) -> None:
    """Trouble in the first month is an incident. Who has an incident waits for an answer more often than who has no
    case: compared with those who were answered quickly, slow answers are of no account, and none was planted."""
    told = {each.condition: each for each in before_leaving(opened, RULES, lifetimes(opened, RULES, AS_OF))[0]}
    incident, slow = told["incident"].ratio, told["slow_answer"].ratio
    assert incident and incident.low > 4 and told["incident"].beyond_noise
    assert slow and slow.low < 1 < slow.high and not told["slow_answer"].beyond_noise


def test_what_is_told_of_an_earlier_day_is_what_was_known_then(opened: Warehouse) -> None:
    """Spells seen on 1 July 2025 are those of today that began before, and ended where they had ended then; only who
    has bought again since may have had a spell that ended."""
    day = date(2025, 7, 1)
    then, now = lifetimes(opened, RULES, day), lifetimes(opened, RULES, AS_OF)
    ends = dict(zip(now.customers, now.ended.tolist(), strict=True))
    assert set(then.customers) == {w for w, s in zip(now.customers, now.started.tolist(), strict=True) if s < day}
    for who, end in zip(then.customers, then.ended.tolist(), strict=True):
        later = ends[who]
        assert end == (later if later is not None and later < day else None)
