"""A plan's whole way in a company that can be counted by hand, gone by processes that are killed on it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crmeter.app import plans
from crmeter.app.ingesting import ingest
from crmeter.app.measuring import measure
from crmeter.app.settings import Workspace, open_workspace
from crmeter.cli.main import run
from crmeter.improvement import verification
from crmeter.improvement.registration import check_seal
from crmeter.kernel.errors import UserError
from crmeter.store.plans import PlanStore, StoredPlan
from tests.app.company_of_plans import AFTER, AMOUNT, BEFORE, CUSTOMERS, END, PLAN, START, Company, at, treated_by


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, list[str]]:
    """tests/app/killed_plans.py: four processes die on the way, each a little further; the fifth comes through."""
    root = tmp_path_factory.mktemp("plans")
    ended = subprocess.run(
        [sys.executable, "-m", "tests.app.killed_plans", str(root)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return open_workspace(root), ended.stdout.splitlines()


@pytest.fixture
def workspace(killed: tuple[Workspace, list[str]]) -> Workspace:
    return killed[0]


def plan_of(workspace: Workspace) -> StoredPlan:
    return PlanStore(workspace.store_url).get("P1")


def test_killed_between_any_two_steps_the_plan_goes_on_where_it_was(killed: tuple[Workspace, list[str]]) -> None:
    workspace, said = killed
    assert said == [*(f"killed: {state}" for state in ("draft", "draft", "verifying", "verifying")), "done"]
    plan = plan_of(workspace)
    counted = Counter(event.action for event in plan.history)
    assert counted == {"drafted": 1, "registered": 1, "started": 1, "verified": 1}
    assert plan.registration is not None
    check_seal(plan.registration)
    (kept,) = plan.verifications
    assert verification.is_intact(kept)
    assert not verification.is_intact({**kept, "verdict": "worse"})
    assert [path.name for path in (workspace.root / "plans").iterdir()] == [
        "verified_plans.csv"
    ]  # nothing half-written
    assert workspace.toml.read_text().count("[sources.verified_plans]") == 1


def counted(company: Company) -> dict[str, float]:
    """Revenue per customer of both groups in the window, by plain SQL over the exported file."""
    with duckdb.connect() as con:
        con.execute("CREATE TABLE lot (who VARCHAR, treated BOOLEAN)")
        con.executemany(
            "INSERT INTO lot VALUES (?, ?)", [(f"C{n}", company.treated(f"C{n}")) for n in range(CUSTOMERS)]
        )
        rows = con.execute(
            "SELECT treated, count(DISTINCT lot.who), coalesce(sum(amount), 0) FROM lot LEFT JOIN "
            f"'{company.root}/exports/orders.csv' o ON o.who = lot.who AND day >= '{START}' AND day < '{END}' "
            "GROUP BY treated ORDER BY treated"
        ).fetchall()
    (_, n0, total0), (_, n1, total1) = rows
    return {"n0": n0, "n1": n1, "mean0": total0 / n0, "mean1": total1 / n1}


def test_the_verdict_is_what_can_be_counted_by_hand(workspace: Workspace) -> None:
    """Planted: treated buy for 100 more in each of three months with a chance of 60%, so for 180 more."""
    (found,) = plan_of(workspace).verifications
    hand, effect = counted(Company(workspace.root, treated_by(workspace))), found["result"]["effect"]
    assert effect["estimate"] == pytest.approx(hand["mean1"] - hand["mean0"])
    assert effect["n"] == {"treated": hand["n1"], "comparison": hand["n0"]}
    assert found["verdict"] == "improved"
    assert effect["low"] < 3 * 0.6 * AMOUNT < effect["high"]
    assert found["money"]["amount"] == pytest.approx(0.4 * hand["n1"] * (hand["mean1"] - hand["mean0"]))
    assert [each["code"] for each in found["deviations"]] == ["started", "step_not_done"]


def test_the_next_evaluation_takes_it_up(workspace: Workspace) -> None:
    (told,) = [plan for plan in plans.for_evaluation(workspace) if plan["id"] == "P1"]
    (found,) = plan_of(workspace).verifications
    assert (told["verdict"], told["effect"]) == ("improved", found["result"]["effect"]["estimate"])
    assert (told["kind"], told["learning"]["do"]) == ("marketing", ["Send it"])


def test_a_verification_that_says_nothing_new_is_not_made_again(workspace: Workspace) -> None:
    """The load that brought the ledger is another, its data reach no further."""
    again = plans.verify(workspace, "P1", who="Lin", now=at(AFTER))
    assert (again["id"], again["who"]) == ("P1-V1", "Hu")
    assert len(plan_of(workspace).verifications) == 1


def roi(workspace: Workspace) -> float:
    (value,) = measure(workspace, ["crm_roi.gross"], start=date(2024, 1, 1), end=AFTER)
    return float(value["value"] or 0)


def test_roi_counts_what_was_verified_and_never_twice(workspace: Workspace) -> None:
    (found,) = plan_of(workspace).verifications
    assert roi(workspace) == pytest.approx(found["money"]["amount"] / 5000, rel=1e-4)
    # the company enters the same benefit itself: its own entry counts and ours no more, with the load that brings it
    entries = [["L1", "2024-01-01", "cost", "5000", ""], ["L2", "2024-05-31", "benefit", "7000", "P1-V1"]]
    Company(workspace.root).enter(entries)
    ingest(workspace)
    assert roi(workspace) == pytest.approx(7000 / 5000)


def test_who_is_late_is_refused(workspace: Workspace) -> None:
    id = plans.new(workspace, PLAN, who="Lin", now=at(BEFORE))["id"]
    with pytest.raises(UserError, match="still to come"):
        plans.register(workspace, id, now=at(START))
    with pytest.raises(UserError, match="data reach to 2024-06"):  # whatever the clock says
        plans.register(workspace, id, now=at(BEFORE))
    assert plans.show(workspace, id)["state"] == "draft"
    plans.cancel(workspace, id, "too late", who="Lin", now=at(START))
    with pytest.raises(UserError, match="cancelled"):
        plans.register(workspace, id, now=at(BEFORE))


def test_overdue_steps_are_listed(workspace: Workspace) -> None:
    def overdue(day: date) -> list[dict[str, Any]]:
        return list(plans.plans(workspace, now=at(day))[0]["overdue"])

    assert overdue(date(2024, 3, 15)) == []
    (late,) = overdue(date(2024, 3, 16))
    assert (late["number"], late["owner"], late["due"]) == (1, "Lin", "2024-03-15")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("improved", "A/B test", "Step 1 was not done", "gross profit")),
        ("zh-Hant", ("改善", "A/B 測試", "步驟 1 沒有完成", "毛利")),
        ("zh-Hans", ("改善", "A/B 测试", "步骤 1 没有完成", "毛利")),
    ],
)
def test_the_command_line_tells_it(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], lang: str, words: tuple[str, ...]
) -> None:
    assert run(["-C", str(workspace.root), "plan", "show", "P1", "--lang", lang]) == 0
    said = capsys.readouterr().out
    assert [word for word in words if word not in said] == []
    assert run(["-C", str(workspace.root), "plan", "--lang", lang]) == 0
    assert words[0] in capsys.readouterr().out


def test_the_command_line_drafts_and_says_what_is_lacking(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--title", "Call", "--kpi", "orders", "--step", "Call them | Lin | 2030-02-01", "--new-customers"]
    given += ["--no-split"]
    assert run(["-C", str(workspace.root), "plan", "new", *given, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["plan"]["title"], told["plan"]["group"]["enrolled"], told["plan"]["split"]) == ("Call", "new", False)
    assert told["plan"]["steps"] == [{"what": "Call them", "owner": "Lin", "due": "2030-02-01", "done": None}]
    assert run(["-C", str(workspace.root), "plan", "edit", told["id"], "--owner", "Lin", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["plan"]["owner"] == "Lin"
    assert run(["-C", str(workspace.root), "plan", "register", told["id"]]) == 1
    said = capsys.readouterr().err
    for part in ("problem", "cause", "kind", "start", "end", "objective", "expected"):
        assert part in said


def test_lots_are_listed_for_whoever_carries_the_plan_out(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(workspace.root), "plan", "lots", "P1"]) == 0
    lines = capsys.readouterr().out.split()
    by = treated_by(workspace)
    assert lines[0] == "customer_id,lot"
    assert len(lines) > CUSTOMERS * 0.9
    assert all((lot == "treated") is by(customer) for customer, lot in (line.split(",") for line in lines[1:]))
