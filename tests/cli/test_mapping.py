"""crmeter new and map: from export files to a workspace that can be loaded."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Call

ORDERS = "訂單編號,客戶編號,訂購日期,金額\nA{n},C1,2025-0{n}-01,100\nB{n},C2,2025-0{n}-15,250\n"
CUSTOMERS = "客戶編號,姓名,電子郵件\nC1,王小明,a@example.org\nC2,陳美玲,b@example.org\n"


@pytest.fixture
def exports(tmp_path: Path) -> list[Path]:
    """Customers, and orders in a file for each month."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "customers.csv").write_text(CUSTOMERS, "utf-8-sig")
    for month in (1, 2):
        (folder / f"orders_2025_0{month}.csv").write_text(ORDERS.format(n=month), "utf-8")
    return sorted(folder.iterdir())


def test_files_become_a_workspace_that_loads(crmeter: Call, tmp_path: Path, exports: list[Path]) -> None:
    folder = tmp_path / "acme"
    made = crmeter("new", folder, *exports, "--currency", "TWD", "--timezone", "Asia/Taipei")
    assert made.code == 0 and "sure" in made.out and "Assumed" not in made.out
    assert re.search(r": orders = orders\S*\*\S*$", made.out, re.M)
    settings = (folder / "crmeter.toml").read_text("utf-8")
    assert "[sources.crm.tables]\norders = " in settings
    checked = crmeter("map", "crm", "--check", "-C", folder)
    assert checked.code == 0 and "All mappings can be loaded." in checked.out
    scheduled = json.loads(crmeter("schedule", "list", "-C", folder, "--format", "json").out)
    assert [(each["id"], each["what"], each["every"], each["on"]) for each in scheduled] == [
        ("S1", "evaluate", "quarter", "3")
    ]
    loaded = crmeter("ingest", "-C", folder)
    assert loaded.code == 0
    orders = next(line.split() for line in loaded.out.splitlines() if " orders " in line)
    assert orders[2:5] == ["4", "4", "0"]
    answer = crmeter("kpi", "revenue", "-C", folder, "--period", "2025-02")
    assert "NT$350" in answer.out


def test_a_mapping_of_the_users_own_stays(crmeter: Call, tmp_path: Path, exports: list[Path]) -> None:
    folder = tmp_path / "acme"
    crmeter("new", folder, *exports, "--currency", "TWD", "--timezone", "UTC")
    own, settings = folder / "mappings/crm/order.sql", (folder / "crmeter.toml").read_text()
    own.write_text("SELECT 1 AS order_id")
    again = crmeter("map", "-C", folder)
    assert again.code == 0 and own.read_text() == "SELECT 1 AS order_id"
    assert (folder / "crmeter.toml").read_text() == settings
    wrong = crmeter("map", "--check", "-C", folder)
    assert wrong.code == 1 and "order.sql:1:" in wrong.err
    assert crmeter("map", "shp", "-C", folder).code == 1


def test_what_nobody_stated_is_said(crmeter: Call, tmp_path: Path) -> None:
    made = crmeter("new", tmp_path / "empty", "--lang", "zh-Hant")
    assert made.code == 0 and 'currency = "TWD"' in made.out and "timezone = " in made.out
    assert crmeter("map", "-C", tmp_path / "empty").out.strip() == "crmeter.toml names no source."


def test_nothing_is_left_of_what_could_not_be_made(crmeter: Call, tmp_path: Path, exports: list[Path]) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 cut off")
    folder = tmp_path / "acme"
    for words, said in (
        ((folder, broken), "broken.xlsx"),
        ((folder, tmp_path / "none.csv"), "none.csv"),
        ((folder, tmp_path), "is a folder"),
        ((folder, *exports, exports[0]), "same name"),
        ((folder, *exports, "--currency", "TWB"), "TWD"),
        ((folder, *exports, "--timezone", "Taipei"), "Asia/Taipei"),
        ((exports[0].parent, *exports), "not empty"),
        ((exports[0], *exports), "is a file"),
    ):
        answer = crmeter("new", *words)
        assert (answer.code, answer.out) == (1, "") and said in answer.err, answer.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.xlsx", "downloads"]
    assert len(exports) == 3 and all(path.is_file() for path in exports)


def test_what_the_kpis_still_lack_is_said(crmeter: Call, tmp_path: Path, exports: list[Path]) -> None:
    made = crmeter("new", tmp_path / "acme", *exports, "--currency", "TWD", "--timezone", "UTC")
    said = made.out.split("KPIs that can be computed with what is mapped:\n")[1]
    assert re.search(r"^  without case: not .*first_response_hours", said, re.M)
    assert re.search(r"^  without order.cost: not clv.profit", said, re.M)
    assert "without order:" not in said
    assert crmeter("map", "-C", tmp_path / "acme").out.split("with what is mapped:\n")[1].strip() in said


def test_a_database_among_the_files_is_a_source_of_its_own(crmeter: Call, tmp_path: Path, exports: list[Path]) -> None:
    path = tmp_path / "2025 Shop.db"
    with closing(sqlite3.connect(path)) as con:
        con.executescript(
            "CREATE TABLE invoice (invoice_id INTEGER PRIMARY KEY, customer_id TEXT, invoice_date TEXT, total NUMERIC);"
            "INSERT INTO invoice VALUES (1, 'C1', '2025-01-01', 10.75), (2, 'C2', '2025-01-02', 20);"
        )
        con.commit()
    folder = tmp_path / "acme"
    made = crmeter("new", folder, path, exports[0], "--currency", "TWD", "--timezone", "UTC")
    assert made.code == 0
    settings = (folder / "crmeter.toml").read_text("utf-8")
    assert '[sources.shop]\nkind = "sql"\nurl = "sqlite:///databases/2025%20Shop.db"\n' in settings
    assert "[sources.crm]" in settings
    assert crmeter("ingest", "-C", folder).code == 0
    assert "NT$31" in crmeter("kpi", "revenue", "-C", folder, "--period", "2025-01").out
