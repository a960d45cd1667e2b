"""Archives and paths: what is inside comes out, and nothing hostile does."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from crmeter.connectors.files import Limits
from crmeter.kernel.errors import UserError

from .landing import landed

ROWS = "id,name\n1,a\n2,b\n"


def zip_of(path: Path, files: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)


def refused(root: Path, *paths: str, says: str, **settings: object) -> None:
    with pytest.raises(UserError, match=says), landed(root, *paths, **settings):
        pass


def test_inner_files_are_tables(tmp_path: Path) -> None:
    zip_of(tmp_path / "export.zip", {"2025/Orders.csv": ROWS, "leads.tsv": "id\tn\n1\t2\n", "__MACOSX/._x": "junk"})
    (tmp_path / "cases.csv.gz").write_bytes(gzip.compress(ROWS.encode()))
    with landed(tmp_path, "export.zip", "cases.csv.gz") as it:
        assert {table.name: table.files for table in it.tables} == {
            "cases": ("cases.csv.gz",),
            "orders": ("export.zip/2025/Orders.csv",),
            "leads": ("export.zip/leads.tsv",),
        }
        assert it.rows("orders")[1] == ("2", "b", "export.zip/2025/Orders.csv", 3)


@pytest.mark.parametrize("encoding", ["big5", "gb18030"])
def test_names_packed_on_a_chinese_machine_are_read(tmp_path: Path, encoding: str) -> None:
    name = "客戶訂單資料" if encoding == "big5" else "客户订单数据"
    path = tmp_path / "a.zip"
    placeholder = "x" * len(name.encode(encoding))
    zip_of(path, {f"{placeholder}.csv": ROWS})
    path.write_bytes(path.read_bytes().replace(placeholder.encode(), name.encode(encoding)))
    with landed(tmp_path, "a.zip") as it:
        assert [table.name for table in it.tables] == [name]


def test_bombs_are_refused(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "bomb.csv.gz", "wb") as out:
        for _ in range(100):
            out.write(bytes(1 << 20))
    with (
        zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.csv", "w") as out,
    ):
        for _ in range(100):
            out.write(bytes(1 << 20))
    for name in ("bomb.csv.gz", "bomb.zip"):
        refused(tmp_path, name, says="unpacks to more than")
    zip_of(tmp_path / "many.zip", {f"{n}.csv": ROWS for n in range(30)})
    refused(tmp_path, "many.zip", says="holds 30 files", limits=Limits(archive_files=20))
    zip_of(tmp_path / "nested.zip", {"inner.zip": "x"})
    refused(tmp_path, "nested.zip", says="archive in an archive")


@pytest.mark.parametrize("name", ["a.zip", "a.csv.gz"])
@pytest.mark.parametrize("keep", [0.5, 0.98])
def test_a_cut_archive_is_one_clear_message(tmp_path: Path, name: str, keep: float) -> None:
    text = "id,name\n" + "".join(f"{n},{n * 7919 % 10007}\n" for n in range(3000))
    if name.endswith("gz"):
        (tmp_path / name).write_bytes(gzip.compress(text.encode()))
    else:
        zip_of(tmp_path / name, {"x.csv": text})
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: int(len(data) * keep)])
    refused(tmp_path, name, says="damaged or was cut off")


def test_a_changed_byte_in_an_archive_shows(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:  # stored, so only its checksum tells
        archive.writestr("x.csv", "id,amount\n1,100\n")
    data = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(data.replace(b"1,100", b"1,900"))
    refused(tmp_path, "a.zip", says="damaged or was cut off")


def test_nothing_outside_the_workspace_is_read(tmp_path: Path) -> None:
    outside, root = tmp_path / "secret.csv", tmp_path / "ws"
    outside.write_text(ROWS)
    root.mkdir()
    (root / "link.csv").symlink_to(outside)
    for path in ("../secret.csv", str(outside), "x/../../secret.csv", "C:\\secret.csv"):
        refused(root, path, says="leads out of the workspace")
    refused(root, "link.csv", says="link to a place outside")
    zip_of(root / "slip.zip", {"../../evil.csv": ROWS})
    with landed(root, "slip.zip") as it:
        assert it.tables[0].name == "evil"
    assert not (tmp_path / "evil.csv").exists()


def test_every_problem_of_every_file_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(ROWS.encode())[:-8])
    (tmp_path / "good.csv").write_text(ROWS)
    with pytest.raises(UserError) as caught, landed(tmp_path, "*.csv*"):
        pass
    assert [problem.what for problem in caught.value.problems] == [
        "cut.csv.gz is damaged or was cut off.",
        "empty.csv is empty.",
    ]


def test_a_folder_for_a_file_and_no_file_at_all(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "photo.png").touch()
    refused(tmp_path, "exports", says="exports is a folder")
    refused(tmp_path, "nothing/*.csv", says="No file matches")
    refused(tmp_path, "photo.png", says="of a kind that can't be read")


def test_files_that_belong_together_are_joined_by_header(tmp_path: Path) -> None:
    (tmp_path / "orders_2024.csv").write_text("id,amount\n1,5\n")
    (tmp_path / "orders_2025.csv").write_text("AMOUNT,id,channel\n6,2,web\n")
    (tmp_path / "leads.csv").write_text(ROWS)
    with landed(tmp_path, "*.csv", tables={"orders": "orders_*.csv"}) as it:
        assert [table.name for table in it.tables] == ["orders", "leads"]
        assert it.rows("orders") == [
            ("1", "5", None, "orders_2024.csv", 2),
            ("2", "6", "web", "orders_2025.csv", 2),
        ]
        assert it.tables[0].notes == ("orders_2024.csv has no column channel.",)
    refused(tmp_path, "*.csv", says="matches no file", tables={"cases": "cases_*.csv"})


def test_two_files_of_one_name_are_asked_about(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "Orders.csv").write_text(ROWS)
    refused(tmp_path, "*/Orders.csv", says='would become the raw table "orders"')


def test_no_unpacked_file_is_left_behind(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    zip_of(tmp_path / "a.zip", {"x.csv": ROWS})
    with landed(tmp_path, "a.zip", scratch=scratch):
        assert not list(scratch.iterdir())
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 no archive")
    refused(tmp_path, "bad.zip", says="damaged", scratch=scratch)
    assert not list(scratch.iterdir())
