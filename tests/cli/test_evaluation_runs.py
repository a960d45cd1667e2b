"""An evaluation whose process is killed after each step goes on where it was; the same one is not made twice; an event
sets its windows, a pack of benchmarks is read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crmeter.app import evaluating, events
from crmeter.app.evaluating import runs
from crmeter.app.settings import open_workspace
from crmeter.evaluation.evaluate import Inputs, Scope
from crmeter.evaluation.seal import is_intact
from crmeter.kpis import CATALOGUE
from crmeter.metrics.definitions import definition
from crmeter.store.evaluations import EvaluationStore
from crmeter.store.runs import RunStore, StoredStep
from crmeter.warehouse.duck import reading
from tests.cli.conftest import Call

# One process that has everything imported, and has written the SQL of an evaluation before, forks one for each kill:
# the process dies right after what it names.
PROGRAM = """
import os, signal, sys
from pathlib import Path
from crmeter.app import evaluating, events
from crmeter.app.settings import open_workspace
from crmeter.store.runs import RunStore

def dying(name, after):
    own = getattr(RunStore, name)
    def once(self, *given):
        done = own(self, *given)
        if after in (name, getattr(given[-1], "step", None)):
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    setattr(RunStore, name, once)

evaluating.evaluate(open_workspace(Path(sys.argv[2])), trigger="v1")
for place in ("begin", "goals", "data", "analysis", "report", "finish"):
    child = os.fork()
    if child == 0:
        for name in ("begin", "keep", "finish"):
            dying(name, place)
        evaluating.evaluate(open_workspace(Path(sys.argv[1])), trigger="v1")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(place, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, flush=True)
    run = evaluating.runs(open_workspace(Path(sys.argv[1])))[0]
    print(run["evaluation"], run["state"], *(s["step"] for s in run["steps"] if s["state"] == "done"), flush=True)
"""


# 12 whole weeks from 7 October to the end of the data, 31 December, by hand
ID = "2025-10-07..2025-12-30-1"


@pytest.fixture(scope="module")
def killed(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A workspace whose evaluation after an event was killed at each step, and what was told after each kill."""
    folder = tmp_path_factory.mktemp("killed") / "acme"
    shutil.copytree(loaded, folder, ignore=shutil.ignore_patterns("app.db*"))  # what others evaluated there
    events.add(open_workspace(folder), "price_change", date(2025, 10, 7), note="Dearer")
    rehearsed = shutil.copytree(folder, folder.with_name("rehearsed"))
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), str(folder), str(rehearsed)],
        capture_output=True,
        text=True,
        check=True,
    )
    return folder, done.stdout.splitlines()


def test_killed_after_each_step_it_goes_on_and_ends_as_one(killed: tuple[Path, list[str]]) -> None:
    folder, said = killed
    assert said == [
        "begin 9", f"{ID} running",
        "goals 9", f"{ID} running goals",
        "data 9", f"{ID} running goals data",
        "analysis 9", f"{ID} running goals data analysis",
        "report 9", f"{ID} running goals data analysis report",
        "finish 9", f"{ID} finished goals data analysis report",
    ]  # fmt: skip
    store = EvaluationStore(open_workspace(folder).store_url)
    assert [each.id for each in store.list()] == [ID]
    document = store.get(ID)
    assert is_intact(document) and [step["step"] for step in document["steps"]] == [
        "goals",
        "data",
        "analysis",
        "report",
    ]
    assert len(runs(open_workspace(folder))) == 1


def test_the_same_is_not_made_twice(crmeter: Call, killed: tuple[Path, list[str]]) -> None:
    folder, _ = killed
    said = crmeter("evaluate", "--trigger", "V1", "-C", folder).out
    assert ID in said and "--again" in said
    assert [each.id for each in EvaluationStore(open_workspace(folder).store_url).list()] == [ID]


def test_the_windows_of_an_event_are_said(crmeter: Call, killed: tuple[Path, list[str]]) -> None:
    folder, _ = killed
    document = EvaluationStore(open_workspace(folder).store_url).get(ID)
    assert (document["period"]["start"], document["period"]["end"]) == ("2025-10-07", "2025-12-30")
    assert document["base"]["previous"] | {"start": "2025-07-15", "end": "2025-10-07"} == document["base"]["previous"]
    assert document["event"]["kind"] == "price_change" and document["trigger"] == "Dearer"
    assert "“Dearer”" in crmeter("report", ID, "-C", folder, "--format", "md").out


def test_a_run_is_taken_up_only_where_its_inputs_hold(acme: Path) -> None:
    workspace = open_workspace(acme)
    store = RunStore(workspace.store_url)
    period = workspace.rules.calendar.parse("2025-Q4", date(2026, 1, 1))
    with reading(workspace.warehouse) as warehouse:
        inputs = Inputs(warehouse, workspace.rules, Scope(period))
        wanting = Inputs(warehouse, workspace.rules, Scope(period, targets={"revenue": 1.0}))
        first = evaluating._run(store, "asked", "2025-Q4", inputs, again=False)
        store.keep(first.number, StoredStep("goals", "then", "then", inputs.of("goals"), {}))
        assert evaluating._run(store, "asked", "2025-Q4", inputs, again=False) == first
        other = evaluating._run(store, "asked", "2025-Q4", wanting, again=False)
    assert [(run.number, run.evaluation, run.state, run.reason) for run in store.list()] == [
        (other.number, "2025-Q4-1", "running", None), (first.number, None, "outdated", "goals")]  # fmt: skip
    assert store.begin("something else", "2025-Q4").evaluation == "2025-Q4-2"
    assert store.begin("asked", "2025-Q4") == other


@pytest.fixture
def acme(loaded: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    shutil.copytree(loaded, folder, ignore=shutil.ignore_patterns("app.db*"))
    return folder


def test_events_are_noted_once_and_listed(crmeter: Call, acme: Path) -> None:
    noted = crmeter("event", "add", "price_change", "2025-10-07", "--note", "Dearer", "-C", acme)
    assert "V1" in noted.out and "Dearer" in crmeter("event", "list", "-C", acme).out
    assert crmeter("event", "add", "price_change", "2025-10-07", "--note", "Dearer", "-C", acme).out == noted.out
    unknown = crmeter("evaluate", "--trigger", "V7", "-C", acme)
    assert unknown.code == 1 and "event add" in unknown.err


PACK = """
source = "A study of ours"
year = 2024
population = "retail, Taiwan"

[[benchmark]]
kpi = "average_order_value"
value = {value}
definition = "{definition}"
grain = "quarter"
currency = "TWD"

[[benchmark]]
kpi = "nps"
value = 30
definition_text = "promoters less detractors"
"""


def test_packs_are_listed_checked_and_everything_wrong_is_said(crmeter: Call, acme: Path) -> None:
    assert crmeter("benchmark", "check", "-C", acme).code == 1
    ours = definition(next(kpi for kpi in CATALOGUE if kpi.id == "average_order_value"))
    pack = acme / "benchmarks" / "retail.toml"
    pack.parent.mkdir()
    pack.write_text(PACK.format(value=200, definition=ours), "utf-8")
    rows: list[dict[str, Any]] = json.loads(crmeter("benchmark", "list", "--format", "json", "-C", acme).out)
    assert [(row["kpi"], row["reason"]) for row in rows] == [
        ("average_order_value", None), ("nps", "definition_as_text")]  # fmt: skip
    assert "in words only" in crmeter("benchmark", "check", "-C", acme).out
    pack.write_text(PACK.format(value='"much"', definition="no hash").replace('"nps"', '"npz"'), "utf-8")
    answer = crmeter("benchmark", "list", "-C", acme)
    assert answer.code == 1 and all(word in answer.err for word in ("value must be a number", "the hash", "npz"))
