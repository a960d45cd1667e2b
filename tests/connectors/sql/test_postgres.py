"""PostgreSQL: a real server is read, and what it says of itself is the witness."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from crmeter.connectors.sql import SqlSource
from crmeter.kernel.errors import UserError
from tests.postgres_server import PASSWORD, Server

from .landing import landed


@contextmanager
def database(server: Server, name: str) -> Iterator[psycopg.Connection[Any]]:
    """A new database, open to fill it."""
    with psycopg.connect(server.url(), autocommit=True) as con:
        con.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        con.execute(f"CREATE DATABASE {name}")
    with psycopg.connect(server.url(name), autocommit=True) as con:
        yield con


EVERY_KIND = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN price AS numeric(12,2);
CREATE TABLE "Every Kind" (
    id bigint PRIMARY KEY, small smallint, amount numeric(18,4), free numeric, wide numeric(70,20), cost price,
    coins money, ratio double precision, yes boolean, day date, seen timestamptz, local timestamp, clock time,
    name varchar(20), code char(4), mood mood, tags text[], numbers int[], doc jsonb, photo bytea, key uuid,
    "Case" text, "case" text, _row int);
INSERT INTO "Every Kind" VALUES
(2, -5, 12345678901234.5678, 0.1, 12345678901234567890123456789012345678901.5, 9.90, 12.34, 0.1, true, '2025-03-01',
 '2025-03-01 08:00:00+08', '2025-03-01 08:00:00.123456', '09:30', E'a "b",\\n客戶', 'x', 'good', '{a,"b c",NULL}',
 '{1,2}', '{"a": [1, 2.50]}', '\\xff00', '11111111-2222-3333-4444-555555555555', 'A', 'a', 7),
(1, NULL, NULL, 123.456, 1, NULL, NULL, 'NaN', NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, NULL, NULL,
 NULL, NULL, NULL, NULL);
"""


def test_every_type_keeps_its_values(tmp_path: Path, postgres: Server) -> None:
    with database(postgres, "kinds") as con:
        con.execute(EVERY_KIND)
    with landed(tmp_path, postgres.url("kinds")) as it:
        table = it.table("every_kind")
        assert "photo" not in table.columns
        assert "binary values are left out: photo" in it.notes
        assert table.columns[-3:] == ("Case", "case_2", "_row_2")
        first, second = (dict(zip(table.columns, row, strict=False)) for row in it.rows("every_kind"))
        assert (first["id"], second["id"]) == (1, 2)  # by the key, not as inserted
        assert math.isnan(first.pop("ratio"))
        assert {value for key, value in first.items() if key not in ("id", "free", "wide")} == {None, ""}
        assert first["name"] == ""
        assert (first["free"], second["free"]) == (Decimal("123.456"), Decimal("0.100"))
        assert (second["amount"], second["cost"], second["coins"], second["ratio"]) == (
            Decimal("12345678901234.5678"), Decimal("9.90"), Decimal("12.34"), 0.1,
        )  # fmt: skip
        assert second["wide"] == "12345678901234567890123456789012345678901.50000000000000000000"
        assert "read as text, since not every value fits a type: wide" in it.notes
        assert (second["small"], second["yes"], second["day"]) == (-5, True, date(2025, 3, 1))
        assert it.types("every_kind")["seen"] == "TIMESTAMP WITH TIME ZONE"
        assert second["seen"] == datetime(2025, 3, 1, tzinfo=UTC).replace(tzinfo=None)  # 08:00 at +08
        assert second["local"] == datetime(2025, 3, 1, 8, 0, 0, 123456, UTC).replace(tzinfo=None)  # as it stood
        assert (second["clock"], second["name"], second["mood"]) == ("09:30:00", 'a "b",\n客戶', "good")
        assert (second["tags"], second["numbers"], second["doc"]) == ('["a","b c",null]', "[1,2]", '{"a": [1, 2.50]}')
        assert (second["key"], second["Case"], second["case_2"]) == ("11111111-2222-3333-4444-555555555555", "A", "a")
        assert {row[-2] for row in it.rows("every_kind")} == {"public.Every Kind"}


def test_days_that_no_type_of_ours_has_are_text(tmp_path: Path, postgres: Server) -> None:
    with database(postgres, "days") as con:
        con.execute("CREATE TABLE a (id int PRIMARY KEY, ended date, began timestamp)")
        con.execute("INSERT INTO a VALUES (1, 'infinity', '0044-03-15 12:00 BC'), (2, '2025-03-01', '2025-03-01')")
    with landed(tmp_path, postgres.url("days")) as it:
        assert [row[1:3] for row in it.rows("a")] == [
            ("infinity", "0044-03-15 12:00:00 BC"),
            ("2025-03-01", "2025-03-01 00:00:00"),
        ]


def test_tables_are_read_at_one_moment_and_nothing_is_written(tmp_path: Path, postgres: Server) -> None:
    with database(postgres, "moment") as con:
        con.execute(
            "CREATE TABLE a (x int); CREATE TABLE b (x int); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)"
        )
        con.execute("CREATE FUNCTION spoil() RETURNS int LANGUAGE sql AS 'INSERT INTO a VALUES (9) RETURNING x'")
        con.execute("CREATE VIEW evil AS SELECT spoil() AS x")

        def write(step: str, share: float | None) -> None:
            if step == "Reading b":
                con.execute("INSERT INTO b VALUES (2)")

        with duckdb.connect() as duck:
            tables, _ = SqlSource("crm", tmp_path, postgres.url("moment")).land(duck, "raw_s", write)
        assert [(table.name, table.rows) for table in tables] == [("a", 1), ("b", 1)]
        with (
            pytest.raises(UserError, match="read-only transaction"),
            landed(tmp_path, postgres.url("moment"), tables={"evil": "evil"}),
        ):
            pass
        assert con.execute("SELECT count(*) FROM a").fetchone() == (1,)


def test_schemas_views_and_tables_that_may_not_be_read(tmp_path: Path, postgres: Server) -> None:
    with database(postgres, "rights") as con:
        con.execute("CREATE SCHEMA crm; CREATE TABLE crm.open (x int); CREATE TABLE crm.closed (x int)")
        con.execute("INSERT INTO crm.open VALUES (1); CREATE VIEW crm.v AS SELECT x + 1 AS x FROM crm.open")
        con.execute("DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'let me in'")
        con.execute("GRANT USAGE ON SCHEMA crm TO reader; GRANT SELECT ON crm.open, crm.v TO reader")
    url = postgres.url("rights", user="reader", password="let me in")
    with landed(tmp_path, url, schema="crm") as it:
        assert [table.name for table in it.tables] == ["open"]
        assert "views are read only if tables names them: v" in it.notes
        assert "may not read: closed" in it.notes
    with landed(tmp_path, url, schema="crm", tables={"v": "v"}) as it:
        assert it.rows("v")[0][0] == 2
    with (
        pytest.raises(UserError, match='no table "closed"'),
        landed(tmp_path, url, schema="crm", tables={"c": "closed"}),
    ):
        pass
    with pytest.raises(UserError, match="holds no table"), landed(tmp_path, postgres.url("rights")):
        pass


def test_rows_without_a_key_keep_their_numbers(tmp_path: Path, postgres: Server) -> None:
    with database(postgres, "heap") as con:
        con.execute(
            "CREATE TABLE a (x int); INSERT INTO a SELECT (n * 7919) % 100003 FROM generate_series(1, 100000) n"
        )
    with landed(tmp_path, postgres.url("heap")) as one, landed(tmp_path, postgres.url("heap")) as two:
        assert one.rows("a") == two.rows("a")
        assert one.tables[0].rows == 100_000
        assert one.con.execute("SELECT sum(x), min(_row), max(_row) FROM raw_s.a").fetchone() == (
            sum((n * 7919) % 100003 for n in range(1, 100001)), 1, 100_000,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("make", "what", "next"),
    [
        (lambda server: server.url(password="hunter2"), "password authentication failed", "Check user and password"),
        (lambda server: server.url("nowhere"), 'database "nowhere" does not exist', "Check url"),
        (lambda server: server.url(user="nobody"), "authentication failed", "Check user and password"),
        (
            lambda server: f"postgresql://ann:{PASSWORD.replace(' ', '%20')}@127.0.0.1:1/crm",
            "refused",
            "the server runs",
        ),
        (lambda server: "postgresql://ann:hunter2@127.0.0.1:notaport/crm", "", "Check url"),
        (lambda server: "postgresql://ann:hunter2@[::1/crm", "", "Check url"),
        (lambda server: "postgresql://ann:hunter2@/crm?host=/nowhere&nosuch=1", "", "Check url"),
    ],
)
def test_a_server_that_does_not_let_us_in_is_a_plain_message(
    tmp_path: Path, postgres: Server, make: Any, what: str, next: str
) -> None:
    with pytest.raises(UserError) as caught, landed(tmp_path, make(postgres)):
        pass
    said = str(caught.value)
    assert "Source “crm”" in said
    assert what in said
    assert next in said
    for secret in ("hunter2", PASSWORD, PASSWORD.replace(" ", "%20")):
        assert secret not in said


def test_the_address_is_in_no_representation(tmp_path: Path, postgres: Server) -> None:
    assert "correct" not in repr(SqlSource("crm", tmp_path, postgres.url()))


def test_a_missing_driver_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UserError, match=r"pip install 'crmeter\[postgres\]'"), landed(tmp_path, "postgresql://db/crm"):
        pass
