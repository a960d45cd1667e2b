"""Erasing a customer through the command line: nothing of her is left in the data folder, and all counts stay."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crmeter.app.changing import changes
from crmeter.app.measuring import measure
from crmeter.app.settings import Workspace, open_workspace
from crmeter.cli.main import run
from crmeter.evaluation.evaluate import Scope, evaluate
from crmeter.kernel.period import Grain, Period
from crmeter.metrics.dimensions import parse_filters
from crmeter.store.evaluations import EvaluationStore
from crmeter.warehouse import erasure
from crmeter.warehouse.duck import reading
from crmeter.warehouse.erasure import Register
from tests.cli.conftest import Call
from tests.cli.erased_company import FILES, ORDERS, PLANTED, make, residues, write

KPIS = ["revenue", "orders", "customers.end", "nps", "complaint_rate", "deals_lost"]


@pytest.fixture(scope="module")
def ann(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the company before it erases Ann. Tests do not change it."""
    return make(tmp_path_factory.mktemp("ann") / "acme").root


@pytest.fixture
def company(ann: Path, tmp_path: Path) -> Workspace:
    """The company before it erases Ann, in a folder of its own."""
    return open_workspace(shutil.copytree(ann, tmp_path / "acme"), {})


@pytest.fixture(scope="module")
def forgotten(ann: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company after it erased Ann. Tests do not change it."""
    folder = Path(shutil.copytree(ann, tmp_path_factory.mktemp("forgotten") / "acme"))
    seal(open_workspace(folder, {}))
    assert run(["erase", "C-0007", "--yes", "--reason", "request 2026-17", "-C", str(folder)]) == 0
    return folder


def seal(workspace: Workspace) -> None:
    """Keep two evaluations of the third quarter: of all customers, and of women."""
    quarter = Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER)
    kpis = [workspace.catalogue.by_id[id] for id in ("revenue", "customers.end")]
    store = EvaluationStore(workspace.store_url)
    with reading(workspace.warehouse) as warehouse:
        for id, scope in (("all", []), ("women", ["customer.gender = 'f'"])):
            whom = Scope(quarter, parse_filters(scope), dimensions=("customer.segment",))
            store.add(evaluate(warehouse, workspace.rules, whom, name="Acme", id=id, kpis=kpis))


def values(folder: Path) -> list[dict[str, Any]]:
    workspace = open_workspace(folder, {})
    total = measure(workspace, KPIS, period="2025-Q3")
    return [*total, *measure(workspace, KPIS[:3], period="2025-Q3", by=["customer.segment"])]


def test_nothing_of_her_is_left(ann: Path, forgotten: Path) -> None:
    """Searched in all bytes of all files of the data folder; before, every planted text but the one that is hers in no
    row is found there."""
    assert len(residues(ann / "data")["warehouse.duckdb"]) == len(PLANTED)
    assert residues(forgotten / "data") == {}
    with duckdb.connect(str(forgotten / "data" / "warehouse.duckdb"), read_only=True) as con:
        told = "SELECT birth_year, gender FROM main.customer UNION ALL SELECT birth_year, gender FROM history.customer"
        assert set(con.execute(told).fetchall()) == {(1990, "m"), (1991, "f"), (None, None)}


def test_what_was_counted_stays(ann: Path, forgotten: Path) -> None:
    """By hand: her 400 and 800 and the 1600 of the customer she was merged with, beside the 300 of Bob and Cat."""
    found = values(forgotten)
    assert found[0]["value"] == 3100
    assert found == values(ann)


def test_what_moved_falls_to_the_erasure(forgotten: Path) -> None:
    """By hand: revenue of women was 3000 with her 2800, and no row says any more that she is one."""
    workspace = open_workspace(forgotten, {})
    women = {value.kpi: value for value in changes(workspace, "women").values}
    assert (women["revenue"].then, women["revenue"].now) == (3000, 200)
    assert women["revenue"].parts == {"erased": -2800}
    assert all(value.then == value.now for value in changes(workspace, "all").values)


def test_she_does_not_come_back(forgotten: Path, tmp_path: Path, crmeter: Call) -> None:
    folder = Path(shutil.copytree(forgotten, tmp_path / "acme"))
    again = crmeter("ingest", "-C", folder)
    assert "load 2 stays" in again.out, again.out
    assert "Rows of erased customers that came again: 11 (" in again.out
    write(
        folder,
        {"orders": ORDERS + "C-0007-9,C-0007,2025-09-29,6400\n", "customers": FILES["customers"] + "C-0009,,,,,,,,\n"},
    )
    assert "Load 3 is published" in crmeter("ingest", "-C", folder).out
    assert residues(folder / "data") == {}
    assert values(folder)[0]["value"] == 9500
    assert len(Register.beside(folder / "data" / "warehouse.duckdb").entries) == 5  # the key C-0007-9 told who it was


def test_a_warehouse_put_back_is_held_to_the_register(
    ann: Path, forgotten: Path, tmp_path: Path, crmeter: Call
) -> None:
    folder = Path(shutil.copytree(forgotten, tmp_path / "acme"))
    shutil.copy(ann / "data" / "warehouse.duckdb", folder / "data")
    assert residues(folder / "data") != {}
    assert crmeter("ingest", "-C", folder).code == 0
    assert residues(folder / "data") == {}
    assert values(folder)[0]["value"] == 3100
    (folder / "data" / "erasures.json").unlink()
    refused = crmeter("ingest", "-C", folder)
    assert (refused.code, "register of erasures" in refused.err) == (1, True)
    assert "come back" in crmeter("erase", "C-0001", "--yes", "-C", folder).err


def test_once_more_changes_nothing(forgotten: Path, crmeter: Call) -> None:
    before = (forgotten / "data" / "warehouse.duckdb").read_bytes()
    for id in ("C-0007", "C-0008"):
        assert "was erased already" in crmeter("erase", id, "-C", forgotten).out
    assert (forgotten / "data" / "warehouse.duckdb").read_bytes() == before


def test_nothing_happens_without_a_yes(ann: Path, crmeter: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor for a customer there is none of, nor for a reason that names her."""
    before = (ann / "data" / "warehouse.duckdb").read_bytes()
    piped = crmeter("erase", "C-0007", "-C", ann)
    assert (piped.code, "--yes" in piped.err) == (1, True)
    unknown = crmeter("erase", "C-007", "--yes", "-C", ann)
    assert (unknown.code, "The nearest is C-0007" in unknown.err) == (1, True)
    named = crmeter("erase", "C-0007", "--yes", "--reason", "Ann Quillfeather asked", "-C", ann)
    assert (named.code, "names the person" in named.err) == (1, True)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    asked = crmeter("erase", "C-0007", "--lang", "zh-Hant", "-C", ann)
    assert asked.code == 1
    assert "C-0008" in asked.err
    assert (ann / "data" / "warehouse.duckdb").read_bytes() == before
    assert not (ann / "data" / "erasures.json").exists()


def test_it_names_what_it_does_not_touch(ann: Path, company: Workspace, crmeter: Call) -> None:
    """Her export files, another's feedback in which she is named, a report, a list that somebody wrote."""
    with duckdb.connect(str(company.warehouse)) as con:
        con.execute("UPDATE main.feedback SET text = 'ask Ann Quillfeather' WHERE customer_id = 'C-0001'")
    for name, text in {
        "reports/2025-Q3.html": "<p>3100</p>",
        "lists/vip.csv": "c-0007\n",
        "lists/other.csv": "x",
    }.items():
        (company.root / name).parent.mkdir(exist_ok=True)
        (company.root / name).write_text(text, "utf-8")
    told = json.loads(crmeter("erase", "C-0008", "--yes", "--format", "json", "-C", company.root).out)
    assert told["customers"] == ["C-0008", "C-0007"]
    assert set(told["sources"]) == {f"exports/{name}.csv" for name in FILES} - {
        "exports/users.csv",
        "exports/broken.csv",
    }
    assert told["mentions"] == {"feedback.text": 1}
    assert told["files"] == ["exports/broken.csv", "lists/vip.csv", "reports/2025-Q3.html"]
    assert (told["rows"]["order"], told["raw"]["shop.orders"], told["refused"]) == (3, 4, 2)


def erase_killed(warehouse: Path, exchange: int, *, after: bool) -> None:
    """Erase Ann in a process that is killed right before, or right after, its first exchange of a file (the register)
    or its second (the warehouse)."""
    child = os.fork()
    if child:
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
        return
    replace, done = Path.replace, []

    def killed(path: Path, target: Path) -> None:
        done.append(target)
        if len(done) < exchange or after:
            replace(path, target)
        if len(done) == exchange:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        Path.replace = killed  # type: ignore[assignment, method-assign]
        erasure.erase(warehouse, "C-0007")
    finally:
        os._exit(0)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # nothing else runs in this process
@pytest.mark.parametrize("after", [False, True])
def test_killed_at_the_exchange(company: Workspace, after: bool) -> None:
    """Right before it the warehouse is the one of before, and the register knows what the next load is to finish (see
    above); right after it nothing of her lies beside the new one either."""
    before = company.warehouse.read_bytes()
    erase_killed(company.warehouse, 2, after=after)
    data = company.warehouse.parent
    assert len(Register.beside(company.warehouse).entries) == 4
    assert list(residues(data)) == ([] if after else ["warehouse.duckdb"])
    assert (company.warehouse.read_bytes() == before) is not after
