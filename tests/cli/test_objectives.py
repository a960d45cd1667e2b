"""The indicator system on the command line."""

from __future__ import annotations

import io
import json
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Call

TEAM_SQL = """SELECT id AS customer_id, name, CASE id WHEN '1' THEN 'North' WHEN '2' THEN 'South' END AS team
FROM customers"""
STEPS = {  # what each step asks, in order
    1: ["1, Sell more coffee", "Lin Mei"],
    2: ["1", "", "Which range we order", "orders", "Bob", "What we promote"],
    3: ["month", "previous,target", "", "", "", "shop"],
    4: ["2999-12-31"],
}
ANSWERS = [answer for answers in STEPS.values() for answer in answers]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch, crmeter: Call):  # type: ignore[no-untyped-def]
    """Run the wizard with these lines on standard input."""

    def answer(folder: Path, lines: list[str], *words: str):  # type: ignore[no-untyped-def]
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return crmeter("objective", "wizard", "-C", folder, *words)

    return answer


def test_the_wizard_writes_a_valid_file_after_exactly_four_steps(answering, crmeter: Call, company: Path) -> None:  # type: ignore[no-untyped-def]
    made = answering(company, ANSWERS)
    assert made.code == 0, made.err
    assert [line.split(".")[0] for line in made.err.splitlines() if line.startswith("Step")] == [
        f"Step {n} of 4" for n in (1, 2, 3, 4)
    ]
    written = tomllib.loads((company / "indicators.toml").read_text("utf-8"))
    assert written["objectives"]["sell_more_coffee"] == {"name": "Sell more coffee", "owner": "Lin Mei"}
    assert written["objectives"]["raise_sales"]["goal"] == "raise_sales"
    assert written["indicators"]["revenue"] | {"review_by": "2999-12-31"} == {
        "objectives": ["raise_sales"],
        "owner": "Lin Mei",
        "decision": "Which range we order",
        "every": "month",
        "against": ["previous", "target"],
        "sources": ["shop"],
        "review_by": "2999-12-31",
    }
    assert written["indicators"]["orders"]["owner"] == "Bob"
    checked = crmeter("objective", "check", "-C", company, "--fail-on", "warning")
    assert checked.code == 0 and "lacks nothing" in checked.out


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_answers_that_end_early_write_nothing(answering, company: Path, step: int) -> None:  # type: ignore[no-untyped-def]
    before = [answer for n, answers in STEPS.items() if n < step for answer in answers] + STEPS[step][:-1]
    made = answering(company, before)
    assert made.code == 1 and f"end at step {step} of 4" in made.err
    assert not (company / "indicators.toml").exists()


WRONG = [
    (0, "9", "not in the list"),
    (2, "revenu", "“revenue”"),
    (8, "weekly", "quarter"),
    (14, "2001-01-01", "is over"),
]


@pytest.mark.parametrize(("place", "wrong", "said"), WRONG)
def test_a_wrong_answer_from_a_file_is_said_and_nothing_written(answering, company, place, wrong, said) -> None:  # type: ignore[no-untyped-def]
    lines = [*ANSWERS[:place], wrong, *ANSWERS[place + 1 :]]
    made = answering(company, lines)
    assert made.code == 1 and said in made.err and f"“{wrong}” is no answer" in made.err
    assert not (company / "indicators.toml").exists()


def test_a_second_run_adds_to_the_first(answering, company: Path) -> None:  # type: ignore[no-untyped-def]
    assert answering(company, ANSWERS).code == 0
    path = company / "indicators.toml"
    path.write_text("# ours\n" + path.read_text("utf-8"), "utf-8")
    again = answering(company, ["Keep them", "Cat", "revenue", "2999-01-01"])
    assert again.code == 0, again.err
    text = path.read_text("utf-8")
    assert text.startswith("# ours\n")
    assert tomllib.loads(text)["indicators"]["revenue"]["objectives"] == ["raise_sales", "keep_them"]


def test_objectives_are_added_listed_and_checked(crmeter: Call, company: Path) -> None:
    assert "objective wizard" in crmeter("objective", "-C", company).out
    failed = crmeter("objective", "check", "-C", company, "--fail-on", "error")
    assert failed.code == 3 and "There is no objective" in failed.out
    added = crmeter("objective", "add", "keep", "-C", company, "--goal", "satisfaction_loyalty", "--owner", "Lin",
                    "--kpi", "revenue", "--review-by", "2020-01-31")  # fmt: skip
    assert added.code == 0 and "Raise satisfaction and loyalty" in added.out
    assert crmeter("objective", "add", "keep", "-C", company, "--name", "Again").code == 1
    assert crmeter("objective", "add", "more", "-C", company).code == 1
    overdue = crmeter("objective", "check", "-C", company, "--fail-on", "error")
    assert overdue.code == 3 and "overdue" in overdue.out and "does not pass: 1" in overdue.err
    listed = json.loads(crmeter("objective", "list", "-C", company, "--format", "json").out)
    assert [i["kpi"] for i in listed["indicators"]] == ["revenue"]
    nobody = crmeter("objective", "add", "win", "-C", company, "--name", "Win", "--kpi", "orders")
    assert nobody.code == 1 and "owner is missing" in nobody.err


def test_the_goals_are_told_in_three_languages(crmeter: Call) -> None:
    told = {lang: crmeter("objective", "goals", "--lang", lang).out for lang in ("en", "zh-Hant", "zh-Hans")}
    assert "改善服務品質" in told["zh-Hant"] and "提高服务质量" in told["zh-Hans"]
    assert all(text.count("complaint_rate") == 1 for text in told.values())


def test_every_team_sees_the_same_certified_number(crmeter: Call, company: Path) -> None:
    (company / "mappings/shop/customer.sql").write_text(TEAM_SQL, "utf-8")
    assert crmeter("ingest", "-C", company).code == 0
    added = crmeter("objective", "add", "win", "-C", company, "--name", "Win", "--owner", "Lin", "--kpi", "revenue",
                    "--kpi", "orders")  # fmt: skip
    assert added.code == 0, added.err
    certified = json.loads(crmeter("kpi", "revenue", "orders", "-C", company, "--period", "2025-Q3", "--format",
                                   "json").out)  # fmt: skip
    by_team = json.loads(crmeter("kpi", "revenue", "orders", "-C", company, "--period", "2025-Q3", "--by", "team",
                                 "--format", "json").out)  # fmt: skip
    for team, revenue in (("North", 300), ("South", 50)):  # Ann bought 100 and 200, Bob 50
        words = ("objective", "show", "win", "-C", company, "--team", team, "--period", "2025-Q3")
        shown = json.loads(crmeter(*words, "--format", "json").out)
        assert [each["company"] for each in shown] == certified
        assert [each["team"] for each in shown] == [value for value in by_team if value["by"] == {"team": team}]
        assert shown[0]["team"]["value"] == revenue
        table = crmeter(*words).out
        assert "NT$350" in table and f"NT${revenue}" in table
    unknown = crmeter("objective", "show", "-C", company, "--team", "Noth", "--period", "2025-Q3")
    assert unknown.code == 1 and "“North”" in unknown.err and "North, South" in unknown.err
    assert "“win”" in crmeter("objective", "show", "wim", "-C", company).err
