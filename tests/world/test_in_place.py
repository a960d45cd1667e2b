"""The canonical tables built on a server from raw tables there are those that a load of the same files makes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from crmeter.app.ingesting import ingest
from crmeter.app.settings import Workspace, open_workspace
from crmeter.cli.main import run
from crmeter.kernel.errors import UserError
from crmeter.model.tables import DELIVERED
from crmeter.warehouse.identifier import quoted
from tests import clickhouse_server
from tests.world.engine_places import OnClickHouse, OnPostgres, Place
from tests.world.rows import FOLDER, read
from tests.world.workspace import SETTINGS

Tables = Mapping[str, Sequence[Mapping[str, str | None]]]
ENGINE = """
[engine]
url = "env:WHERE"
schema = "built"
raw = {{ company = "{raw}" }}
"""


@dataclass(frozen=True)
class Raw:
    """A server on which raw tables are laid, and what stands on it afterwards."""

    url: str
    do: Callable[[str], Any]
    rows: Callable[[str], list[tuple[Any, ...]]]
    text: str  # the type of a text
    engine: str = ""

    def lay(self, schema: str, tables: Tables) -> None:
        self.do(f"CREATE {'DATABASE' if self.engine else 'SCHEMA'} {schema}")
        for name, rows in tables.items():
            described = ", ".join(f"{quoted(column)} {self.text}" for column in rows[0])
            self.do(f"CREATE TABLE {schema}.{quoted(name)} ({described}){self.engine}")
            values = ", ".join(f"({', '.join(map(self._literal, row.values()))})" for row in rows)
            self.do(f"INSERT INTO {schema}.{quoted(name)} VALUES {values}")

    def _literal(self, value: str | None) -> str:
        """Nothing between two commas is no value, as in a file."""
        doubled = (value or "").replace("'", "''")
        return f"'{doubled.replace(chr(92), chr(92) * 2) if self.engine else doubled}'" if value else "NULL"

    def drop(self, *schemas: str) -> None:
        for schema in schemas:
            kind, more = ("DATABASE", "") if self.engine else ("SCHEMA", " CASCADE")
            self.do(f"DROP {kind} IF EXISTS {schema}{more}")


@pytest.fixture(params=["postgres", "clickhouse"])
def there(request: pytest.FixtureRequest, place: Callable[[str], Place]) -> Iterator[Raw]:
    found = place(request.param)
    if isinstance(found, OnPostgres):
        with psycopg.connect(found.server.url(), autocommit=True) as con:
            raw = Raw(found.server.url(), con.execute, lambda sql: con.execute(sql.encode()).fetchall(), "text")
            yield raw
            raw.drop("raw", "built")
        return
    assert isinstance(found, OnClickHouse)
    client = found.client
    with clickhouse_server.running() as server:
        asked = lambda sql: [tuple(row) for row in client.query(sql).result_rows]  # noqa: E731
        raw = Raw(server.url("default"), client.command, asked, "Nullable(String)", " ENGINE = Memory")
        yield raw
        raw.drop("raw", "built")


def workspace_of(root: Path, mappings: Mapping[str, str], settings: str) -> Path:
    folder = root / "mappings" / "company"
    folder.mkdir(parents=True)
    for table, sql in mappings.items():
        (folder / f"{table}.sql").write_text(sql, "utf-8")
    (root / "crmeter.toml").write_text(settings, "utf-8")
    return root


def built(root: Path, mappings: Mapping[str, str], settings: str = "", raw: str = "raw") -> Workspace:
    """A workspace whose tables are on the server."""
    plain = (settings or SETTINGS).partition("[sources.company]")[0]
    return open_workspace(workspace_of(root, mappings, plain + ENGINE.format(raw=raw)))


def believed(rows: Callable[[str], Iterable[tuple[Any, ...]]], schema: str) -> dict[str, list[str]]:
    """The rows of every canonical table."""
    found = {}
    for table in DELIVERED:
        columns = ", ".join(quoted(name) for name, _ in table.stored)
        found[table.name] = sorted(map(repr, rows(f"SELECT {columns} FROM {schema}.{quoted(table.name)}")))
    return found


def test_the_designed_company_is_the_same(
    there: Raw,
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    there.lay("raw", {path.stem: read(path.stem) for path in FOLDER.glob("*.csv")})
    monkeypatch.setenv("WHERE", there.url)
    mappings = {path.stem: path.read_text("utf-8") for path in (workspace.root / "mappings/company").glob("*.sql")}
    root = built(tmp_path, mappings).root
    assert run(["ingest", "-C", str(root)]) == 0
    assert "Customers known only because rows refer to them: 1" in capsys.readouterr().out
    with duckdb.connect(str(workspace.warehouse), read_only=True) as con:
        assert believed(there.rows, "built") == believed(lambda sql: con.execute(sql).fetchall(), "main")
    asked = ["kpi", "revenue", "--by", "customer.segment", "--period", "2025-Q3", "--format", "json"]
    answers = []
    for folder in (workspace.root, root):
        assert run([*asked, "-C", str(folder)]) == 0
        answers.append([{**value, "load": None} for value in json.loads(capsys.readouterr().out)])
    assert answers[0] == answers[1] and answers[0]


BERLIN = """[workspace]
currency = "EUR"
timezone = "Europe/Berlin"

[sources.company]
kind = "files"
path = "exports/*.csv"
"""
TRAPS: Tables = {
    "people": [
        {"ID": "c1", "Group": "vip", "Merged": ""},
        {"ID": " c2\u3000", "Group": " basic ", "Merged": "c9"},
        {"ID": "", "Group": "vip", "Merged": ""},
        {"ID": "c1", "Group": "vip", "Merged": ""},
        {"ID": "C1", "Group": "O'Neil\\n", "Merged": ""},
    ],
    "groups": [{"code": "vip", "region": "nord"}, {"code": "basic", "region": ""}],
    "sold": [
        {"No": no, "who": who, "at": at, "cents": cents, "money": money, "kind": kind}
        for no, who, at, cents, money, kind in (
            ("o1", "c1", "2025-08-01 10:00", "1050", "EUR", "sale"),
            ("o2", "c1", "2025-02-30", "100", "EUR", "sale"),
            ("o3", "c1", "2025-08-01", "", "EUR", "sale"),
            ("o4", "c1", "2025-08-01T09:30:15.250", "100", "EUR", "gift"),
            ("o5", "c2", "2025-08-01 10:00:00Z", "100", "XXQ", "SALE"),
            ("o6", "c2", "2025-08-01 23:30:00-05:00", "-500", "€", "sale"),
            ("o7", "", "2025-08-01 10:00", "100", "EUR", "sale"),
            ("o1", "c1", "2025-09-01 10:00", "7", "EUR", "sale"),
            ("o8", "ghost", "2025-08-01 23:30:00-05:00", "33", "eur", "銷售"),
            ("o9", "c2", "2025-03-30 02:30", "-33", "EUR", "refund"),
            ("o10", "c2", "2025-10-26 02:30", "1", "EUR", "sale"),
            ("o11", "c2", "1950/1/2 7:30", "1", "EUR", "sale"),
            ("o13", "c2", "2025年8月1日 09:05:30", "1", "EUR", "sale"),
            ("o14", "c2", "2025/2/30", "1", "EUR", "sale"),
            ("o12", "c2", "1850-01-01", "1", "EUR", "sale"),
        )
    ],
    "moves": [{"deal": "none", "to": "won", "on": "2025-08-01 10:00"}],
}
MAPPED = {
    "customer": 'WITH p AS (SELECT id, "Group" AS g, merged FROM People)\n'
    "SELECT p.ID AS customer_id, trim(p.g) AS segment, coalesce(groups.region, 'none') AS region,\n"
    "  p.Merged AS merged_into, length(p.g) AS letters FROM p LEFT JOIN groups ON groups.code = trim(p.g)",
    "order": 'SELECT no AS order_id, who AS customer_id, "at" AS ordered_at, money AS currency, kind,\n'
    "  CAST(CASE WHEN cents = '' THEN NULL ELSE cents END AS INTEGER) / 100 AS amount FROM sold",
    "stage_change": 'SELECT deal AS opportunity_id, "to" AS stage, "on" AS entered_at FROM moves',
}


def test_what_does_not_fit_stands_in_quarantine_as_in_a_load(
    there: Raw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in a zone whose clocks are put forward and back."""
    loaded = workspace_of(tmp_path / "loaded", MAPPED, BERLIN)
    (loaded / "exports").mkdir()
    for name, rows in TRAPS.items():
        with (loaded / "exports" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    here = open_workspace(loaded, {})
    ingest(here)
    there.lay("raw", TRAPS)
    monkeypatch.setenv("WHERE", there.url)
    report = ingest(built(tmp_path / "built", MAPPED, BERLIN))
    refused = 'SELECT "table", "column", value, reason FROM {}.quarantine'
    with duckdb.connect(str(here.warehouse), read_only=True) as con:
        rows = lambda sql: con.execute(sql).fetchall()  # noqa: E731
        assert sorted(map(repr, there.rows(refused.format("built")))) == sorted(map(repr, rows(refused.format("meta"))))
        assert believed(there.rows, "built") == believed(rows, "main")
        own = "SELECT customer_id, letters FROM {}.customer ORDER BY 1"
        assert there.rows(own.format("built")) == rows(own.format("main"))
    assert {(c.table, c.read, c.accepted, c.quarantined) for c in report.tables} == {
        ("customer", 5, 3, 2),
        ("order", 15, 6, 9),
        ("stage_change", 1, 0, 1),
    }
    assert ingest(open_workspace(tmp_path / "built")).load == 2  # what it built it may replace


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
    there: Raw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.lay("raw", TRAPS)
    monkeypatch.setenv("WHERE", there.url)
    for number, (sql, said) in enumerate(REFUSED.items()):
        with pytest.raises(UserError) as error:
            ingest(built(tmp_path / str(number), {"customer": sql}, BERLIN))
        assert said in str(error.value)
    assert there.rows("SELECT count(*) FROM pg_namespace WHERE nspname = 'built'") == [(0,)]
    own = built(tmp_path / "own", MAPPED, BERLIN)
    with pytest.raises(UserError, match="all sources together"):
        ingest(own, ["company"])
    there.do('CREATE SCHEMA built CREATE TABLE "order" (a int)')
    with pytest.raises(UserError, match="holds tables that crmeter did not build: order"):
        ingest(own)
    (own.root / "crmeter.toml").write_text(BERLIN.partition("[sources")[0] + '[engine]\nurl = "env:WHERE"\n')
    with pytest.raises(UserError, match="no raw tables to build from"):
        ingest(open_workspace(own.root))
