"""The tracking sheet: what is measured stands in it, and what people fill in is read back, whoever wrote the file."""

from __future__ import annotations

import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from crmeter.kernel.messages import LANGUAGES
from tests.cli.conftest import Call

HEADINGS = {
    "en": ("ID", "Owner", "Target", "Note"),
    "zh-Hant": ("代號", "負責人", "目標值", "備註"),
    "zh-Hans": ("代号", "负责人", "目标值", "备注"),
}


def sheet_of(path: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def write(path: Path, rows: Sequence[Sequence[Any]], sheet: str = "Plan") -> Path:
    """A workbook as another program writes it: values alone."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return path


def filled(path: Path, edits: Mapping[tuple[str, str], Any], target: Path) -> Path:
    """A tracking sheet with cells filled in, saved anew by another program: no formats, no formulas, no protection."""
    rows = sheet_of(path)
    top = next(i for i, row in enumerate(rows) if "Owner" in row)
    for (kpi, heading), said in edits.items():
        row = next(row for row in rows[top:] if row[0] == kpi)
        row[rows[top].index(heading)] = said
    return write(target, [[None if cell == "" else cell for cell in row] for row in rows])


@pytest.fixture
def ready(crmeter: Call, company: Path) -> Path:
    assert crmeter("ingest", "-C", company).code == 0
    added = crmeter("objective", "add", "win", "-C", company, "--name", "Win", "--owner", "Lin", "--kpi", "revenue",
                    "--kpi", "churn_rate.cohort")  # fmt: skip
    assert added.code == 0, added.err
    return company


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_measured_stands_in_it(crmeter: Call, ready: Path, tmp_path: Path, lang: str) -> None:
    path = tmp_path / "t.xlsx"
    words = ("template", "tracking", "-C", ready, "-o", path, "--period", "2025", "--lang", lang)
    assert crmeter(*words).code == 0
    rows = sheet_of(path)
    top = next(i for i, row in enumerate(rows) if HEADINGS[lang][0] in row)
    assert set(HEADINGS[lang]) <= set(rows[top]) and len(rows[top]) == 7 + 12 + 3
    revenue, churn = rows[top + 1 :]
    # July 100, August 50, September 200, October 400, November −50, December 1; the half year before is not in the data
    assert revenue[7 + 6 : 7 + 12] == [100, 50, 200, 400, -50, 1]
    assert revenue[0] == "revenue" and revenue[4] == "Lin" and revenue[6] == 500  # the target of the settings
    assert revenue[7 + 12] == 1 and revenue[7 + 13]  # the last value, and that it missed the target
    assert churn[0] == "churn_rate.cohort" and churn[6] == ""


def test_what_is_measured_is_locked_and_the_rest_is_not(crmeter: Call, ready: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    assert crmeter("template", "tracking", "-C", ready, "-o", path, "--period", "2026").code == 0
    with zipfile.ZipFile(path) as archive:
        page, styles = (archive.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "styles"))
    assert "<sheetProtection" in page and 'type="decimal"' in page and 'type="list"' in page and "<pageSetup" in page
    assert page.count("<f>") == 4 and styles.count('locked="0"') > 0  # latest and status of two KPIs
    rows = sheet_of(path)
    revenue = next(row for row in rows if row[0] == "revenue")
    assert revenue[5] == 1 and revenue[7:20] == [""] * 13  # December is the baseline; 2026 is still to come


def test_owners_targets_and_notes_come_back(crmeter: Call, ready: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    assert crmeter("template", "tracking", "-C", ready, "-o", path, "--period", "2025").code == 0
    assert crmeter("template", "read", path, "-C", ready).out.strip() == "Nothing has changed."
    edits = {("revenue", "Owner"): "王小明", ("revenue", "Target"): 600, ("churn_rate.cohort", "Target"): "5%",
             ("churn_rate.cohort", "Note"): '=HYPERLINK("x") said "no"'}  # fmt: skip
    other = filled(path, edits, tmp_path / "other.xlsx")
    before = (ready / "indicators.toml").read_text("utf-8")
    shown = crmeter("template", "read", other, "-C", ready)
    assert shown.code == 0 and (ready / "indicators.toml").read_text("utf-8") == before
    assert 'owner = "王小明"' in shown.out and '[targets."churn_rate.cohort"]\nvalue = 0.05' in shown.out
    written = crmeter("template", "read", other, "-C", ready, "--write")
    assert written.code == 0, written.err
    toml = tomllib.loads((ready / "indicators.toml").read_text("utf-8"))["indicators"]
    assert toml["revenue"]["owner"] == "王小明" and toml["revenue"]["objectives"] == ["win"]
    assert toml["churn_rate.cohort"]["note"] == '=HYPERLINK("x") said "no"'
    targets = tomllib.loads(written.out.partition("crmeter.toml:")[2])["targets"]
    assert targets == {"revenue": {"value": 600}, "churn_rate.cohort": {"value": 0.05}}
    settings = (ready / "crmeter.toml").read_text("utf-8").replace("[targets.revenue]\nvalue = 500", "")
    (ready / "crmeter.toml").write_text(settings + written.out.partition("crmeter.toml:")[2], "utf-8")
    assert crmeter("template", "read", other, "-C", ready).out.strip() == "Nothing has changed."


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sheet_of_another_order_in_any_language_is_read(
    crmeter: Call, ready: Path, tmp_path: Path, lang: str
) -> None:
    id, owner, target, note = HEADINGS[lang]
    rows = [["Our plan"], [], [note, "x", target, owner, id], ["why", 1, "１，２００", "Ann", "customers"], [],
            [None, None, None, "Bob", "NPS"]]  # fmt: skip
    answer = crmeter("template", "read", write(tmp_path / "o.xlsx", rows), "-C", ready, "--write")
    assert answer.code == 0, answer.err
    toml = tomllib.loads((ready / "indicators.toml").read_text("utf-8"))["indicators"]
    assert toml["customers.end"] | {"note": "why", "owner": "Ann", "active": False} == toml["customers.end"]
    assert toml["nps"]["active"] is False and '[targets."customers.end"]\nvalue = 1200.0' in answer.out


def test_every_problem_names_its_cell(crmeter: Call, ready: Path, tmp_path: Path) -> None:
    rows = [["ID", "Owner", "Target", "Note"], ["revenu", "A", 1, ""], ["revenue", "A", "a lot", ""],
            ["churn_rate.cohort", "A", 5, ""], ["revenue", "A", 1, ""], ["", "Bob", "", ""]]  # fmt: skip
    before = (ready / "indicators.toml").read_text("utf-8")
    answer = crmeter("template", "read", write(tmp_path / "bad.xlsx", rows), "-C", ready, "--write")
    assert answer.code == 1 and (ready / "indicators.toml").read_text("utf-8") == before
    for place, said in (("A2", "“revenue”"), ("C3", "“a lot” is no number"), ("C4", "Write 5% or 0.05"),
                        ("A5", "row 3"), ("A6", "no KPI")):  # fmt: skip
        part = answer.err.partition(f"Sheet “Plan”, cell {place}:")[2].partition("\n\n")[0]
        assert said in part, (place, answer.err)


def test_what_is_no_tracking_sheet_is_told(crmeter: Call, ready: Path, tmp_path: Path) -> None:
    assert (
        "no sheet with the headings"
        in crmeter("template", "read", write(tmp_path / "e.xlsx", [["a"]]), "-C", ready).err
    )
    (tmp_path / "no.xlsx").write_bytes(b"PK\x03\x04 not a book")
    assert crmeter("template", "read", tmp_path / "no.xlsx", "-C", ready).code == 1
    assert crmeter("template", "read", tmp_path / "none.xlsx", "-C", ready).code == 1
    assert crmeter("template", "tracking", "-C", ready, "-o", tmp_path / "x.xlsx", "--period", "2025",
                   "revenu").code == 1  # fmt: skip


def test_before_anything_is_loaded_it_is_there_to_fill_in(crmeter: Call, company: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    assert crmeter("template", "tracking", "-C", company, "-o", path, "nps", "--period", "2025").code == 0
    [nps] = [row for row in sheet_of(path) if row[0] == "nps"]
    assert nps[5:20] == [""] * 15
