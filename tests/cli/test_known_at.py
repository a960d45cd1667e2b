"""Values as they were known at an earlier load, through the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import ORDERS, Call

QUARTER = ("--period", "2025-Q3", "--format", "json")


def values(crmeter: Call, workspace: Path, *words: str) -> dict[str, Any]:
    answer = crmeter("kpi", "revenue", "orders", "customers.end", *words, "-C", workspace)
    assert answer.code == 0, answer.err
    return {value["kpi"]: value for value in json.loads(answer.out)}


def test_what_was_known_at_a_load_stays(crmeter: Call, company: Path) -> None:
    assert crmeter("ingest", "-C", company).code == 0
    before = values(crmeter, company, *QUARTER)
    exports = company / "exports" / "orders.csv"
    corrected = ORDERS.replace("3,2,2025-08-01,50,sale", "3,2,2025-08-01,80,sale")
    exports.write_text(corrected.replace("2,1,2025-09-30,200,sale\n", "") + "8,3,2025-09-01,7,sale\n", "utf-8")
    assert crmeter("ingest", "-C", company).code == 0
    now = values(crmeter, company, *QUARTER)
    assert (before["revenue"]["value"], before["orders"]["value"], before["customers.end"]["value"]) == (350, 3, 2)
    assert (now["revenue"]["value"], now["orders"]["value"], now["customers.end"]["value"]) == (187, 3, 3)
    assert values(crmeter, company, *QUARTER, "--known-at", "1") == before
    assert values(crmeter, company, *QUARTER, "--known-at", "2") == now


def test_a_load_that_never_was(crmeter: Call, loaded: Path) -> None:
    answer = crmeter("kpi", "revenue", "--known-at", "7", "-C", loaded)
    assert answer.code == 1
    assert "load 7" in answer.err
    assert "1 … 1" in answer.err


def test_rates_that_are_none(crmeter: Call, loaded: Path) -> None:
    answer = crmeter("kpi", "revenue", "--rates", "yesterday", "-C", loaded)
    assert answer.code == 1
    assert "yesterday" in answer.err


def test_amounts_as_they_were(crmeter: Call, loaded: Path) -> None:
    answer = crmeter("kpi", "revenue", "--rates", "original", *QUARTER, "-C", loaded)
    (found,) = json.loads(answer.out)
    assert (found["by"], found["value"], found["currency"]) == ({"currency": "TWD"}, 350, "TWD")
