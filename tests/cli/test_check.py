"""The quality of the data, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Call


def test_broken_rules_are_shown_worst_first(crmeter: Call, loaded: Path) -> None:
    answer = crmeter("check", "--format", "json", "-C", loaded)
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    fits = next(rule for rule in told["rules"] if (rule["table"], rule["rule"]) == ("order", "row_fits"))
    assert (fits["checks"], fits["passed"], fits["severity"]) == (7, 6, "error")  # "not a day"
    assert told["scores"]["order"]["validity"] == 6 / 7
    broken = [rule["severity"] for rule in told["rules"] if rule["checks"] > rule["passed"]]
    assert broken == sorted(broken, key=["error", "warning", "info"].index)
    named = next(rule for rule in told["rules"] if (rule["table"], rule["rule"]) == ("customer", "segment_filled"))
    assert [row["key"] for row in named["rows"]] == ["3"]  # Cat
    assert told["mend_first"][0] == {"customer": "1", "revenue": 701, "rules_broken": 2}  # Ann: no channel, no address


def test_a_check_can_fail_a_build(crmeter: Call, loaded: Path) -> None:
    assert crmeter("check", "--fail-on", "error", "-C", loaded).code == 3


def test_the_table_is_in_the_language_asked_for(crmeter: Call, loaded: Path) -> None:
    answer = crmeter("check", "--lang", "zh-Hans", "-C", loaded)
    assert "完整性" in answer.out
    assert "7 条中有 1 条不符" in answer.out


def test_the_owner_of_a_table_is_named(crmeter: Call, company: Path) -> None:
    toml = company / "crmeter.toml"
    toml.write_text(toml.read_text("utf-8") + '\n[quality]\nowners = { order = "Shop team" }\n', "utf-8")
    assert crmeter("ingest", "-C", company).code == 0
    answer = crmeter("check", "-C", company)
    assert "Shop team" in answer.out
