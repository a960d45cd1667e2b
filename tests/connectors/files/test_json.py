"""JSON: what the standard library writes comes back as it stood; what is no record is accounted for."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmeter.connectors.files import Limits
from crmeter.kernel.errors import UserError

from .landing import landed

# As Salesforce's query endpoint answers (documented shape: totalSize, done, records with attributes).
SALESFORCE = {
    "totalSize": 2,
    "done": True,
    "records": [
        {"attributes": {"type": "Account", "url": "/a/1"}, "Id": "001", "Name": "王小明", "Owner": {"Name": "Ann"}},
        {"attributes": {"type": "Account", "url": "/a/2"}, "Id": "002", "Name": None, "Owner": None, "Tags": ["a", 1]},
    ],
}


def write(path: Path, text: str, encoding: str = "utf-8") -> None:
    path.write_bytes(text.encode(encoding))


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_in_an_object_is_the_table_and_what_stands_beside_it_is_said(tmp_path: Path, indent: int | None) -> None:
    write(tmp_path / "Accounts.json", json.dumps(SALESFORCE, ensure_ascii=False, indent=indent))
    with landed(tmp_path, "*.json") as it:
        table = it.tables[0]
        assert (table.name, table.rows) == ("accounts", 2)
        assert table.columns == ("attributes.type", "attributes.url", "Id", "Name", "Owner.Name", "Tags")
        assert it.rows("accounts") == [
            ("Account", "/a/1", "001", "王小明", "Ann", None, "Accounts.json", 1),
            ("Account", "/a/2", "002", None, None, '["a", 1]', "Accounts.json", 2),
        ]
        assert "totalSize, done" in table.notes[0]


def test_each_list_of_a_file_with_several_is_a_table(tmp_path: Path) -> None:
    both = {"data": {"customers": [{"id": 1}], "orders": [{"id": 7}, {"id": 8}]}, "colours": ["red"]}
    write(tmp_path / "dump.json", json.dumps(both))
    with landed(tmp_path, "dump.json") as it:
        assert [(table.name, table.rows) for table in it.tables] == [
            ("dump_data_customers", 1),
            ("dump_data_orders", 2),
        ]
        assert it.rows("dump_data_orders") == [(7, "dump.json/data.orders", 1), (8, "dump.json/data.orders", 2)]
        assert "colours" in it.tables[0].notes[0]
        assert it.bad == []


def test_lines_are_numbered_as_an_editor_does_and_a_broken_one_costs_only_itself(tmp_path: Path) -> None:
    lines = ['{"id": 1}', "", '{"id": 2', "[3]", '{"id": 4} {"id": 5}', '{"id": 6, "id": 7}', '{"id": 8}', "null"]
    write(tmp_path / "a.jsonl", "\r\n".join(lines))
    with landed(tmp_path, "a.jsonl") as it:
        assert it.rows("a") == [(1, "a.jsonl", 1), (8, "a.jsonl", 7)]
        assert [(bad.row, bad.value, bad.reason) for bad in it.bad] == [
            (3, '{"id": 2', "no valid JSON"),
            (4, "[3]", "no object with named values"),
            (5, '{"id": 4} {"id": 5}', "more than one value on the line"),
            (6, '{"id": 6, "id": 7}', 'the key "id" stands in it twice'),
            (8, "null", "no object with named values"),
        ]
        assert {(bad.table, bad.file) for bad in it.bad} == {("a", "a.jsonl")}


def test_lines_are_told_from_a_list_by_what_is_in_the_file(tmp_path: Path) -> None:
    write(tmp_path / "lines.json", '{"id": 1}\n{"id": 2}\n')
    write(tmp_path / "one.json", '{"id": 3, "city": {"name": "台北"}}\n')
    write(tmp_path / "list.jsonl", '[{"id": 4},\n {"id": 5}]')
    with landed(tmp_path, "*.json*") as it:
        assert it.rows("lines") == [(1, "lines.json", 1), (2, "lines.json", 2)]
        assert it.rows("one") == [(3, "台北", "one.json", 1)]
        assert it.rows("list") == [(4, "list.jsonl", 1), (5, "list.jsonl", 2)]


def test_a_list_accounts_for_every_place(tmp_path: Path) -> None:
    write(tmp_path / "a.json", '[{"id": 1}, 2, "x", null, {"id": 3, "id": 4}, [], {"id": 6}]')
    with landed(tmp_path, "a.json") as it:
        assert [row[0] for row in it.rows("a")] == [1, 6]
        assert [bad.row for bad in it.bad] == [2, 3, 4, 5, 6]


def test_types_are_kept_where_no_digit_is_lost_and_text_stands_as_it_stood(tmp_path: Path) -> None:
    rows = [
        '{"whole": 1, "share": 0.25, "yes": true, "mixed": 1.50, "long": 12345678901234567890, "exact": 0.1, "e": 1e3}',
        '{"whole": -9223372036854775808, "share": 3, "yes": false, "mixed": "n/a", "exact": 1234567890.1234567}',
        '{"whole": null, "yes": null, "mixed": true, "long": 1, "e": 1e-7, "list": [1.10, {"a": 2.0}], "empty": ""}',
    ]
    write(tmp_path / "a.jsonl", "\n".join(rows))
    with landed(tmp_path, "a.jsonl") as it:
        types = it.types("a")
        assert [types[name] for name in ("whole", "share", "yes")] == ["BIGINT", "DOUBLE", "BOOLEAN"]
        assert [types[name] for name in ("mixed", "long", "exact", "list")] == ["VARCHAR"] * 4
        assert it.con.execute('SELECT mixed, long, exact, list, "empty", e FROM raw_s.a ORDER BY _row').fetchall() == [
            ("1.50", "12345678901234567890", "0.1", None, None, 1000.0),
            ("n/a", None, "1234567890.1234567", None, None, None),
            ("true", "1", None, '[1.10, {"a": 2.0}]', None, 1e-7),
        ]


def test_keys_that_would_be_one_column_are_two(tmp_path: Path) -> None:
    write(tmp_path / "a.json", '[{"a": {"b": 1}, "a.b": 2, "A.B": 3, "_row": 4, "": 5}]')
    with landed(tmp_path, "a.json") as it:
        assert it.tables[0].columns == ("a.b", "a.b_2", "A.B_3", "_row_2", "column_5")
        assert it.rows("a") == [(1, 2, 3, 4, 5, "a.json", 1)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "big5"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    names = ["王小明", "陳淑芬", "林家豪", "台北市大安區", "已退貨", "會員問題"]
    write(tmp_path / "a.json", json.dumps([{"姓名": name} for name in names], ensure_ascii=False), encoding)
    with landed(tmp_path, "a.json") as it:
        assert [row[0] for row in it.rows("a")] == names


def test_packed_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"id": 1}\n'))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("Orders.json", '[{"id": 2}]')
    with landed(tmp_path, "*") as it:
        assert it.rows("a") == [(1, "a.jsonl.gz", 1)]
        assert it.rows("orders") == [(2, "b.zip/Orders.json", 1)]


def test_joined_files_keep_every_value(tmp_path: Path) -> None:
    write(tmp_path / "o_1.json", '[{"id": 1, "n": 1.50}]')
    write(tmp_path / "o_2.json", '[{"id": "x", "m": true}]')
    with landed(tmp_path, "*.json", tables={"o": "o_*.json"}) as it:
        assert [row[:3] for row in it.rows("o")] == [("1", 1.5, None), ("x", None, True)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("  \n ", "no valid JSON"),
        ("[]", "holds no records"),
        ('{"records": []}', "holds no records"),
        ('{"tags": ["a", "b"], "id": 1}', "holds no records"),
        ("[1, 2]", "holds no records"),
        ("12", "no valid JSON"),
        ('"text"', "no valid JSON"),
        ("<html>", "no valid JSON"),
        ("id,name\n1,x\n", "no valid JSON"),
        ('[{"id": 1},\n{"id": 2}\n{"id": 3}]', "up to line 3"),
        ('[{"id": 1},\n\n{"id": 2', "up to line 3"),
        ('[{"id": 1}]\n[{"id": 2}]', "up to line 2"),
        ('[{"id": 1},]', "no valid JSON"),
        ('{"a": [{"id": 1}], 5: 1}', "no valid JSON"),
        ("[" * 100_000, "no valid JSON"),
        ('{"a":' * 100_000, "no valid JSON"),
        ('[{"id": 1}, {"a": ' + "[" * 100_000 + "]" * 100_000 + "}]", "no valid JSON"),
    ],
)
def test_what_is_no_list_of_records_is_a_plain_message(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path / "a.json", text)
    with pytest.raises(UserError, match=said), landed(tmp_path, "a.json"):
        pass


def test_hostile_lines_are_bad_rows(tmp_path: Path) -> None:
    lines = [
        '{"a": "good"}',
        '{"a": "' + "x" * (1 << 22) + '"}',
        '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"a": ' * 900 + "1" + "}" * 900,
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        '{"\\udcff": 1}',
        '{"a": "\x00"}',
        '{"a": "\\u0041 \\ud83d\\ude00 \\\\u0000"}',
        '{"a": NaN}',
    ]
    write(tmp_path / "a.jsonl", "\n".join(lines))
    with landed(tmp_path, "a.jsonl") as it:
        read = {row[-1]: row[0] for row in it.rows("a")}
        assert read[1] == "good"
        assert read[9] == "A 😀 \\u0000"
        assert read[10] == "NaN"
        assert {*read, *(bad.row for bad in it.bad)} == set(range(1, 11))
        assert {2, 3, 5, 6, 7, 8} <= {bad.row for bad in it.bad}
        assert all(len(bad.value) < 300 for bad in it.bad)


def test_bytes_that_no_encoding_has_cost_their_line(tmp_path: Path) -> None:
    good = b"".join(b'{"a": "%s"}\n' % "王小明林家豪".encode() for _ in range(20))
    (tmp_path / "a.jsonl").write_bytes(good + b'{"a": "\xff\xfe"}\n')
    with landed(tmp_path, "a.jsonl") as it:
        assert it.tables[0].rows == 20
        assert [(bad.row, bad.reason) for bad in it.bad] == [(21, "bytes that can't be decoded")]


def test_limits_hold(tmp_path: Path) -> None:
    write(tmp_path / "wide.json", json.dumps([{f"k{n}": 1} for n in range(60)]))
    with pytest.raises(UserError, match="At most 50"), landed(tmp_path, "wide.json", limits=Limits(columns=50)):
        pass
    write(tmp_path / "long.jsonl", '{"a": 1}\n' * 60)
    with pytest.raises(UserError, match="more than 50 rows"), landed(tmp_path, "long.jsonl", limits=Limits(rows=50)):
        pass
    write(tmp_path / "bad.jsonl", '{"a": 1}\n' + "x\n" * 60)
    with (
        pytest.raises(UserError, match="more than 50 records"),
        landed(tmp_path, "bad.jsonl", limits=Limits(bad_rows=50)),
    ):
        pass


PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.text(st.characters(exclude_categories=["Cs"])))
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3), max_leaves=4)
RECORDS = st.lists(st.dictionaries(st.sampled_from("abcdef"), VALUES, min_size=1), min_size=1, max_size=12)


def as_text(value: Any) -> str | None:
    """A value as it stood: what the standard library makes of it, without the quotes of a text."""
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@given(RECORDS, st.sampled_from(["list", "lines", "wrapped"]), st.booleans())
def test_every_value_comes_back(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]], shape: str, escaped: bool
) -> None:
    folder = tmp_path_factory.mktemp("json")
    has_nul = [any("\\u0000" in json.dumps(value) for value in record.values()) for record in records]
    whole: object = {"x": {"records": records}} if shape == "wrapped" else records
    text = json.dumps(whole, ensure_ascii=escaped)
    if shape == "lines":
        text = "\n".join(json.dumps(record, ensure_ascii=escaped) for record in records)
    name = "a.jsonl" if shape == "lines" else "a.json"
    write(folder / name, text)
    if all(has_nul):
        return
    with landed(folder, name) as it:
        kept = [(place, record) for place, record in enumerate(records, 1) if not has_nul[place - 1]]
        assert len(kept) + len(it.bad) == len(records)
        rows = it.rows("a")
        assert [row[-1] for row in rows] == [place for place, _ in kept]
        for (_, record), row in zip(kept, rows, strict=True):
            read = dict(zip(it.tables[0].columns, row[:-2], strict=True))
            assert {key: as_text(value) for key, value in record.items() if as_text(value) is not None} == {
                key: as_text(value) for key, value in read.items() if value is not None
            }
