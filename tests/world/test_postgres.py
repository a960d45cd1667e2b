"""What is particular to a PostgreSQL server that holds the canonical tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import psycopg
import pytest

from crmeter.cli.main import run
from crmeter.kernel.errors import UserError
from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, measure
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.engines import server
from tests.postgres_server import Server
from tests.world.engine_places import COUNTED, OnPostgres, Place, to_postgres
from tests.world.rows import INACTIVITY_DAYS

THIRD = Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER)
TOML = """
[workspace]
currency = "TWD"
timezone = "Asia/Taipei"
inactivity_days = {}
as_of = "2026-01-01"
[engine]
url = "env:WHERE"
schema = "crm"
"""


@pytest.fixture(scope="module")
def there(place: Callable[[str], Place]) -> Server:
    found = place("postgres")
    assert isinstance(found, OnPostgres)
    return found.server


def test_nothing_is_left_on_the_server(there: Server) -> None:
    with server.reading(there.url(), "crm", COUNTED):
        pass
    with psycopg.connect(there.url()) as con:
        rows = con.execute(
            "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
            "WHERE n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema', 'crm')"
        ).fetchall()
    assert rows == [(0,)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('ALTER TABLE crm."order" ALTER amount TYPE double precision', "crm.order.amount is double precision"),
        ('ALTER TABLE crm."order" DROP ordered_on', "crm.order.ordered_on is missing"),
        ("ALTER TABLE crm.customer DROP customer_id", "crm.customer.customer_id is missing"),
        ('ALTER TABLE crm."case" ALTER opened_on TYPE text', "crm.case.opened_on is text; it is to be DATE"),
    ],
)
def test_tables_that_are_not_canonical_are_refused(
    here: tuple[Warehouse, duckdb.DuckDBPyConnection], there: Server, change: str, said: str
) -> None:
    with psycopg.connect(there.url()) as con:
        con.execute('DROP SCHEMA IF EXISTS "changed" CASCADE')
    to_postgres(here[1], there.url(), "changed")
    with psycopg.connect(there.url()) as con:
        con.execute(change.replace("crm.", "changed.").encode())
    with pytest.raises(UserError) as error, server.reading(there.url(), "changed", COUNTED):
        pass
    assert said.replace("crm.", "changed.") in str(error.value)


def test_a_schema_without_tables_is_refused(there: Server) -> None:
    with pytest.raises(UserError, match="nowhere"), server.reading(there.url(), "nowhere", COUNTED):
        pass


def test_a_workspace_measures_on_a_server(
    here: tuple[Warehouse, duckdb.DuckDBPyConnection],
    there: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "crmeter.toml").write_text(TOML.format(INACTIVITY_DAYS))
    monkeypatch.setenv("WHERE", there.url())
    revenue = next(kpi for kpi in CATALOGUE if kpi.id == "revenue")
    known = measure(here[0], COUNTED, Request([revenue], [THIRD])).value(revenue, THIRD)
    assert run(["kpi", "revenue", "-C", str(tmp_path), "--period", "2025-Q3", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [known.as_json()]
    for words in (["evaluate"], ["kpi", "revenue", "--known-at", "1"]):
        assert run([*words, "-C", str(tmp_path)]) == 1
        assert "Nothing else works there yet" in capsys.readouterr().err
    monkeypatch.setenv("WHERE", there.url(password="hunter2"))
    assert run(["kpi", "revenue", "-C", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "can’t be read" in said and "hunter2" not in said
