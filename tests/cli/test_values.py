"""crmeter kpi: the numbers, in every format. The expected ones are added up by hand from tests/cli/conftest.py."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as xml
from pathlib import Path

import duckdb
import pytest

from crmeter.app.settings import open_workspace
from crmeter.cli import tables
from crmeter.warehouse.duck import reading
from tests.cli.conftest import Call

MEMBERS = [
    "kpi", "grain", "start", "end", "by", "value", "numerator", "denominator", "n", "low", "high", "unit", "currency",
    "status", "reason", "complete", "load", "definition",
]  # fmt: skip


def test_json_is_as_promised(crmeter: Call, loaded: Path) -> None:
    answer = crmeter("kpi", "revenue", "-C", loaded, "--period", "2025-Q3", "--format", "json")
    (value,) = json.loads(answer.out)
    assert list(value) == MEMBERS
    assert (value["kpi"], value["grain"], value["start"], value["end"]) == (
        "revenue", "quarter", "2025-07-01", "2025-10-01",
    )  # fmt: skip
    assert (value["value"], value["unit"], value["currency"], value["load"]) == (350, "money", "TWD", 1)
    assert (value["by"], value["complete"]) == ({}, True)
    assert answer.code == 0 and answer.err == ""


def test_the_last_full_quarter_is_the_default(crmeter: Call, loaded: Path) -> None:
    (value,) = json.loads(crmeter("kpi", "revenue", "-C", loaded, "--format", "json").out)
    assert (value["start"], value["value"]) == ("2025-10-01", 351)


def test_first_and_end_bound_a_period_whose_end_is_not_in_it(crmeter: Call, loaded: Path) -> None:
    words = ("kpi", "revenue", "-C", loaded, "--from", "2025-07-01", "--to", "2025-09-30", "--format", "json")
    (value,) = json.loads(crmeter(*words).out)
    assert (value["grain"], value["value"]) == ("custom", 150)


def test_a_grain_splits_the_period(crmeter: Call, loaded: Path) -> None:
    words = ("kpi", "revenue", "orders", "-C", loaded, "--period", "2025-H2", "--grain", "month", "--format", "json")
    found = json.loads(crmeter(*words).out)
    assert [v["value"] for v in found if v["kpi"] == "revenue"] == [100, 50, 200, 400, -50, 1]
    assert [v["value"] for v in found if v["kpi"] == "orders"] == [1, 1, 1, 1, 0, 1]


def test_groups_add_up_and_filters_leave_out(crmeter: Call, loaded: Path) -> None:
    words = ("kpi", "revenue", "-C", loaded, "--period", "2025", "--format", "json")
    found = json.loads(crmeter(*words, "--by", "segment").out)
    assert {v["by"]["segment"]: v["value"] for v in found} == {"vip": 701, "=cmd()": 0}
    pairs = json.loads(crmeter(*words, "--by", "segment,kind").out)
    assert {tuple(v["by"]): v["value"] for v in pairs if v["by"]["segment"] == "vip"} == {("segment", "kind"): 701}
    (value,) = json.loads(crmeter(*words, "--where", "customer.segment = 'vip'").out)
    assert value["value"] == 701


def test_a_table_says_period_value_and_what_to_be_careful_of(crmeter: Call, loaded: Path) -> None:
    answer = crmeter("kpi", "revenue", "repeat_purchase_rate", "churn_rate", "-C", loaded, "--period", "2025-Q3")
    lines = answer.out.splitlines()
    assert any("Revenue" in line and "Q3 2025" in line and "NT$350" in line for line in lines)
    assert any("50.0%" in line and "1 of 2" in line and "small sample" in line for line in lines)
    assert any("undefined" in line and "does not reach back far enough" in line for line in lines)


def test_a_table_speaks_the_language_asked_for(crmeter: Call, loaded: Path) -> None:
    answer = crmeter("--lang", "zh-Hant", "-C", loaded, "kpi", "revenue", "--period", "2025-Q3")
    assert "營收" in answer.out and "2025 年第 3 季" in answer.out
    assert "营业收入" in crmeter("kpi", "revenue", "-C", loaded, "--lang", "zh_CN").out


def test_csv_can_be_read_back_and_runs_nothing(crmeter: Call, loaded: Path) -> None:
    words = ("kpi", "revenue", "-C", loaded, "--period", "2025", "--by", "customer.segment", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(crmeter(*words).out)))
    assert [row["value"] for row in rows] == ["0", "701"]
    assert rows[0]["customer.segment"] == "'=cmd()"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_would_run_is_made_harmless(cell: str) -> None:
    assert tables.harmless(cell) == "'" + cell


def test_parquet_holds_types(crmeter: Call, loaded: Path, tmp_path: Path) -> None:
    target = tmp_path / "it's.parquet"
    words = ("kpi", "revenue", "-C", loaded, "--period", "2025-H2", "--grain", "quarter", "--by", "segment")
    answer = crmeter(*words, "--format", "parquet", "-o", target)
    assert (answer.code, answer.out) == (0, "")
    with duckdb.connect() as con:
        found = con.execute("SELECT * FROM read_parquet(?)", [str(target)])
        types = {column[0]: str(column[1]) for column in found.description}
        rows = con.execute("SELECT segment, start, value FROM read_parquet(?) ORDER BY ALL", [str(target)]).fetchall()
    assert (types["value"], types["start"], types["complete"], types["segment"]) == (
        "DOUBLE", "DATE", "BOOLEAN", "VARCHAR",
    )  # fmt: skip
    assert [(segment, value) for segment, _, value in rows] == [
        ("=cmd()", 50), ("=cmd()", -50), ("vip", 300), ("vip", 401),
    ]  # fmt: skip


@pytest.mark.parametrize("split", [("--grain", "month"), ("--by", "segment"), ("--grain", "month", "--by", "segment")])
def test_a_chart_is_a_picture_with_the_name_of_the_kpi(crmeter: Call, loaded: Path, split: tuple[str, ...]) -> None:
    words = ("kpi", "revenue", "churn_rate", "-C", loaded, "--period", "2025-H2", *split, "--format", "chart")
    picture = xml.fromstring(crmeter(*words).out)
    texts = [text for node in picture.iter() if (text := "".join(node.itertext()).strip())]
    assert picture.tag.endswith("svg") and any("Revenue" in text for text in texts)


def test_every_mistake_is_told(crmeter: Call, loaded: Path, company: Path, tmp_path: Path) -> None:
    for words, said in (
        (("kpi", "chrun_rate", "npss"), ["There is no KPI “chrun_rate”.", "Did you mean “churn_rate", "“nps”"]),
        (("kpi", "revenue", "--period", "2025-Q5"), ["“2025-Q5” is not a period."]),
        (("kpi", "revenue", "--from", "2025-01-01"), ["--from and --to need each other."]),
        (("kpi", "revenue", "--from", "2025-01-01", "--to", "2025-01-01"), ["is not before"]),
        (("kpi", "revenue", "--period", "2025", "--from", "2025-01-01"), ["twice"]),
        (("kpi", "revenue", "--by", "segmnt"), ["segmnt", "Did you mean customer.segment?"]),
        (("kpi", "revenue", "--where", "segment ~ 1"), ["cannot be read"]),
        (("kpi", "revenue", "--where", "segment != vpi"), ["“vpi” of segment", "Did you mean vip?"]),
        (("kpi", "revenue", "-o", tmp_path / "no" / "such"), ["can’t be written"]),
    ):
        answer = crmeter(*words, "-C", loaded)
        assert (answer.code, answer.out) == (1, ""), words
        assert all(part in answer.err for part in said), answer.err
    assert "crmeter ingest" in crmeter("kpi", "revenue", "-C", company).err


def test_settings_that_changed_since_the_load_are_not_counted_by(crmeter: Call, company: Path) -> None:
    assert crmeter("ingest", "-C", company).code == 0
    toml = company / "crmeter.toml"
    toml.write_text(toml.read_text().replace('"TWD"', '"TWD"\ninactivity_days = 30'))
    answer = crmeter("kpi", "revenue", "-C", company)
    assert answer.code == 1 and "inactivity_days" in answer.err and "crmeter ingest" in answer.err
    assert crmeter("ingest", "-C", company).code == 0
    assert crmeter("kpi", "revenue", "-C", company).code == 0


def test_a_chart_is_what_the_name_of_its_file_says(loaded: Path, tmp_path: Path, crmeter: Call) -> None:
    for name, begins in (("revenue.png", b"\x89PNG"), ("revenue.svg", b"<svg")):
        file = tmp_path / name
        assert crmeter("kpi", "revenue", "--grain", "month", "--format", "chart", "-o", file, "-C", loaded).code == 0
        assert file.read_bytes().startswith(begins)


def test_readers_of_one_process_go_together(loaded: Path) -> None:
    path = open_workspace(loaded).warehouse
    ask = "SELECT current_setting('TimeZone'), current_setting('enable_external_access')"
    with reading(path) as first, reading(path) as second:
        assert [each.execute(ask) for each in (first, second)] == [[("UTC", False)]] * 2
