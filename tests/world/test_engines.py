"""The same definitions have the same values on PostgreSQL as on DuckDB: the whole catalogue on the designed company.

The texts on the server have the order of a language, as on most servers. That of the tests has no library for it: any
comparison that is not one of code points fails there.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import astuple, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from crmeter.cli.main import run
from crmeter.kernel.errors import UserError
from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Kpi, Measurement, Request, measure
from crmeter.metrics.dimensions import parse_filters, splits
from crmeter.model.derivations import DERIVATIONS
from crmeter.model.tables import TABLES
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.engines import server
from crmeter.warehouse.identifier import quoted
from tests.postgres_server import Server, running
from tests.world.engine import RULES, designed, warehouse
from tests.world.rows import AS_OF, INACTIVITY_DAYS

COUNTED = replace(RULES, as_of=AS_OF)
STRETCHES = (
    (Grain.YEAR, date(2024, 1, 1), date(2026, 1, 1)),
    (Grain.HALF, date(2024, 7, 1), date(2026, 1, 1)),
    (Grain.QUARTER, date(2025, 1, 1), date(2026, 1, 1)),
    (Grain.MONTH, date(2025, 8, 1), date(2026, 2, 1)),  # the last is not over
    (Grain.WEEK, date(2025, 8, 4), date(2025, 8, 18)),
    (Grain.DAY, date(2025, 8, 1), date(2025, 8, 5)),
)
PERIODS = [p for grain, start, end in STRETCHES for p in COUNTED.calendar.split(start, end, grain)]
SECOND, THIRD = (Period(date(2025, m, 1), date(2025, m + 3, 1), Grain.QUARTER) for m in (4, 7))
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
RATES = [  # one that holds until the next, one for a week, one the other way round, and an inverse that gives way
    {"on": day, "from_currency": one, "to_currency": two, "rate": rate}
    for day, one, two, rate in (
        ("2025-07-01", "USD", "TWD", "29.7351"),
        ("2025-07-04", "USD", "TWD", "30.1257"),
        ("2025-08-10", "TWD", "USD", "0.0331"),
        ("2025-08-15", "USD", "TWD", "31.3333"),
        ("2025-08-15", "TWD", "USD", "0.05"),
    )
]
_TYPES = {"VARCHAR": 'TEXT COLLATE "unicode"', "DOUBLE": "DOUBLE PRECISION"}


@pytest.fixture(scope="module")
def here() -> Iterator[tuple[Warehouse, duckdb.DuckDBPyConnection]]:
    found, con = warehouse({**designed(), "fx_rate": RATES}, COUNTED)
    yield found, con
    con.close()


@pytest.fixture(scope="module")
def there(here: tuple[Warehouse, duckdb.DuckDBPyConnection]) -> Iterator[Server]:
    with running() as found:
        copy(here[1], found.url(), "crm")
        yield found


def copy(con: duckdb.DuckDBPyConnection, url: str, schema: str) -> None:
    """The canonical tables, as the owner of a server would make them."""
    with psycopg.connect(url) as to:
        to.execute(f"CREATE SCHEMA {quoted(schema)}".encode())
        for table in TABLES:
            described = ", ".join(f"{quoted(name)} {_TYPES.get(kind, kind)}" for name, kind in table.stored)
            to.execute(f"CREATE TABLE {quoted(schema, table.name)} ({described})".encode())
            names = ", ".join(quoted(name) for name, _ in table.stored)
            with to.cursor() as cursor, cursor.copy(f"COPY {quoted(schema, table.name)} FROM STDIN".encode()) as rows:
                for row in con.execute(f"SELECT {names} FROM {quoted('main', table.name)}").fetchall():
                    rows.write_row(row)


def near(one: Any, two: Any) -> bool:
    """The same; of numbers nine digits."""
    if isinstance(one, float) and isinstance(two, float):
        return math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-9)
    return type(one) is type(two) and bool(one == two)


def differing(one: Measurement, two: Measurement, request: Request) -> tuple[list[Any], int]:
    """The values and differences that are not the same, and how many values are defined."""
    found: list[Any] = []
    defined = 0
    for kpi in request.kpis:
        for period in request.periods:
            for names in request.slices:
                groups = one.groups(kpi, period, names)
                if groups != two.groups(kpi, period, names):
                    found.append((kpi.id, period, groups, two.groups(kpi, period, names)))
                    continue
                for group in groups:
                    a, b = (each.value(kpi, period, names, group) for each in (one, two))
                    defined += a.value is not None
                    if not all(map(near, astuple(a), astuple(b))):
                        found.append((a, b))
    for now, base in request.pairs:
        for kpi in request.kpis:
            for names in request.slices:
                for group in one.groups(kpi, now, names):
                    a, b = (each.difference(kpi, now, base, names, group) for each in (one, two))
                    if (a is None) != (b is None) or (a and b and not all(map(near, astuple(a), astuple(b)))):
                        found.append((kpi.id, now, base, a, b))
    return found, defined


def test_every_value_is_the_same(here: tuple[Warehouse, duckdb.DuckDBPyConnection], there: Server) -> None:
    split: dict[tuple[tuple[str, ...], ...], list[Kpi]] = defaultdict(list)
    for kpi in CATALOGUE:
        by_segment = splits("customer.segment", kpi, here[0].tables)
        split[(kpi.always_by, *([(*kpi.always_by, "customer.segment")] if by_segment else []))].append(kpi)
    requests = [Request(kpis, PERIODS, slices, pairs=((THIRD, SECOND),)) for slices, kpis in split.items()]
    some = [kpi for kpi in CATALOGUE if kpi.id in ("revenue", "retention_rate.cohort", "repeat_purchase_rate")]
    for by in ("customer.cohort", "customer.tier", "customer.rfm", "customer.campaign"):
        requests.append(Request(some, [SECOND, THIRD], ((by,),)))
    requests.append(Request(some, [THIRD], ((), ("customer.segment",)), parse_filters(["customer.segment = 'basic'"])))
    with server.reading(there.url(), "crm", COUNTED) as other:
        assert same_derived(here[0], other)
        for request in requests:
            one, two = (measure(each, COUNTED, request) for each in (here[0], other))
            found, defined = differing(one, two, request)
            assert not found, found[:3]
            assert defined, request


def same_derived(one: Warehouse, two: Warehouse) -> bool:
    for name in ("customer_alias", "rate", "business_day", "spell", "coverage", *DERIVATIONS):
        here, there = (sorted(map(repr, each.rows(each.tables[name]))) for each in (one, two))
        assert here == there, name
        assert here, name
    return one.load.history_start == two.load.history_start


def test_columns_are_the_same_arrays(here: tuple[Warehouse, duckdb.DuckDBPyConnection], there: Server) -> None:
    with server.reading(there.url(), "crm", COUNTED) as other:
        names = ("order_id", "ordered_at", "ordered_on", "amount")
        one, two = (each.columns(each.tables["order"].order_by("order_id").select(names)) for each in (here[0], other))
        for name in names:
            assert one[name].dtype.kind == two[name].dtype.kind
            assert (one[name] == two[name]).all()
        with pytest.raises(ValueError, match="nulls in subscription_id"):
            other.columns(other.tables["order"].select("subscription_id"))


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
    copy(here[1], there.url(), "changed")
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
    for words in (["evaluate"], ["ingest"], ["kpi", "revenue", "--known-at", "1"]):
        assert run([*words, "-C", str(tmp_path)]) == 1
        assert "only crmeter kpi works so far" in capsys.readouterr().err
    monkeypatch.setenv("WHERE", there.url(password="hunter2"))
    assert run(["kpi", "revenue", "-C", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "can’t be read" in said and "hunter2" not in said
