"""The command line as a whole: help, exit codes, where output goes, and every other command once."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from crmeter.cli import screen
from crmeter.kernel.errors import UserError
from crmeter.kpis import CATALOGUE
from tests.cli.conftest import Call

COMMAND = Path(sys.executable).parent / "crmeter"


def test_ingest_accounts_for_every_row_and_again_changes_nothing(crmeter: Call, company: Path) -> None:
    first = crmeter("ingest", "-C", company)
    assert first.code == 0 and first.err == ""
    orders = next(line.split() for line in first.out.splitlines() if " orders " in line)
    assert orders == ["shop", "orders", "7", "6", "1", "0", "0", "0"]
    again = crmeter("ingest", "-C", company)
    orders = next(line.split() for line in again.out.splitlines() if " orders " in line)
    assert orders == ["shop", "orders", "7", "0", "1", "6", "0", "0"]
    assert "load 1 stays" in again.out


def test_kpis_lists_the_catalogue(crmeter: Call) -> None:
    found = json.loads(crmeter("kpis", "--format", "json").out)
    assert [kpi["id"] for kpi in found] == [kpi.id for kpi in CATALOGUE]
    assert all(list(kpi) == ["id", "family", "unit", "better", "name"] for kpi in found)
    service = json.loads(crmeter("kpis", "--family", "service", "--format", "json", "--lang", "zh-Hans").out)
    assert {kpi["family"] for kpi in service} == {"service"} and service[0]["name"] == "客户投诉率"
    answer = crmeter("kpis", "--family", "servise")
    assert answer.code == 1 and "service" in answer.err


def test_a_card_explains_in_every_language(crmeter: Call) -> None:
    text = crmeter("kpi", "explain", "churn_rate").out
    assert "[churn_rate.cohort]" in text and "→ 10.0%" in text and "SELECT" in text
    card = json.loads(crmeter("kpi", "explain", "nps", "--format", "json", "--lang", "zh-Hant").out)
    assert card["name"].startswith("淨推薦值") and card["example"]["value"] == 30
    assert crmeter("kpi", "explain", "nsp").code == 1


def test_an_evaluation_is_made_listed_and_reported(crmeter: Call, company: Path, tmp_path: Path) -> None:
    assert "No evaluation yet" in crmeter("ingest", "-C", company).out + crmeter("evaluations", "-C", company).out
    made = crmeter("evaluate", "-C", company, "--period", "2025-Q4", "--trigger", "a test")
    assert made.code == 0 and "2025-Q4-1" in made.out
    checksum = re.search(r"sealed (\w{12})", made.out)
    assert checksum and checksum.group(1) in crmeter("evaluations", "-C", company).out
    document = json.loads(crmeter("report", "2025-Q4-1", "-C", company, "--format", "json").out)
    revenue = next(kpi for kpi in document["kpis"] if kpi["kpi"] == "revenue")
    assert revenue["comparisons"]["target"]["target"] == 500 and revenue["comparisons"]["target"]["met"] is False
    assert document["trigger"] == "a test"
    target = tmp_path / "report.html"
    assert crmeter("report", "2025-Q4-1", "-C", company, "--lang", "zh-Hant", "-o", target).out == ""
    assert target.read_text("utf-8").lstrip().lower().startswith("<!doctype html") and "營收" in target.read_text(
        "utf-8"
    )
    book = tmp_path / "report.xlsx"  # what a file is named tells the format
    assert crmeter("report", "2025-Q4-1", "-C", company, "--audience", "sales", "-o", book).code == 0
    assert "For sales" in str(CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python())
    unknown = crmeter("report", "2025-Q4-2", "-C", company)
    assert unknown.code == 1 and "2025-Q4-1" in unknown.err


def test_a_file_of_bytes_is_not_written_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdout", terminal)
    with pytest.raises(UserError, match="-o FILE"):
        screen.deliver(b"%PDF", None)
    assert terminal.getvalue() == ""


def test_a_target_of_an_unknown_kpi_is_told(crmeter: Call, company: Path) -> None:
    crmeter("ingest", "-C", company)
    toml = company / "crmeter.toml"
    toml.write_text(toml.read_text() + "[targets.revenu]\nvalue = 1\n")
    answer = crmeter("evaluate", "-C", company)
    assert answer.code == 1 and "“revenu”" in answer.err and "“revenue”" in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ("kpi",),
        ("ingst",),
        ("kpi", "revenue", "--grain", "fortnight"),
        ("kpi", "revenue", "--from", "1.1.2025"),
        ("kpi", "revenue", "--format", "xml"),
        ("report",),
        ("kpis", "--lang", "fr"),
        ("ingest", "--frob"),
    ],
)
def test_wrong_usage_is_2_and_says_so_on_standard_error(crmeter: Call, words: tuple[str, ...]) -> None:
    answer = crmeter(*words)
    assert (answer.code, answer.out) == (2, "") and answer.err


def test_help_has_examples_in_every_command(crmeter: Call) -> None:
    listed = re.findall(r"^  ([a-z]+(?: explain)?)  ", crmeter("--help").out.partition("Commands:")[2], re.M)
    assert {"ingest", "kpis", "kpi", "kpi explain", "evaluate", "evaluations", "report", "demo"} <= set(listed)
    for name in listed:
        answer = crmeter(*name.split(), "--help")
        assert answer.code == 0 and "Examples:" in answer.out and "-C DIR" in answer.out, name


def test_no_workspace_is_one_message(crmeter: Call, tmp_path: Path) -> None:
    for words in (("ingest",), ("kpi", "revenue"), ("evaluate",), ("evaluations",), ("report", "x")):
        answer = crmeter(*words, "-C", tmp_path)
        assert (answer.code, answer.out) == (1, "") and "crmeter new" in answer.err


def test_the_real_process(loaded: Path, tmp_path: Path) -> None:
    """As a shell calls it: in the folder of the workspace, in a pipe that is cut, with what it logs apart."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CRMETER_WORKSPACE": str(loaded)}
    done = subprocess.run(
        [COMMAND, "-v", "kpi", "revenue", "--format", "json"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0 and json.loads(done.stdout) and "Measuring" in done.stderr
    cut = subprocess.run(f"{COMMAND} kpi explain nps | head -1", shell=True, env=environment, capture_output=True)
    assert cut.stderr == b""
    wrong = subprocess.run([COMMAND, "kpi", "nsp"], env={**environment, "LANG": "zh_TW.UTF-8"}, capture_output=True)
    assert wrong.returncode == 1 and wrong.stdout == b"" and "nsp" in wrong.stderr.decode()


def test_help_is_quick() -> None:
    """Nothing heavy is imported to say what there is: engine and charts cost over a second of CPU."""
    code = "import sys; from crmeter.cli.main import run; run(['--help']); print(list(sys.modules), file=sys.stderr)"
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stderr
    heavy = ("duckdb", "ibis", "sqlglot", "numpy", "sqlalchemy", "babel", "jinja2", "rich", "vl_convert")
    assert not [name for name in heavy if f"'{name}'" in loaded]
    assert time.perf_counter() - started < 10
