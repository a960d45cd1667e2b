"""The canonical tables built on a server from raw tables there are those that a load of the same files makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from crmeter.app.ingesting import ingest
from crmeter.app.settings import Workspace, open_workspace
from crmeter.kernel.errors import UserError
from crmeter.warehouse.identifier import quoted
from tests import clickhouse_server
from tests.world.engine_places import OnClickHouse, OnPostgres, Place
from tests.world.in_place import (
    BERLIN,
    MAPPED,
    TRAPS,
    Tables,
    built,
    check_meanings,
    check_the_designed_company,
    check_the_traps,
    check_values,
)


@dataclass(frozen=True)
class OnServer:
    """A server with a schema of raw tables, and one of those built of them."""

    url: str
    do: Callable[[str], Any]
    asked: Callable[[str], list[tuple[Any, ...]]]
    text: str  # the type of a text
    engine: str = ""
    raw: str = "raw"
    target: str = "built"

    def lay(self, tables: Tables) -> None:
        self.do(f"CREATE {'DATABASE' if self.engine else 'SCHEMA'} raw")
        for name, rows in tables.items():
            described = ", ".join(f"{quoted(column)} {self.text}" for column in rows[0])
            self.do(f"CREATE TABLE raw.{quoted(name)} ({described}){self.engine}")
            values = ", ".join(f"({', '.join(map(self._literal, row.values()))})" for row in rows)
            self.do(f"INSERT INTO raw.{quoted(name)} VALUES {values}")

    def _literal(self, value: str | None) -> str:
        """Nothing between two commas is no value, as in a file."""
        doubled = (value or "").replace("'", "''")
        return f"'{doubled.replace(chr(92), chr(92) * 2) if self.engine else doubled}'" if value else "NULL"

    def rows(self, columns: str, table: str) -> Iterable[tuple[Any, ...]]:
        return self.asked(f"SELECT {columns} FROM built.{quoted(table)}")

    def drop(self) -> None:
        for schema in ("raw", "built"):
            kind, more = ("DATABASE", "") if self.engine else ("SCHEMA", " CASCADE")
            self.do(f"DROP {kind} IF EXISTS {schema}{more}")


@pytest.fixture(params=["postgres", "clickhouse"])
def there(request: pytest.FixtureRequest, place: Callable[[str], Place]) -> Iterator[OnServer]:
    found = place(request.param)
    if isinstance(found, OnPostgres):
        with psycopg.connect(found.server.url(), autocommit=True) as con:
            server = OnServer(found.server.url(), con.execute, lambda sql: con.execute(sql.encode()).fetchall(), "text")
            yield server
            server.drop()
        return
    assert isinstance(found, OnClickHouse)
    client = found.client
    with clickhouse_server.running() as address:
        asked = lambda sql: [tuple(row) for row in client.query(sql).result_rows]  # noqa: E731
        server = OnServer(address.url("default"), client.command, asked, "Nullable(String)", " ENGINE = Memory")
        yield server
        server.drop()


def test_the_designed_company_is_the_same(
    there: OnServer,
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = check_the_designed_company(there, workspace, tmp_path, monkeypatch, capsys)
    check_values(workspace.root, root, capsys)


def test_what_does_not_fit_stands_in_quarantine_as_in_a_load(
    there: OnServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_the_traps(there, tmp_path, monkeypatch)


def test_mappings_mean_the_same(there: OnServer) -> None:
    check_meanings(there)


REFUSED = {
    "SELECT id AS customer_id,\n  strptime(merged, '%d/%m') AS created_at FROM people": "customer.sql:2:3: “STRPTIME”",
    "SELECT id AS customer_id FROM people\nORDER BY id": "customer.sql:2:10: “ORDER BY”",
    "SELECT id AS customer_id, md5(merged) AS hash FROM people": "customer.sql:1:27: “MD5”",
    "SELECT id AS customer_id, CAST(merged AS TIMESTAMP) AS created_at FROM people": "customer.sql:1:32: The type",
    "SELECT CAST(id AS INTEGER) AS customer_id FROM people": "invalid input syntax for type integer",
    'SELECT id AS customer_id, "group" AS created_at FROM people': "created_at: 5 of 5 values are no dates",
}


@pytest.mark.parametrize("there", ["postgres"], indirect=True)
def test_what_cannot_be_built_is_refused_with_its_place(
    there: OnServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.lay(TRAPS)
    monkeypatch.setenv("WHERE", there.url)
    for number, (sql, said) in enumerate(REFUSED.items()):
        with pytest.raises(UserError) as error:
            ingest(built(there, tmp_path / str(number), {"customer": sql}, BERLIN))
        assert said in str(error.value)
    assert there.asked("SELECT count(*) FROM pg_namespace WHERE nspname = 'built'") == [(0,)]
    own = built(there, tmp_path / "own", MAPPED, BERLIN)
    with pytest.raises(UserError, match="all sources together"):
        ingest(own, ["company"])
    there.do('CREATE SCHEMA built CREATE TABLE "order" (a int)')
    with pytest.raises(UserError, match="holds tables that crmeter did not build: order"):
        ingest(own)
    (own.root / "crmeter.toml").write_text(BERLIN.partition("[sources")[0] + '[engine]\nurl = "env:WHERE"\n')
    with pytest.raises(UserError, match="no raw tables to build from"):
        ingest(open_workspace(own.root))
