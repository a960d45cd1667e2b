"""Chinook, a shop's database as its author publishes it for SQLite and for PostgreSQL: the same figures from both.

The witness is the script itself, asked by SQLite: 412 invoices, 2,328.60 in all, 59 customers; by year as below.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import psycopg
import pytest

from crmeter.app.founding import found
from crmeter.app.ingesting import ingest
from crmeter.app.mapping import propose
from crmeter.app.measuring import measure
from crmeter.app.settings import Workspace, open_workspace
from crmeter.kernel.period import Grain
from tests.postgres_server import Server, running

from .workspace import one

YEARS = {2021: (83, 449.46), 2022: (83, 481.45), 2023: (83, 469.58), 2024: (83, 477.53), 2025: (80, 450.58)}
WHOLE = {"start": date(2021, 1, 1), "end": date(2026, 1, 1)}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as it:
        yield it


def of_sqlite(data: Path, root: Path) -> Workspace:
    """As ``crmeter new shop chinook.sqlite`` makes it."""
    with closing(sqlite3.connect(root / "Chinook.sqlite")) as con:
        con.executescript((data / "chinook" / "Chinook_Sqlite.sql").read_text("utf-8-sig"))
    made = found(root / "shop", [root / "Chinook.sqlite"], currency="USD", timezone="UTC")
    assert [proposed.source for proposed in made.proposed] == ["chinook"]
    return open_workspace(root / "shop", {})


def of_postgres(data: Path, root: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A server's address in the environment, and mappings as ``crmeter map`` proposes them."""
    script = (data / "chinook" / "Chinook_PostgreSql.sql").read_text("utf-8-sig")
    with psycopg.connect(server.url(), autocommit=True) as con:
        con.execute("CREATE DATABASE chinook")
    with psycopg.connect(server.url("chinook"), autocommit=True) as con:
        con.execute(script.partition("\\c chinook;")[2].encode())
    monkeypatch.setenv("SHOP_URL", server.url("chinook"))
    toml = '[workspace]\ncurrency = "USD"\ntimezone = "UTC"\n[sources.chinook]\nkind = "sql"\nurl = "env:SHOP_URL"\n'
    (root / "crmeter.toml").write_text(toml, "utf-8")
    workspace = open_workspace(root)
    propose(workspace)
    return workspace


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_figures_of_the_database_come_out(
    tmp_path: Path, shared_data: Path, server: Server, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    sqlite = engine == "sqlite"
    opened = of_sqlite(shared_data, tmp_path) if sqlite else of_postgres(shared_data, tmp_path, server, monkeypatch)
    report = ingest(opened)
    read = {count.table: (count.read, count.accepted) for count in report.tables}
    assert (read["order"], read["customer"]) == ((412, 412), (59, 59))
    assert (one(opened, "orders", **WHOLE)["value"], one(opened, "customers.new", **WHOLE)["value"]) == (412, 59)
    assert one(opened, "revenue", **WHOLE)["value"] == pytest.approx(2328.60, abs=1e-9)
    yearly = measure(opened, ["orders", "revenue"], grain=Grain.YEAR, **WHOLE)
    found = {(value["kpi"], int(value["start"][:4])): value["value"] for value in yearly}
    assert found == pytest.approx(
        {
            key: value
            for year, (n, sum) in YEARS.items()
            for key, value in ((("orders", year), n), (("revenue", year), sum))
        },
        abs=1e-9,
    )
    assert not ingest(opened).is_new
