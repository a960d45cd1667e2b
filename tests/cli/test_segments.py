"""crmeter segments, on a small company by hand: who is in a segment, how it does, and who may be written to."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from crmeter.cli.main import run
from crmeter.cli.segments import _groups
from crmeter.model.rfm import RFM_GROUPS
from tests.cli.conftest import Call, write_company

CUSTOMERS = """id,name,segment,consent,merged,deleted,email
1,Ann,vip,true,,,ann@example.com
2,=cmd(),vip,true,,,"+1;DDE"
3,Cat,vip,false,,,c@example.com
4,Dan,vip,,,,d@example.com
5,Eve,vip,true,,2025-12-01,e@example.com
6,Ann again,vip,true,1,,a@example.com
7,Fay,vip,true,,,f@example.com
8,Fay again,vip,false,7,,f2@example.com
9,Gus,basic,true,,,g@example.com
=1+1,Hal,basic,true,,,h@example.com
"""
ORDERS = """id,customer,day,amount,kind
1,1,2025-07-01,100,sale
2,1,2025-09-30,200,sale
3,2,2025-08-01,50,sale
4,9,2025-12-31,1,sale
"""
CUSTOMER_SQL = """SELECT id AS customer_id, name, nullif(segment, '') AS segment, email,
nullif(consent, '') AS consent_marketing, nullif(merged, '') AS merged_into, nullif(deleted, '') AS deleted_at
FROM customers"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_company(tmp_path_factory.mktemp("segments"))
    (folder / "exports" / "customers.csv").write_text(CUSTOMERS, "utf-8")
    (folder / "exports" / "orders.csv").write_text(ORDERS, "utf-8")
    (folder / "mappings" / "shop" / "customer.sql").write_text(CUSTOMER_SQL, "utf-8")
    assert run(["ingest", "-C", str(folder)]) == 0
    assert run(["segments", "save", "vip", "--where", "segment = vip", "-C", str(folder)]) == 0
    return folder


def exported(crmeter: Call, company: Path, path: Path, *more: str) -> tuple[list[list[str]], str]:
    answer = crmeter("segments", "export", "vip", "-o", path, *more, "-C", company)
    assert answer.code == 0, answer.err
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig")))), answer.out


def test_only_those_who_consent_and_ids_alone(crmeter: Call, company: Path, tmp_path: Path) -> None:
    """1 and 2 consent. 3 refuses, and so does 7, of whom a merged record does; 4 nobody has asked. 5 is deleted, 6 and
    8 are merged: none of them is anybody."""
    rows, said = exported(crmeter, company, tmp_path / "vip.csv")
    assert rows == [["customer_id"], ["1"], ["2"]]
    assert "2 customers exported." in said
    assert "2 left out: they do not consent" in said and "1 left out: whether they consent" in said


def test_for_service_all_with_contacts_where_asked_for(crmeter: Call, company: Path, tmp_path: Path) -> None:
    rows, said = exported(crmeter, company, tmp_path / "all.csv", "--purpose", "service", "--personal")
    assert rows[0] == ["customer_id", "name", "email", "phone"]
    assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4", "7"]
    assert rows[2][1:3] == ["'=cmd()", "'+1;DDE"]  # nothing that a spreadsheet would run
    assert "for service alone" in said


def test_nobody_who_was_erased(crmeter: Call, company: Path, tmp_path: Path) -> None:
    """An erasure leaves a pseudonym that is counted on; it is never exported, for whatever purpose."""
    copy = shutil.copytree(company, tmp_path / "copy")
    with duckdb.connect(str(copy / "data" / "warehouse.duckdb")) as con:
        con.execute("INSERT INTO meta.erasure VALUES (1, 'customer', '1', now()::TIMESTAMP, NULL)")
    rows, said = exported(crmeter, copy, tmp_path / "left.csv", "--purpose", "service")
    assert [row[0] for row in rows[1:]] == ["2", "3", "4", "7"]
    assert "1 left out: they were erased." in said


def test_as_a_workbook_text_stays_text(crmeter: Call, company: Path, tmp_path: Path) -> None:
    assert crmeter("segments", "save", "basic", "--where", "segment = basic", "-C", company).code == 0
    path = tmp_path / "basic.xlsx"
    assert crmeter("segments", "export", "basic", "-o", path, "--personal", "-C", company).code == 0
    [sheet] = CalamineWorkbook.from_path(path).sheet_names
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()
    assert [row[:2] for row in rows] == [["customer_id", "name"], ["9", "Gus"], ["=1+1", "Hal"]]
    answer = crmeter("segments", "export", "basic", "-o", tmp_path / "basic.pdf", "-C", company)
    assert answer.code == 1 and "neither a CSV nor an xlsx" in answer.err


def test_shown_beside_all(crmeter: Call, company: Path) -> None:
    answer = crmeter("segments", "show", "vip", "--period", "2025", "--format", "json", "-C", company)
    found = json.loads(answer.out)
    assert (found["customers"], found["of"], found["where"]) == (5, 7, ["segment = vip"])
    lines = {line["kpi"]: line for line in found["kpis"]}
    assert (lines["revenue"]["segment"]["value"], lines["revenue"]["all"]["value"]) == (350, 351)
    value = lines["average_order_value"]
    assert (value["segment"]["value"], value["all"]["value"]) == pytest.approx((350 / 3, 351 / 4))
    assert (value["verdict"], value["reason"]) == ("unknown", "small_sample")
    said = crmeter("segments", "show", "vip", "--period", "2025", "-C", company).out
    assert "5 of 7 customers" in said and "99.7% of all" in said


def test_names_are_taken_once_listed_and_deleted(crmeter: Call, company: Path) -> None:
    name = "=Robert'); DROP TABLE segment;-- [bold]"
    assert crmeter("segments", "save", name, "--rfm", "best", "--tier", "high", "-C", company).code == 0
    assert name in crmeter("segments", "-C", company).out
    again = crmeter("segments", "save", name, "--tier", "low", "-C", company)
    assert again.code == 1 and "already a segment" in again.err
    listed = json.loads(crmeter("segments", "list", "--format", "json", "-C", company).out)
    assert {"where": [], "rfm": "best", "tier": "high"}.items() <= next(s for s in listed if s["name"] == name).items()
    assert crmeter("segments", "show", name, "-C", company).code == 0
    assert crmeter("segments", "delete", name, "-C", company).code == 0
    gone = crmeter("segments", "show", name, "-C", company)
    assert gone.code == 1 and "There is no segment" in gone.err
    assert "vip" in crmeter("segments", "list", "-C", company).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a"], "needs a condition"),
        (["a\nb", "--tier", "high"], "needs a name"),
        (["", "--tier", "high"], "needs a name"),
        (["a", "--tier", "hihg"], "“hihg” is none of high, medium, low"),
        (["a", "--rfm", "bset"], "“bset” is none of best"),
        (["a", "--where", "segmnt = vip"], "cannot be split or filtered by “segmnt”"),
        (["a", "--where", "segment = vip or 1 = 1"], "cannot be read from"),
    ],
)
def test_what_is_no_segment_is_refused(crmeter: Call, company: Path, words: list[str], said: str) -> None:
    answer = crmeter("segments", "save", *words, "-C", company)
    assert answer.code == 1 and said in answer.err


def test_groups_of_buyers(crmeter: Call, company: Path) -> None:
    answer = crmeter("segments", "rfm", "--format", "csv", "-C", company)
    assert answer.code == 0, answer.err
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    # as of 2026-01-01; of three buyers 1 + 5 × 0, 1 or 2 ÷ 3 cut down: 1, 2 or 4 points
    assert [list(row.values())[:4] for row in rows] == [
        ["1", "93", "2", "300.0"],
        ["2", "153", "1", "50.0"],
        ["9", "1", "1", "1.0"],
    ]
    assert [row["group"] for row in rows] == ["slipping", "sleeping", "new"]
    assert "does not reach back a year" in crmeter("segments", "rfm", "-C", company).out
    nobody = crmeter("segments", "rfm", "--where", "segment = none", "-C", company)
    assert nobody.code == 1 and "has ordered" in nobody.err


def test_groups_of_buyers_drawn(crmeter: Call, company: Path) -> None:
    drawn = crmeter("segments", "rfm", "--format", "chart", "-C", company).out
    # by hand from the test above: one of three buyers brought 300 of 351
    assert "slipping away: 33.3% of buyers bring 85.5% of revenue" in drawn


def test_help_names_the_groups_there_are() -> None:
    assert _groups() == RFM_GROUPS
