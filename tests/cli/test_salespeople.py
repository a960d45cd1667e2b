"""crmeter salespeople, on the designed company loaded from its files: who won what stands in tests/world/tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.world.workspace import made


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("designed")).root


def test_json(crmeter: Call, company: Path) -> None:
    answer = crmeter("salespeople", "-C", company, "--period", "2025-Q3", "--format", "json")
    found = json.loads(answer.out)
    assert (answer.code, found["period"]["name"], found["currency"]) == (0, "2025-Q3", "TWD")
    people = {person["owner_id"]: person for person in found["salespeople"]}
    # ann and bea won all of theirs, cem three of six; dan has a quota in a currency without a rate and no deal
    assert {name: (p["won"], p["decided"], p["team"]) for name, p in people.items()} == {
        "ann": (2, 2, "a"),
        "bea": (2, 2, "a"),
        "cem": (3, 6, "b"),
        "dan": (0, 0, "c"),
    }
    assert {p["status"] for p in people.values()} == {"small_sample"}
    assert people["ann"]["measures"]["won_value"]["value"] == 1400
    assert people["ann"]["measures"]["win_rate"]["expected"] < 1


def test_table_of_a_team(crmeter: Call, company: Path) -> None:
    answer = crmeter("salespeople", "-C", company, "--period", "2025-Q3", "--team", "b")
    assert answer.code == 0
    assert "cem" in answer.out and "ann" not in answer.out
    assert "* fewer than 30 deals decided." in answer.out


def test_no_such_team_and_nobody_there(crmeter: Call, company: Path) -> None:
    answer = crmeter("salespeople", "-C", company, "--period", "2025-Q3", "--team", "z")
    assert answer.code != 0 and "There is no team “z”." in answer.err and "a, b" in answer.err
    answer = crmeter("salespeople", "-C", company, "--period", "2023-Q3")
    assert answer.code != 0 and "Nobody has a deal decided" in answer.err


def test_a_row_for_each_stage(crmeter: Call, company: Path) -> None:
    answer = crmeter("kpi", "stage_conversion", "win_rate", "-C", company, "--period", "2025-Q3", "--format", "json")
    found = json.loads(answer.out)
    assert [value["by"] for value in found if value["kpi"] == "stage_conversion"] == [
        {"stage": stage} for stage in ("prospect", "renew", "qualify", "propose", "legacy")
    ]
    assert [value["by"] for value in found if value["kpi"] == "win_rate"] == [{}]
