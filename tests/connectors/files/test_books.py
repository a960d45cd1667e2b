# ruff: noqa: DTZ001 - Excel knows no zones
"""Excel books and Parquet files: whole columns keep their type."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
import xlwt

from crmeter.connectors.files import Limits
from crmeter.kernel.errors import UserError

from .landing import landed


def write_book(path: Path, rows: list[list[object]], sheet: str = "客戶") -> None:
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm", "remove_timezone": True})
    page = book.add_worksheet(sheet)
    book.add_worksheet("empty")
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()


def test_columns_of_one_kind_keep_their_type(tmp_path: Path) -> None:
    write_book(
        tmp_path / "Sales.xlsx",
        [
            ["id", "on", "at", "amount", "ok", "code", "mixed"],
            [1, date(2025, 3, 1), datetime(2025, 3, 1, 13, 5), 12.5, True, "001", 7],
            [2, date(2024, 2, 29), datetime(2025, 3, 2), 3, False, "002", "x"],
            [None] * 7,
            [3, None, datetime(2025, 3, 3, 0, 0, 1), None, None, None, 7.25],
        ],
    )
    with landed(tmp_path, "Sales.xlsx") as it:
        assert [table.name for table in it.tables] == ["sales_客戶"]
        assert it.types("sales_客戶") == {
            "id": "BIGINT",
            "on": "TIMESTAMP",
            "at": "TIMESTAMP",
            "amount": "DOUBLE",
            "ok": "BOOLEAN",
            "code": "VARCHAR",
            "mixed": "VARCHAR",
            "_file": "VARCHAR",
            "_row": "BIGINT",
        }
        assert it.rows("sales_客戶") == [
            (1, datetime(2025, 3, 1), datetime(2025, 3, 1, 13, 5), 12.5, True, "001", "7", "Sales.xlsx/客戶", 2),
            (2, datetime(2024, 2, 29), datetime(2025, 3, 2), 3.0, False, "002", "x", "Sales.xlsx/客戶", 3),
            (3, None, datetime(2025, 3, 3, 0, 0, 1), None, None, None, "7.25", "Sales.xlsx/客戶", 5),
        ]


def test_legacy_books_are_read(tmp_path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("Leads")
    style = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for column, (head, value) in enumerate([("編號", 5), ("日期", date(2024, 2, 29)), ("姓名", "王小明")]):
        page.write(0, column, head)
        page.write(1, column, value, style if isinstance(value, date) else xlwt.XFStyle())
    book.save(tmp_path / "old.xls")
    with landed(tmp_path, "old.xls") as it:
        assert it.rows("old_leads") == [(5, datetime(2024, 2, 29), "王小明", "old.xls/Leads", 2)]


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    duckdb.sql(
        "SELECT i AS id, DATE '2025-01-01' + i::INTEGER AS day, (i * 1.5)::DECIMAL(18, 2) AS amount, "
        "TIMESTAMPTZ '2025-01-01 00:00:00+08' AS at FROM range(3) AS q(i)"
    ).write_parquet(str(tmp_path / "p.parquet"))
    with landed(tmp_path, "p.parquet") as it:
        types = it.types("p")
        assert [types[name] for name in ("id", "day", "amount", "at")] == [
            "BIGINT",
            "DATE",
            "DECIMAL(18,2)",
            "TIMESTAMP WITH TIME ZONE",
        ]
        assert it.con.execute("SELECT day, _row FROM raw_s.p ORDER BY _row").fetchall()[2] == (date(2025, 1, 3), 3)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "parquet"])
@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_cut_file_is_one_clear_message(tmp_path: Path, kind: str, keep: float) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "parquet":
        duckdb.sql("SELECT i, hash(i) AS h FROM range(9999) AS q(i)").write_parquet(str(path))
    elif kind == "xlsx":
        write_book(path, [["a", "b"], *([n, str(n)] for n in range(500))])
    else:
        book = xlwt.Workbook()
        page = book.add_sheet("s")
        for n in range(500):
            page.write(n, 0, f"value {n}")
        book.save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(UserError) as caught, landed(tmp_path, path.name):
        pass
    assert len(caught.value.problems) == 1
    assert "damaged" in str(caught.value)


def test_an_excel_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    import zipfile

    rows = b"<row><c><v>0</v></c></row>" * 40_330
    with (
        zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(80):
            part.write(rows)
    assert (tmp_path / "bomb.xlsx").stat().st_size < 400_000
    with pytest.raises(UserError, match="unpacks to more than"), landed(tmp_path, "bomb.xlsx"):
        pass


def test_a_sheet_of_too_many_cells_is_refused(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [["a", "b"], *([n, n] for n in range(100))])
    with pytest.raises(UserError, match="more than 50 cells"), landed(tmp_path, "a.xlsx", limits=Limits(cells=50)):
        pass


def test_a_sheet_that_would_need_all_memory_is_stopped(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [["a"], *([f"text {n}" * 20] for n in range(2000))])
    small = Limits(child_bytes=60 * 1024 * 1024)
    with pytest.raises(UserError, match="memory"), landed(tmp_path, "a.xlsx", limits=small):
        pass


def test_a_protected_book_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    with pytest.raises(UserError, match=r"damaged|password"), landed(tmp_path, "a.xlsx"):
        pass
