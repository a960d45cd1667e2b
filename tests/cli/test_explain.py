"""Cards on screen: four headings to act on, and a KPI is found by whatever people call it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from crmeter.app.settings import open_workspace
from crmeter.kpis import CATALOGUE
from crmeter.warehouse import derive
from tests.cli.conftest import Call

HEADINGS = {
    "en": ("What it shows", "How to read it", "What to be careful of", "What to do", "How it is computed", "Example"),
    "zh-Hant": ("看什麼", "怎麼看", "注意事項", "怎麼做", "計算方式", "範例"),
    "zh-Hans": ("看什么", "怎么看", "注意事项", "怎么做", "计算方法", "示例"),
}


@pytest.mark.parametrize("lang", HEADINGS)
def test_the_headings_stand_in_order(crmeter: Call, lang: str) -> None:
    lines = crmeter("kpi", "explain", "churn_rate", "--lang", lang).out.splitlines()
    places = [lines.index(heading) for heading in HEADINGS[lang]]
    assert places == sorted(places)


def test_actions_stand_under_what_calls_for_them_with_their_kind(crmeter: Call) -> None:
    text = crmeter("kpi", "explain", "churn_rate", "--lang", "zh-Hant").out
    high, rising = text.index("偏高時"), text.index("上升時")
    assert high < text.index("行銷：") < rising < text.index("CRM 設定：")


@pytest.mark.parametrize(
    ("word", "id"),
    [
        ("churn_rate", "churn_rate.cohort"),
        ("留存率", "retention_rate.cohort"),
        ("保留率", "retention_rate.cohort"),
        ("续约率", "retention_rate.cohort"),
        ("LTV", "clv.revenue"),
        ("cltv", "clv.revenue"),
        ("获客成本", "cac"),
        ("獲客成本", "cac"),
        ("客單價", "average_order_value"),
        ("复购率", "repeat_purchase_rate"),
        ("贏單率", "win_rate"),
        ("Win rate", "win_rate"),
        (" AHT ", "handle_minutes.mean"),
    ],
)
def test_a_kpi_is_found_by_what_people_call_it(crmeter: Call, word: str, id: str) -> None:
    assert json.loads(crmeter("kpi", "explain", word, "--format", "json").out)["id"] == id


@pytest.mark.parametrize(
    ("word", "id"),
    [("nsp", "nps"), ("churn_rat", "churn_rate"), ("客户留存", "retention_rate"), ("lvt", "clv.revenue")],
)
def test_a_word_that_finds_none_is_answered_with_the_nearest(crmeter: Call, word: str, id: str) -> None:
    answer = crmeter("kpi", "explain", word)
    assert answer.code == 1 and f"“{id}" in answer.err


def test_values_are_asked_for_in_the_same_words(crmeter: Call, company: object) -> None:
    crmeter("ingest", "-C", str(company))
    found = json.loads(crmeter("kpi", "營業額", "-C", str(company), "--period", "2025-Q3", "--format", "json").out)
    assert [value["kpi"] for value in found] == ["revenue"] and found[0]["value"] == 350


@pytest.mark.parametrize("lang", HEADINGS)
def test_every_card_can_be_shown(crmeter: Call, lang: str) -> None:
    for kpi in CATALOGUE:
        text = crmeter("kpi", "explain", kpi.id, "--lang", lang).out
        assert text.startswith(text.partition("  [")[0]) and f"[{kpi.id}]" in text
        assert all(
            f"\n{heading}\n" in text for heading in HEADINGS[lang] if heading not in ("What to do", "怎麼做", "怎么做")
        )


def test_help_reads_no_card() -> None:
    """Cards are read when they are asked for: what --help loads has none of them."""
    code = (
        "import sys; from crmeter.cli.main import run; run(['--help']); "
        "sys.exit(any(name in sys.modules for name in ('crmeter.kpis.cards', 'crmeter.kpis.texts', 'ibis')))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_a_plan_says_what_is_read_and_shows_the_statements(loaded: Path, crmeter: Call) -> None:
    told = json.loads(crmeter("kpi", "explain", "revenue", "--plan", "--format", "json", "-C", loaded).out)
    assert told["kpi"] == "revenue"
    assert told["period"] == "2025-Q4"
    assert told["scans"]["ledger_month"] == 1
    assert told["rollups"] == {"ledger_month": "order"}
    read = [name for statement in told["statements"] for name in statement["reads"]]
    assert {name: read.count(name) for name in set(read)} == told["scans"]
    assert "order" not in read
    [scan] = [statement for statement in told["statements"] if "ledger_month" in statement["reads"]]
    assert '"derived"."ledger_month"' in scan["sql"]
    assert "SUM(" in scan["sql"]


def test_a_plan_names_the_cube(loaded: Path, crmeter: Call, tmp_path: Path) -> None:
    folder = tmp_path / "large"  # as if there were many
    shutil.copytree(loaded, folder, ignore=shutil.ignore_patterns("app.db*"))
    opened = open_workspace(folder, {})
    with duckdb.connect(str(opened.warehouse)) as con:
        as_of = next(iter(con.execute("SELECT as_of FROM meta.load ORDER BY ALL DESC").fetchall()))[0]
        derive.roll_up(con, opened.rules, as_of, least_rows=0)
    asked = ("kpi", "explain", "active_customers", "--plan", "--period", "2025-12", "-C", folder)
    told = json.loads(crmeter(*asked, "--format", "json").out)
    assert told["scans"] == {"customer_cube": 1}
    assert (told["rollups"], told["cubes"]) == ({}, ["customer_cube"])
    assert "customer_cube 存放客戶按月份和屬性加總的數字" in crmeter(*asked, "--lang", "zh-Hant").out


def test_a_plan_as_text_can_be_pasted_as_sql(loaded: Path, crmeter: Call) -> None:
    answer = crmeter("kpi", "explain", "revenue", "--plan", "--period", "2025-Q3", "--lang", "zh-Hant", "-C", loaded)
    first, *steps = answer.out.strip().split("\n\n")
    assert "ledger_month ×1" in first
    assert "ledger_month 存有 order 依客戶與月份的加總" in first
    assert all(step.startswith("-- ") for step in steps)
