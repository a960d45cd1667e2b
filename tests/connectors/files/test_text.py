"""Delimited text: what the standard library writes comes back as it stood; what can't is accounted for."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmeter.kernel.errors import UserError

from .landing import landed

TRADITIONAL = "客戶編號,姓名,城市,備註\n1,王小明,台北市大安區,已退貨\n2,陳淑芬,高雄市,會員問題\n3,林家豪,新竹市,滿意\n"
SIMPLIFIED = "客户编号,姓名,城市,备注\n1,王小明,北京市海淀区,已退货\n2,陈淑芬,广州市,会员问题\n3,林家豪,深圳市,满意\n"


def write(path: Path, text: str, encoding: str = "utf-8") -> None:
    path.write_bytes(text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "big5", "cp950", "big5hkscs", "gb18030"])
def test_traditional_text_comes_back_whatever_its_encoding(tmp_path: Path, encoding: str) -> None:
    write(tmp_path / "a.csv", TRADITIONAL, encoding)
    with landed(tmp_path, "a.csv") as it:
        assert it.tables[0].columns == ("客戶編號", "姓名", "城市", "備註")
        assert it.rows("a")[0] == ("1", "王小明", "台北市大安區", "已退貨", "a.csv", 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gbk", "gb2312", "gb18030"])
def test_simplified_text_comes_back_whatever_its_encoding(tmp_path: Path, encoding: str) -> None:
    write(tmp_path / "a.csv", SIMPLIFIED, encoding)
    with landed(tmp_path, "a.csv") as it:
        assert it.rows("a")[1] == ("2", "陈淑芬", "广州市", "会员问题", "a.csv", 3)


def test_hong_kong_characters_are_read_by_the_superset(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "編號,地址\n1,香港九龍深水埗街\n2,鰂魚涌英皇道\n3,新界上水啲地方\n", "big5hkscs")
    with landed(tmp_path, "a.csv") as it:
        assert it.rows("a")[2][1] == "新界上水啲地方"


def test_a_western_encoding_is_asked_for_and_then_read(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "name\ncafé\nnaïve\nZoë\n", "cp1252")
    with pytest.raises(UserError, match="encoding can't be told"), landed(tmp_path, "a.csv"):
        pass
    with landed(tmp_path, "a.csv", encoding="cp1252") as it:
        assert [row[0] for row in it.rows("a")] == ["café", "naïve", "Zoë"]


def test_a_wrong_encoding_in_the_settings_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", TRADITIONAL, "big5")
    with pytest.raises(UserError, match="can't be read as utf-8"), landed(tmp_path, "a.csv", encoding="utf-8"):
        pass
    with pytest.raises(UserError, match='no text encoding "klingon"'), landed(tmp_path, "a.csv", encoding="klingon"):
        pass


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_fits_the_whole_file(tmp_path: Path, delimiter: str) -> None:
    text = delimiter.join(["id", "name", "note"]) + "\n"
    others = "".join(other for other in ",;\t|" if other != delimiter)
    text += "".join(f'{n}{delimiter}x{delimiter}"{others}{n}"\n' for n in range(20))
    write(tmp_path / "a.csv", text)
    with landed(tmp_path, "a.csv") as it:
        assert it.rows("a")[3][:3] == ("3", "x", f"{others}3")


def test_two_delimiters_that_fit_alike_are_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "last, first;amount\nSmith, J;5\nLee, K;6\n")
    with pytest.raises(UserError, match="delimiter can't be told"), landed(tmp_path, "a.csv"):
        pass
    with landed(tmp_path, "a.csv", delimiter="semicolon") as it:
        assert it.tables[0].columns == ("last, first", "amount")


def test_blanks_set_columns_apart(tmp_path: Path, shared_data: Path) -> None:
    with landed(shared_data, "cdnow/CDNOW_master.txt") as it:
        assert it.tables[0].rows == 69_659  # the figure of the data's own README
        cents = it.con.execute('SELECT sum(dollar_value::DECIMAL(18,2)) FROM raw_s."cdnow_master"').fetchall()
        assert str(cents[0][0]) == "2500315.63"
        assert not it.bad


def test_headers_keep_their_spelling_and_repeats_are_numbered(tmp_path: Path) -> None:
    write(tmp_path / "Order Items.csv", "Id,id,,Name,Name,_row\n1,2,3,4,5,6\n")
    with landed(tmp_path, "*.csv") as it:
        assert it.tables[0].name == "order_items"
        assert it.tables[0].columns == ("Id", "id_2", "column_3", "Name", "Name_2", "_row_2")
        assert it.rows("order_items") == [("1", "2", "3", "4", "5", "6", "Order Items.csv", 2)]


def test_broken_records_are_quarantined_one_by_one(tmp_path: Path) -> None:
    lines = ["id,note", '1,"a\nb"', "2", "3,x,y", '4,"open', "5,fine", '6,"x"y', "7,\0", "", "8,last"]
    (tmp_path / "a.csv").write_bytes("\n".join(lines).encode() + b"\n9,\xff\xfe\n10," + "王".encode() * 50 + b"\n")
    with landed(tmp_path, "a.csv") as it:
        assert [(row[0], row[-1]) for row in it.rows("a")] == [("1", 2), ("5", 7), ("8", 11), ("10", 13)]
        assert it.rows("a")[0][1] == "a\nb"
        assert [(bad.row, bad.value) for bad in it.bad] == [
            (4, "2"),
            (5, "3,x,y"),
            (6, '4,"open'),
            (8, '6,"x"y'),
            (9, "7,␀"),
            (12, "9,\ufffd\ufffd"),
        ]
        assert {bad.table for bad in it.bad} == {"a"}


def test_ten_thousand_bad_rows_of_two_hundred_thousand_are_all_accounted_for(tmp_path: Path) -> None:
    lines = [f"{n},{n},客戶{n}" if n % 20 else f"{n},{n}" if n % 40 else f'{n},"{n},客戶' for n in range(200_000)]
    write(tmp_path / "a.csv", "id,amount,name\n" + "\n".join(lines) + "\n")
    with landed(tmp_path, "a.csv") as it:
        assert it.tables[0].rows == 190_000
        assert len(it.bad) == 10_000
        good = {int(row[0]) for row in it.con.execute("SELECT id FROM raw_s.a").fetchall()}
        assert good == {n for n in range(200_000) if n % 20}
        assert {bad.row - 2 for bad in it.bad} == {n for n in range(200_000) if not n % 20}


def test_a_file_of_which_no_row_fits_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "Report of March\nid,name\n1,x\n2,y\n")
    with pytest.raises(UserError, match="not one record fits"), landed(tmp_path, "a.csv", delimiter=","):
        pass


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=8)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12), st.sampled_from(",;\t|"))
def test_whatever_the_standard_library_writes_comes_back(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    import tempfile

    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("a", "b", "c"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "t.csv", out.getvalue())
        with landed(Path(folder), "t.csv") as it:
            assert not it.bad
            assert [row[:3] for row in it.rows("t")] == [tuple(cell or None for cell in row) for row in rows]


def test_line_breaks_of_every_kind_stay_inside_values(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'id,note\r\n1,"x\r\ny"\r\n2,"x\ry"\r\n3,"x\ny"\r\n4,"\r"\r\n')
    with landed(tmp_path, "a.csv") as it:
        assert [row[:2] for row in it.rows("a")] == [("1", "x\r\ny"), ("2", "x\ry"), ("3", "x\ny"), ("4", "\r")]
