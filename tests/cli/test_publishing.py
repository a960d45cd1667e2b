"""What is published is what is certified, whole, and reads in other programs."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import json
import os
import zipfile
from datetime import date
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from crmeter.kpis import CATALOGUE
from tests.cli.conftest import Call

FILES = [
    "kpi_definitions.csv",
    "kpi_definitions.parquet",
    "kpi_values.csv",
    "kpi_values.parquet",
    "kpis.xlsx",
    "manifest.json",
]
QUARTERS = ("--from", "2025-07-01", "--until", "2026-01-01", "--grain", "quarter")


@pytest.fixture(scope="module")
def published(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from crmeter.cli.main import run

    folder = tmp_path_factory.mktemp("published") / "kpis"
    words = ["publish", "--to", str(folder), "-C", str(loaded), *QUARTERS, "--by", "segment", "--by", "customer.kind"]
    assert run(words) == 0
    return folder


def test_every_format_is_written_and_the_manifest_vouches_for_each(published: Path) -> None:
    assert sorted(path.name for path in published.iterdir()) == FILES
    manifest = json.loads((published / "manifest.json").read_text("utf-8"))
    assert sorted(each["name"] for each in manifest["files"]) == FILES[:-1]
    for each in manifest["files"]:
        content = (published / each["name"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (each["bytes"], each["sha256"])
    assert manifest["load"] == 1 and manifest["periods"] == ["2025-Q3", "2025-Q4"] and manifest["rules"]["calendar"]


def test_the_values_are_the_certified_ones(crmeter: Call, loaded: Path, published: Path) -> None:
    ids = ("revenue", "orders", "repeat_purchase_rate", "churn_rate.cohort")
    words = ("kpi", *ids, "-C", loaded, "--from", "2025-07-01", "--to", "2026-01-01", "--grain", "quarter")
    certified = [
        value for by in ((), ("--by", "segment")) for value in json.loads(crmeter(*words, *by, "--format", "json").out)
    ]
    members = [name for name in certified[0] if name != "by"]
    with duckdb.connect() as con:
        file = str(published / "kpi_values.parquet")
        relation = con.sql("SELECT * FROM read_parquet($file)", params={"file": file})
        columns, rows = relation.columns, relation.fetchall()
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    for value in certified:
        wanted = {**{m: value[m] for m in members}, "start": date.fromisoformat(value["start"]),
                  "end": date.fromisoformat(value["end"])}  # fmt: skip
        [same] = [
            row for row in found
            if json.loads(row["by"]) == value["by"] and all(row[m] == wanted[m] for m in ("kpi", "start", "end"))
        ]  # fmt: skip
        assert {m: same[m] for m in members} == wanted
        dimension, member = (next(iter(value["by"].items()))) if value["by"] else (None, None)
        assert (same["dimension"], same["member"]) == (dimension, member)
    assert {row["kpi"] for row in found} >= {kpi.id for kpi in CATALOGUE if not kpi.always_by}
    revenue = next(row for row in found if row["kpi"] == "revenue")
    assert (revenue["name_en"], revenue["name_zh_hant"], revenue["name_zh_hans"]) == ("Revenue", "營收", "营业收入")


def test_the_csv_opens_in_excel_and_runs_nothing(published: Path) -> None:
    raw = (published / "kpi_values.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and b"\r\n" in raw
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    members = {row["member"] for row in rows if row["dimension"] == "segment"}
    assert members == {"vip", "'=cmd()"}
    assert not any(cell[:1] in "=+@\t\r" and cell for row in rows for cell in row.values())
    # a minus only before a number
    assert all(float(cell) < 0 for row in rows for cell in row.values() if cell.startswith("-"))
    [orders] = [r for r in rows if (r["kpi"], r["start"], r["dimension"]) == ("orders", "2025-07-01", "")]
    assert orders["value"] == "3"


def test_the_workbook_holds_numbers_days_and_no_formula(published: Path) -> None:
    with zipfile.ZipFile(published / "kpis.xlsx") as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in sheet or "<f " in sheet for sheet in sheets)
    assert all("<pageSetup" in sheet and 'paperSize="9"' in sheet for sheet in sheets)
    book = CalamineWorkbook.from_path(str(published / "kpis.xlsx"))
    assert book.sheet_names == ["about", "values", "definitions"]
    heading, *rows = book.get_sheet_by_name("values").to_python()
    found = [dict(zip(heading, row, strict=True)) for row in rows]
    [revenue] = [r for r in found if (r["kpi"], r["start"], r["dimension"]) == ("revenue", date(2025, 7, 1), "")]
    assert revenue["value"] == 350 and revenue["end"] == date(2025, 10, 1) and revenue["complete"] is True
    assert "=cmd()" in {row["member"] for row in found}  # as text, unchanged
    undefined = [row for row in found if row["status"] == "undefined"]
    assert undefined and all(row["value"] == "" and row["reason"] for row in undefined)
    definitions = book.get_sheet_by_name("definitions").to_python()
    assert len(definitions) == 1 + 3 * len(CATALOGUE)


def test_what_cannot_be_split_is_named(published: Path) -> None:
    left_out = json.loads((published / "manifest.json").read_text("utf-8"))["left_out"]
    assert {"kpi": "cac", "by": "segment"} in left_out


def test_publishing_again_replaces_and_takes_away_what_is_old(crmeter: Call, loaded: Path, tmp_path: Path) -> None:
    words = ("publish", "--to", tmp_path / "kpis", "-C", loaded, "--kpi", "revenue", "--period", "2025-Q3")
    assert crmeter(*words).code == 0
    (tmp_path / "kpis" / "notes.txt").write_text("ours")
    assert crmeter(*words, "--format", "csv").code == 0
    names = sorted(path.name for path in (tmp_path / "kpis").iterdir())
    assert names == ["kpi_definitions.csv", "kpi_values.csv", "manifest.json", "notes.txt"]
    default = crmeter("publish", "--to", tmp_path / "all", "-C", loaded, "--kpi", "orders", "--format", "csv")
    assert default.code == 0 and "32 values" in default.out  # 8 quarters and 24 months


def test_what_stands_in_the_way_is_not_touched(crmeter: Call, loaded: Path, tmp_path: Path) -> None:
    words = ("publish", "-C", loaded, "--kpi", "revenue", "--period", "2025-Q3", "--format", "csv", "--to")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "kpi_values.csv").write_text("my own")
    refused = crmeter(*words, tmp_path / "mine")
    assert refused.code == 1 and "not published from here" in refused.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["kpi_values.csv"]
    (tmp_path / "file").write_text("")
    assert crmeter(*words, tmp_path / "file").code == 1
    unknown = crmeter(*words, tmp_path / "new", "--by", "colour")
    assert unknown.code == 1 and "colour" in unknown.err and not (tmp_path / "new").exists()


def test_two_at_once_do_not_mix(crmeter: Call, loaded: Path, tmp_path: Path) -> None:
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    busy = crmeter("publish", "--to", tmp_path, "-C", loaded, "--kpi", "revenue", "--format", "csv")
    os.close(handle)
    assert busy.code == 1 and "Another process" in busy.err and not list(tmp_path.iterdir())


def test_a_file_that_cannot_take_its_place_is_told_and_the_manifest_vouches_for_nothing(
    crmeter: Call, loaded: Path, tmp_path: Path
) -> None:
    words = ("publish", "-C", loaded, "--kpi", "revenue", "--period", "2025-Q3", "--to", tmp_path, "--format")
    assert crmeter(*words, "csv").code == 0
    assert json.loads((tmp_path / "manifest.json").read_text("utf-8"))["complete"] is True
    (tmp_path / "kpi_definitions.csv").unlink()
    (tmp_path / "kpi_definitions.csv").mkdir()
    assert crmeter(*words, "csv").code == 1
    assert json.loads((tmp_path / "manifest.json").read_text("utf-8"))["complete"] is False
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    (tmp_path / "kpi_definitions.csv").rmdir()
    assert crmeter(*words, "csv").code == 0
