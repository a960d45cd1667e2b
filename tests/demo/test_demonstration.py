"""The demo company end to end: what ingest believes is what plain casts of the files give, and reports are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from crmeter.app.demonstrating import Demonstration, demonstrate
from crmeter.demo.faults import FAULTS
from crmeter.kernel.messages import LANGUAGES
from crmeter.model.tables import BY_NAME
from crmeter.reports.renderers import FORMATS
from tests.demo.believed import build

TABLES = (
    "customer", "order", "subscription", "lead", "opportunity", "case", "survey_response", "spend", "campaign",
    "crm_user", "event",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demonstration") / "demo"


@pytest.fixture(scope="module")
def made(folder: Path) -> Demonstration:
    return demonstrate(folder, seed=7, customers=1_000)


@pytest.fixture(scope="module")
def both(folder: Path, made: Demonstration) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse that ingest published, and beside it (``plain``) the one of plain casts."""
    build(folder, folder / "plain.duckdb")
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(f"ATTACH '{folder / 'data' / 'warehouse.duckdb'}' AS ours (READ_ONLY)")
        con.execute(f"ATTACH '{folder / 'plain.duckdb'}' AS plain (READ_ONLY)")
        yield con


@pytest.mark.parametrize("name", TABLES)
def test_rows_are_those_of_the_files(both: duckdb.DuckDBPyConnection, name: str) -> None:
    """Every row and every cell, both ways."""
    columns = ", ".join(f'"{column}"' for column, _ in BY_NAME[name].stored)
    ours, plain = (f'SELECT {columns} FROM {schema}.main."{name}"' for schema in ("ours", "plain"))
    assert both.execute(f"({ours}) EXCEPT ALL ({plain}) LIMIT 3").fetchall() == []
    assert both.execute(f"({plain}) EXCEPT ALL ({ours}) LIMIT 3").fetchall() == []
    assert both.execute(f"SELECT count(*) > 0 FROM ({ours})").fetchall() == [(True,)]


def test_faults_are_quarantined_one_by_one(both: duckdb.DuckDBPyConnection) -> None:
    found = both.execute('SELECT value, count(DISTINCT (file, "row")) FROM ours.meta.quarantine GROUP BY 1').fetchall()
    wanted: Counter[str] = Counter()
    for fault in FAULTS:
        if fault.quarantined:
            wanted[fault.value] += fault.rows
    shown = {value or "": rows for value, rows in found}
    assert sum(shown.values()) == sum(wanted.values())
    for value in ("2023-02-30 10:15:00", "暫缺", "-8888", "待分類", "待確認", "日期不詳"):
        assert shown[value] == wanted[value]


def test_last_full_quarter_is_told_in_every_language(folder: Path, made: Demonstration) -> None:
    assert made.evaluation["period"]["name"] == "2025-Q4"
    assert made.evaluation["as_of"] == "2026-01-01"
    assert made.evaluation["complete"] is True
    assert {path.name.partition(".")[2] for path in made.reports} == {f"{a}.{b}" for a in LANGUAGES for b in FORMATS}
    assert all("海風組" in path.read_text("utf-8") for path in made.reports)
