"""The loop played through, quarter by quarter, by scripts/loop.py; and a plan that changes nothing."""

from __future__ import annotations

import importlib.util
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crmeter.analysis.effects.lots import drawn

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("crmeter_loop_script", ROOT / "scripts" / "loop.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for their module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    found: dict[str, Any] = script().play(tmp_path_factory.mktemp("loop"), say=lambda _: None)
    return found


def test_the_evaluation_finds_the_onboarding_trouble(played: dict[str, Any]) -> None:
    assert played["finding"]["segments"][0]["by"] == {"customer.onboarding": "trouble"}
    assert played["finding"]["change"] > 0.02
    plan = played["plans"][0]["registration"]
    assert plan["plan"]["problem"].startswith("Customer churn rate rose")
    assert plan["plan"]["evaluation"] == played["first"]["id"]


def test_both_plans_are_sealed_before_they_start_and_by_lots(played: dict[str, Any]) -> None:
    for plan in played["plans"]:
        document = plan["registration"]
        assert document["design"]["method"] == "trial"
        assert document["registered_at"] < document["design"]["after"]["start"]
        assert document["as_of"] <= document["design"]["after"]["start"]
        assert document["detection"]["enough"] is True


def leaving(played: dict[str, Any], sheets: str) -> dict[str, tuple[int, int]]:
    """Of the new customers of each lot: how many there are, and how many had a contract that ended in the window and no
    other; straight from the sheets of the generator."""
    start, end = date(2024, 11, 1), date(2025, 4, 1)
    told = played[sheets]
    customers, merged = set(), set()
    for number, into, deleted in zip(*(told["customers"][c] for c in ("客戶編號", "合併至", "刪除時間")), strict=True):
        customers.add(number)
        if into or (deleted and deleted[:10] < str(end)):
            merged.add(number)
    first: dict[str, date] = {}
    until: dict[str, date] = {}
    for customer, begins, ends in zip(*(told["subscriptions"][c] for c in ("客戶編號", "起日", "迄日")), strict=True):
        begun = date.fromisoformat(begins.replace("/", "-"))
        over = date.fromisoformat(ends.replace("/", "-")) if ends else date.max
        first[customer] = min(first.get(customer, date.max), begun)
        until[customer] = max(until.get(customer, date.min), over)
    bought = {}
    for customer, at in zip(*(told["orders"][c] for c in ("客戶編號", "訂購時間")), strict=True):
        bought[customer] = min(bought.get(customer, "9"), at[:10])
    found = {"treated": (0, 0), "control": (0, 0)}
    for customer in customers - merged:
        begun = min(str(first.get(customer, date.max)), bought.get(customer, "9"))
        if not str(start) <= begun < str(end):
            continue
        lot = drawn(played["lots"], customer, 0.5)
        left = customer in until and until[customer] < date(2025, 3, 31)
        found[lot] = found[lot][0] + 1, found[lot][1] + left
    return found


def test_the_plan_that_helped_improved_and_its_planted_effect_is_covered(played: dict[str, Any]) -> None:
    """Planted: of those helped who have trouble 25% leave and not 90%. What that did to those treated is known to the
    generator alone, which draws the same people with and without help."""
    found, _ = played["verified"]
    treated, left = leaving(played, "with")["treated"]
    _, would_have = leaving(played, "without")["treated"]
    planted = (left - would_have) / treated
    assert found["verdict"] == "improved"
    assert planted < -0.1
    effect = found["result"]["effect"]
    assert effect["low"] <= planted <= effect["high"]
    assert found["result"]["unit"] == "share"


def test_the_plan_that_did_nothing_is_not_called_improved(played: dict[str, Any]) -> None:
    _, found = played["verified"]
    assert found["verdict"] == "no_detectable_change"
    assert found["deviations"] == []


def test_while_it_ran_nothing_was_judged_and_no_guard_raised_an_alarm(played: dict[str, Any]) -> None:
    for watched in played["watched"]:
        assert 0 < watched["known"] < watched["weeks"]
        assert not any(row["alarm"] for row in watched["kpi"]["rows"])
        assert all(not guard["alarms"] for guard in watched["guards"])


def test_the_next_evaluation_takes_both_up(played: dict[str, Any]) -> None:
    told = {plan["id"]: plan for plan in played["second"]["plans"]}
    assert {id: plan["verdict"] for id, plan in told.items()} == {"P1": "improved", "P2": "no_detectable_change"}
    assert told["P1"]["learning"]["do"][1] == "Call each new customer in the second week"
