"""SQLite: any value may stand in any column, and every one comes back as SQLite itself shows it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmeter.connectors.sql import SqlSource, is_database
from crmeter.kernel.errors import UserError

from .landing import landed

URL = "sqlite:///crm.sqlite"


@contextmanager
def database(root: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(root / "crm.sqlite")) as con:
        yield con
        con.commit()


def test_loose_types_lose_and_change_nothing(tmp_path: Path) -> None:
    with database(tmp_path) as con:
        con.executescript(
            """
            CREATE TABLE Loose (id INTEGER PRIMARY KEY, number INTEGER, price NUMERIC(10,2), seen DATE, code TEXT,
                                big INTEGER, mixed REAL, unset INTEGER, empty TEXT);
            INSERT INTO Loose VALUES (3, 7, 1.98, '2025-03-01', '007', 9223372036854775807, 1.5, NULL, '');
            INSERT INTO Loose VALUES (1, 'seven', 2, '01/03/2025', '8', -9223372036854775808, 9007199254740993, NULL,
                                      NULL);
            INSERT INTO Loose VALUES (2, 8.5, 0.1, 1740787200, NULL, 0, 2.0, NULL, ' x ');
            """
        )
    with landed(tmp_path, URL) as it:
        types = it.types("loose")
        assert [types[name] for name in ("id", "price", "big", "mixed")] == ["BIGINT", "DOUBLE", "BIGINT", "DOUBLE"]
        assert {types[name] for name in ("number", "seen", "code", "unset", "empty")} == {"VARCHAR"}
        assert it.rows("loose") == [
            (1, "seven", 2.0, "01/03/2025", "8", -(2**63), 9007199254740992.0, None, None, "crm.sqlite/Loose", 1),
            (2, "8.5", 0.1, "1740787200", None, 0, 2.0, None, " x ", "crm.sqlite/Loose", 2),
            (3, "7", 1.98, "2025-03-01", "007", 2**63 - 1, 1.5, None, "", "crm.sqlite/Loose", 3),
        ]


def test_names_are_kept_and_binary_values_are_left_out_and_said(tmp_path: Path) -> None:
    with database(tmp_path) as con:
        con.execute('CREATE TABLE "Order Details" ("Order ID" TEXT, "a""b" TEXT, "客戶" TEXT, _row TEXT, photo BLOB)')
        con.execute('INSERT INTO "Order Details" VALUES (?, ?, ?, ?, ?)', ["1", "x", "王", "9", b"\xff\x00"])
        con.execute("CREATE VIEW v AS SELECT 1 AS one")
    with landed(tmp_path, URL) as it:
        table = it.table("order_details")
        assert table.columns == ("Order ID", 'a"b', "客戶", "_row_2", "photo")
        assert it.rows("order_details") == [("1", "x", "王", "9", None, "crm.sqlite/Order Details", 1)]
        assert "binary values are left out: photo (1)" in it.notes
        assert "views are read only if tables names them: v" in it.notes
        assert "_row → _row_2" in it.notes


def test_tables_and_views_that_are_named_are_read(tmp_path: Path) -> None:
    with database(tmp_path) as con:
        con.executescript("CREATE TABLE a (x); INSERT INTO a VALUES (1); CREATE VIEW v AS SELECT x + 1 AS y FROM a;")
        con.executescript("CREATE TABLE b (x);")
    with landed(tmp_path, URL, tables={"plus": "v", "A Table": "a"}) as it:
        assert [table.name for table in it.tables] == ["plus", "a_table"]
        assert it.rows("plus")[0][0] == 2
    with (
        pytest.raises(UserError, match=r'has no table "c"(.|\n)*There are: a, b, v'),
        landed(tmp_path, URL, tables={"c": "c"}),
    ):
        pass


def test_two_tables_never_become_one(tmp_path: Path) -> None:
    with database(tmp_path) as con:
        con.executescript('CREATE TABLE "order item" (x); CREATE TABLE OrderItem (x);')
    with pytest.raises(UserError, match="would both become the raw table"), landed(tmp_path, URL):
        pass


def test_text_that_can_not_be_kept_costs_its_row(tmp_path: Path) -> None:
    with database(tmp_path) as con:
        con.execute("CREATE TABLE a (id INTEGER, name TEXT)")
        con.execute("INSERT INTO a VALUES (1, 'good'), (2, CAST(x'ff41' AS TEXT)), (3, 'a' || char(0) || 'b')")
    with landed(tmp_path, URL) as it:
        assert it.rows("a") == [(1, "good", "crm.sqlite/a", 1)]
        assert [(bad.table, bad.file, bad.row, bad.column, bad.reason) for bad in it.bad] == [
            ("a", "crm.sqlite/a", 2, "name", "bytes that can't be decoded"),
            ("a", "crm.sqlite/a", 3, "name", "a NUL byte"),
        ]


def test_tables_are_read_at_one_moment(tmp_path: Path) -> None:
    """A program that writes between two tables: neither shows what came after the first was read."""
    with database(tmp_path) as con:
        con.execute("PRAGMA journal_mode = WAL")
        con.executescript("CREATE TABLE a (x); CREATE TABLE b (x); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);")
    import duckdb

    writer = sqlite3.connect(tmp_path / "crm.sqlite", isolation_level=None)

    def write(step: str, share: float | None) -> None:
        if step == "Reading b":
            writer.execute("INSERT INTO b VALUES (2)")

    with duckdb.connect() as con:
        tables, _ = SqlSource("crm", tmp_path, URL).land(con, "raw_s", write)
    writer.close()
    assert [table.rows for table in tables] == [1, 1]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///../crm.sqlite", "leads out of the workspace"),
        ("sqlite:////etc/passwd", "leads out of the workspace"),
        ("sqlite:///link.sqlite", "leads out of the workspace"),
        ("sqlite:///%2e%2e/crm.sqlite", "leads out of the workspace"),
        ("sqlite:///nowhere.sqlite", "no file nowhere.sqlite"),
        ("sqlite:///orders.csv", "is no SQLite database"),
        ("sqlite:///empty.sqlite", "holds no table"),
        ("sqlite:///cut.sqlite", "can’t be read|is no SQLite database"),
    ],
)
def test_what_is_no_database_of_the_workspace_is_a_plain_message(tmp_path: Path, url: str, said: str) -> None:
    root = tmp_path / "ws"
    root.mkdir()
    with database(root) as con:
        con.executescript("CREATE TABLE a (x); CREATE TABLE b (x); CREATE INDEX i ON a (x);")
        con.executemany("INSERT INTO a VALUES (?)", [("x" * 500,)] * 200)
    (root / "crm.sqlite").replace(tmp_path / "crm.sqlite")
    whole = (tmp_path / "crm.sqlite").read_bytes()
    (root / "link.sqlite").symlink_to(tmp_path / "crm.sqlite")
    (root / "orders.csv").write_text("a,b\n1,2\n")
    (root / "empty.sqlite").touch()
    (root / "cut.sqlite").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=said), landed(root, url):
        pass


def test_a_locked_database_is_a_plain_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmeter.connectors.sql.sqlite._WAIT", 0.1)
    with database(tmp_path) as con:
        con.execute("CREATE TABLE a (x)")
        con.commit()
        con.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UserError, match="is being written by another program"), landed(tmp_path, URL):
            pass


def test_damaged_databases_never_end_in_a_traceback(tmp_path: Path) -> None:
    """Bytes changed at random: it is read, or the message is plain."""
    with database(tmp_path) as con:
        con.executescript("CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT, amount REAL);")
        con.executemany("INSERT INTO a VALUES (?, ?, ?)", [(n, f"name {n}", n / 7) for n in range(500)])
    whole = (tmp_path / "crm.sqlite").read_bytes()
    dice = random.Random(7)
    for _ in range(60):
        harmed = bytearray(whole)
        for _ in range(dice.randint(1, 40)):
            harmed[dice.randrange(100, len(harmed))] = dice.randrange(256)
        (tmp_path / "crm.sqlite").write_bytes(harmed)
        try:
            with landed(tmp_path, URL):
                pass
        except UserError as error:
            assert error.problems


def test_a_database_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    with database(tmp_path) as con:
        con.execute("CREATE TABLE a (x)")
    (tmp_path / "a.db").write_bytes(b"SQLite")
    assert is_database(tmp_path / "crm.sqlite")
    assert not is_database(tmp_path / "a.db")
    assert not is_database(tmp_path)


VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=8), st.sampled_from(["", "INTEGER", "REAL", "TEXT"]))
def test_every_value_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, Any]], declared: str
) -> None:
    folder = tmp_path_factory.mktemp("sqlite")
    with database(folder) as con:
        con.execute(f"CREATE TABLE a (x {declared}, y {declared})")
        con.executemany("INSERT INTO a VALUES (?, ?)", rows)
        con.commit()
        kept = con.execute("SELECT x, y FROM a ORDER BY rowid").fetchall()
    with landed(folder, URL) as it:
        for before, after in zip(kept, it.rows("a"), strict=True):
            for was, now in zip(before, after[:2], strict=True):
                if isinstance(now, str) and not isinstance(was, str):
                    assert now == (repr(was) if isinstance(was, float) else str(was))
                else:
                    assert now == was
