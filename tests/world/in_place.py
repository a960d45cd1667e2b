"""Raw tables laid on an engine, the canonical ones built of them there, and what a load of the same files makes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pytest
import sqlglot

from crmeter.app.ingesting import ingest
from crmeter.app.settings import Workspace, open_workspace
from crmeter.cli.main import run
from crmeter.ingest.in_place.build import SITES
from crmeter.ingest.in_place.site import Names
from crmeter.ingest.in_place.translation import translated
from crmeter.ingest.mapping import check
from crmeter.model.tables import DELIVERED
from crmeter.model.tables.customer import CUSTOMER
from crmeter.warehouse.engines.products import product_of
from crmeter.warehouse.identifier import quoted
from tests.world.rows import FOLDER, read
from tests.world.workspace import SETTINGS

Tables = Mapping[str, Sequence[Mapping[str, str | None]]]
ENGINE = """
[engine]
url = "env:WHERE"
schema = "{target}"
raw = {{ company = "{raw}" }}
"""


class Raw(Protocol):
    """An engine on which raw tables are laid, and what stands on it afterwards."""

    @property
    def url(self) -> str: ...

    @property
    def raw(self) -> str:
        """Where the raw tables lie."""

    @property
    def target(self) -> str:
        """Where the canonical ones are built."""

    def lay(self, tables: Tables) -> None: ...

    def rows(self, columns: str, table: str) -> Iterable[tuple[Any, ...]]:
        """Columns of a table that was built."""


def workspace_of(root: Path, mappings: Mapping[str, str], settings: str) -> Path:
    folder = root / "mappings" / "company"
    folder.mkdir(parents=True)
    for table, sql in mappings.items():
        (folder / f"{table}.sql").write_text(sql, "utf-8")
    (root / "crmeter.toml").write_text(settings, "utf-8")
    return root


def built(there: Raw, root: Path, mappings: Mapping[str, str], settings: str = "") -> Workspace:
    """A workspace whose tables are on the engine."""
    plain = (settings or SETTINGS).partition("[sources.company]")[0]
    engine = ENGINE.format(target=there.target, raw=there.raw)
    return open_workspace(workspace_of(root, mappings, plain + engine))


def believed(rows: Callable[[str, str], Iterable[tuple[Any, ...]]]) -> dict[str, list[str]]:
    """The rows of every canonical table."""
    found = {}
    for table in DELIVERED:
        columns = ", ".join(quoted(name) for name, _ in table.stored)
        found[table.name] = sorted(map(repr, rows(columns, table.name)))
    return found


def loaded(con: duckdb.DuckDBPyConnection, schema: str = "main") -> Callable[[str, str], list[tuple[Any, ...]]]:
    return lambda columns, table: con.execute(f"SELECT {columns} FROM {schema}.{quoted(table)}").fetchall()


def check_the_designed_company(
    there: Raw,
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tables: Collection[str] = tuple(path.stem for path in FOLDER.glob("*.csv")),
) -> Path:
    """Built by the command line, the ``tables`` have the rows of ``workspace``; the folder of that build."""
    there.lay({table: read(table) for table in tables})
    monkeypatch.setenv("WHERE", there.url)
    mappings = {table: (workspace.root / f"mappings/company/{table}.sql").read_text("utf-8") for table in tables}
    root = built(there, tmp_path / "built", mappings).root
    assert run(["ingest", "-C", str(root)]) == 0
    assert "Customers known only because rows refer to them: 1" in capsys.readouterr().out
    with duckdb.connect(str(workspace.warehouse), read_only=True) as con:
        own, theirs = believed(loaded(con)), believed(there.rows)
        assert theirs == {table: rows if table in tables else [] for table, rows in own.items()}
    return root


def check_values(one: Path, two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two workspaces give the same answer."""
    asked = ["kpi", "revenue", "--by", "customer.segment", "--period", "2025-Q3", "--format", "json"]
    answers = []
    for folder in (one, two):
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


def check_the_traps(there: Raw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit stands in quarantine as in a load, also in a zone whose clocks are put forward and back."""
    plain = workspace_of(tmp_path / "loaded", MAPPED, BERLIN)
    (plain / "exports").mkdir()
    for name, rows in TRAPS.items():
        with (plain / "exports" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    here = open_workspace(plain, {})
    load = ingest(here)
    there.lay(TRAPS)
    monkeypatch.setenv("WHERE", there.url)
    report = ingest(built(there, tmp_path / "built", MAPPED, BERLIN))
    refused = '"table", "column", value, reason', "quarantine"
    with duckdb.connect(str(here.warehouse), read_only=True) as con:
        assert sorted(map(repr, there.rows(*refused))) == sorted(map(repr, loaded(con, "meta")(*refused)))
        assert believed(there.rows) == believed(loaded(con))
        own = "customer_id, letters", "customer"
        assert sorted(there.rows(*own)) == sorted(loaded(con)(*own))
    assert {(c.table, c.read, c.accepted, c.quarantined) for c in report.tables} == {
        ("customer", 5, 3, 2),
        ("order", 15, 6, 9),
        ("stage_change", 1, 0, 1),
    }
    assert (report.as_of, report.history_start) == (load.as_of, load.history_start)
    assert ingest(open_workspace(tmp_path / "built")).load == 2  # what it built it may replace


MEANT: Tables = {
    "things": [
        {"a": r"q\_éA", "b": " zwei ", "n": "1", "d": "2.5"},
        {"a": r"Q\\", "b": "", "n": "2", "d": "-0.49"},
        {"a": "q_", "b": "q_", "n": "3", "d": "10"},
    ]
}
MEANT_ALIKE = r"""
concat(a, 'x', b), a || b, a LIKE 'q\_%', a LIKE b, length(a), upper(b), left(b, 2), right(b, 2), substring(b, 2, 2),
replace(a, 'q', '"'), trim(b), coalesce(b, 'it''s ${x}'), nullif(a, b), n / 3, d / 7 / 2, n + d, n * 2, -n, abs(d),
CAST(d AS INTEGER), CAST(n / 8 AS BIGINT), CAST(CAST(n AS VARCHAR) AS DECIMAL(18, 4)), CAST('2025-03-01' AS DATE),
CASE WHEN n > 1 THEN 'more' ELSE 'one' END, b IS NULL, n IN (1, 3), n BETWEEN 2 AND 3, b IS DISTINCT FROM a, floor(d),
row_number() OVER (PARTITION BY n > 3 ORDER BY b, n), lower(upper(a))
"""


def check_meanings(there: Raw) -> None:
    """Whatever of a mapping is translated has DuckDB's value."""
    there.lay(MEANT)
    values = [part.sql("duckdb") for part in sqlglot.parse_one(f"SELECT {MEANT_ALIKE}", dialect="duckdb").selects]
    named = ", ".join(f"{value} AS v{place}" for place, value in enumerate(values))
    sql = (
        "WITH t AS (SELECT a, b, CAST(n AS BIGINT) AS n, CAST(d AS DECIMAL(9, 2)) AS d FROM Things) "
        f"SELECT CAST(n AS VARCHAR) AS customer_id, {named} FROM t"
    )
    with duckdb.connect() as con, SITES[product_of(there.url).name](there.url) as site:
        rows = [tuple(value or None for value in row.values()) for row in MEANT["things"]]
        con.execute("CREATE TABLE things (a VARCHAR, b VARCHAR, n VARCHAR, d VARCHAR)")
        con.executemany("INSERT INTO things VALUES (?, ?, ?, ?)", rows)
        shape = site.shape(there.raw)
        mapping = check(sql, "customer.sql", CUSTOMER, Names(shape))
        found = sorted(site.rows(translated(mapping, site, there.raw, shape)))
        for one, two in zip(sorted(con.execute(sql).fetchall()), found, strict=True):
            different = {value: pair for value, *pair in zip(["id", *values], one, two, strict=True) if not same(*pair)}
            assert not different, different


def same(one: Any, two: Any) -> bool:
    numbers = isinstance(one, (int, float, Decimal)) and isinstance(two, (int, float, Decimal))
    return float(one) == pytest.approx(float(two), rel=1e-12) if numbers else one == two
