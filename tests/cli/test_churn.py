"""crmeter churn, on a hundred customers whose losses are known by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crmeter.app import churning
from crmeter.app.settings import open_workspace
from crmeter.cli import churn_tables
from crmeter.cli.main import run
from crmeter.kernel.messages import speaking
from crmeter.reports.charts import churn as charts
from tests.analysis.churn.test_lifetimes import company as rows_by_hand
from tests.cli.conftest import Call

SELECTS = {"customer": "customers", "subscription": "contracts", "order": "orders", "case": "cases"}
TOML = """
[workspace]
name = "Hundred"
currency = "TWD"
timezone = "UTC"
as_of = 2026-01-01

[sources.given]
path = "exports/*.csv"
"""


@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty customers with a contract and forty without, whose losses stand in test_lifetimes."""
    folder = tmp_path_factory.mktemp("hundred")
    for name in ("exports", "mappings/given"):
        (folder / name).mkdir(parents=True)
    (folder / "crmeter.toml").write_text(TOML, "utf-8")
    for table, rows in rows_by_hand().items():
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
        (folder / "exports" / f"{SELECTS[table]}.csv").write_text("\n".join(lines) + "\n", "utf-8")
        columns = ", ".join(f'"{name}"' for name in rows[0])
        (folder / "mappings" / "given" / f"{table}.sql").write_text(f"SELECT {columns} FROM {SELECTS[table]}", "utf-8")
    assert run(["ingest", "-C", str(folder)]) == 0
    return folder


def test_survival(crmeter: Call, hundred: Path) -> None:
    answer = crmeter("churn", "-C", hundred, "--by", "channel", "--format", "json")
    found = json.loads(answer.out)
    assert (answer.code, found["as_of"], found["spells"]) == (0, "2026-01-01", "first")
    told = {each["relationship"]: each for each in found["all"]}
    assert (told["contract"]["lost"], told["contract"]["retention"][0]["value"]) == (15, 0.75)
    assert [step["months"] for step in told["contract"]["curve"]][:2] == [0, 3]
    assert found["compared"][0]["beyond_noise"] is True
    assert "NaN" not in answer.out and "Infinity" not in answer.out


def test_tables_and_charts_in_three_languages(hundred: Path) -> None:
    """Measured once, told three times."""
    opened = open_workspace(hundred)
    for found, table, chart, words in (
        (churning.survival(opened, by=["channel"]), churn_tables.survival, charts.survival_chart,
         ("How long customers stay", "客戶會待多久", "客户会待多久")),
        (churning.reasons(opened), churn_tables.reasons, charts.stages_chart,
         ("were to be expected", "照理應有", "照理应有")),
    ):  # fmt: skip
        for lang, word in zip(("en", "zh-Hant", "zh-Hans"), words, strict=True):
            with speaking(lang):
                told, drawn = table(found), json.dumps(chart(found), ensure_ascii=False)
            assert word in told and "None" not in told and "nan" not in told
            assert ("Customers" in drawn) == (lang == "en")


def test_a_chart_is_drawn(crmeter: Call, hundred: Path, tmp_path: Path) -> None:
    target = tmp_path / "months.svg"
    assert crmeter("churn", "reasons", "-C", hundred, "--format", "chart", "-o", target).code == 0
    assert target.read_text("utf-8").startswith("<svg")


def test_too_few_are_refused_and_said(crmeter: Call, hundred: Path) -> None:
    answer = crmeter("churn", "score", "-C", hundred, "--where", "channel = 'a'", "--format", "json")
    found = json.loads(answer.out)
    assert {each["status"] for each in found["scores"]} == {"too_few"}
    assert all(each["trial"] is None and each["customers"] == [] for each in found["scores"])
    with speaking("en"):
        assert "too few were lost or kept to learn from" in churn_tables.score(found)
    assert churning.rows(found) == []


def test_mistakes_are_named(crmeter: Call, hundred: Path) -> None:
    for words, said in (
        (("--by", "customer.tier"), "cannot be split by customer.tier"),
        (("--by", "nothing"), "nothing"),
        (("--as-of", "2027-01-01"), "The data ends before 2027-01-01."),
        (("--from", "2026-01-01"), "is not before"),
        (("--where", "customer.channel = 'z'"), "There are no customers to follow."),
    ):
        answer = crmeter("churn", "survival", "-C", hundred, *words)
        assert answer.code == 1 and said in answer.err
