"""What is particular to ClickHouse that holds the canonical tables: its types, its door, and what it must not keep."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crmeter.cli.main import run
from crmeter.kernel.errors import UserError
from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, measure
from crmeter.metrics.dimensions import parse_filters
from crmeter.warehouse.duck import Warehouse
from tests.clickhouse_server import Server, running
from tests.world.engine_places import COUNTED, SCHEMA, OnClickHouse, Place
from tests.world.rows import INACTIVITY_DAYS

THIRD = Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER)
REVENUE = next(kpi for kpi in CATALOGUE if kpi.id == "revenue")
TOML = """
[workspace]
currency = "TWD"
timezone = "Asia/Taipei"
inactivity_days = {}
as_of = "2026-01-01"
[engine]
url = "env:WHERE"
"""
TYPED = (  # as owners of servers make tables
    """CREATE TABLE typed.customer (customer_id String, segment LowCardinality(Nullable(String)), merged_into
       Nullable(String), tier Enum8('gold' = 1, 'none' = 2), code FixedString(4), active Bool, since Date,
       born Date32, visits UInt32, tags Array(String)) ENGINE = Memory""",
    r"""INSERT INTO typed.customer VALUES
       ('O''Brien\\', 'a\\b''c', NULL, 'gold', 'AB', true, '2020-02-29', '1931-05-06', 7, []),
       ('二', NULL, NULL, 'none', 'WXYZ', false, '1970-01-02', '2199-12-31', 0, ['x'])""",
    """CREATE TABLE typed.`order` (order_id String, customer_id String, ordered_at DateTime('Asia/Taipei'),
       ordered_on Date, amount Decimal(12, 2), currency LowCardinality(String), kind String) ENGINE = Memory""",
    r"""INSERT INTO typed.`order` VALUES
       ('1', 'O''Brien\\', '2025-08-01 00:30:00', '2025-08-01', 10.25, 'TWD', 'sale'),
       ('2', '二', '2025-08-02 12:00:00', '2025-08-02', 4.5, 'TWD', 'sale')""",
)


@pytest.fixture(scope="module")
def there(place: Callable[[str], Place]) -> OnClickHouse:
    found = place("clickhouse")
    assert isinstance(found, OnClickHouse)
    return found


@pytest.fixture(scope="module")
def server(there: OnClickHouse) -> Iterator[Server]:
    with running() as found:
        yield found


@pytest.fixture
def typed(there: OnClickHouse) -> Iterator[Any]:
    there.client.command("CREATE DATABASE typed")
    for statement in TYPED:
        there.client.command(statement)
    yield there.client
    there.client.command("DROP DATABASE typed")


def test_types_of_servers_are_read_as_the_canonical_ones(there: OnClickHouse, typed: Any) -> None:
    with there.reading(COUNTED, "typed") as found:
        customer, order = found.tables["customer"], found.tables["order"]
        names = ("customer_id", "segment", "deleted_at", "tier", "code", "active", "since", "born", "visits")
        assert found.rows(customer.order_by("customer_id").select(names)) == [
            ("O'Brien\\", "a\\b'c", None, "gold", "AB", True, date(2020, 2, 29), date(1931, 5, 6), 7),
            ("二", None, None, "none", "WXYZ", False, date(1970, 1, 2), date(2199, 12, 31), 0),
        ]
        assert "tags" not in customer.columns
        assert found.rows(order.order_by("order_id").select("ordered_at", "ordered_on", "amount")) == [
            (datetime.fromisoformat("2025-07-31T16:30:00"), date(2025, 8, 1), Decimal("10.2500")),
            (datetime.fromisoformat("2025-08-02T04:00:00"), date(2025, 8, 2), Decimal("4.5000")),
        ]
        for written, value in ((r"customer.segment = 'a\b''c'", 10.25), ("customer.active = 'false'", 4.5)):
            request = Request([REVENUE], [THIRD], filters=parse_filters([written]))
            assert measure(found, COUNTED, request).value(REVENUE, THIRD).value == value
        old = customer.filter(customer.born < date(1950, 1, 1)).select("code")
        assert found.rows(old) == [("AB",)]


def test_what_is_kept_is_exact_and_gone_at_the_end(there: OnClickHouse) -> None:
    """Money in floating point becomes what DuckDB makes of it: the nearest, a half away from zero."""
    count = "SELECT count() FROM system.tables WHERE is_temporary OR database = currentDatabase()"
    with there.reading(COUNTED) as found:
        rows = found.put({"x": "DOUBLE"}, [(2.67495,), (-0.00025,), (1234567890.12345,), (None,)])
        money = rows.select(x=rows.x.cast("decimal(18, 4)"), whole=rows.x.cast("int64")).order_by("x")
        exact = [Decimal("-0.0003"), Decimal("2.6750"), Decimal("1234567890.1235"), None]
        assert found.rows(money) == list(zip(exact, (0, 3, 1234567890, None), strict=True))
        shares = found.put({"a": "DECIMAL(18,4)", "w": "DOUBLE"}, [(Decimal("5.3499"), 0.5), (Decimal("-1"), 1 / 3)])
        every = shares.mutate(part=shares.a * shares.w)
        parts = found.keep(every.filter(every.a > 0))
        summed = parts.part.sum().cast("decimal(18, 4)").name("kept")
        cast = every.agg(cast=every.part.sum().cast("decimal(18, 4)"))
        assert found.rows(summed.as_table()) == [(Decimal("2.6750"),)]
        assert found.rows(cast) == [(Decimal("2.3416"),)]  # 2.67495 − 0.33333…, and only then rounded
        assert there.client.query(count).result_rows != [(0,)]
    assert there.client.query(count).result_rows == [(0,)]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("amount Float64", "changed.order.amount is Float64; it is to be DECIMAL(18,4)"),
        ("amount UInt64", "changed.order.amount is UInt64; it is to be DECIMAL(18,4)"),
        ("ordered_on String", "changed.order.ordered_on is String; it is to be DATE"),
        ("ordered_at DateTime64(9)", "changed.order.ordered_at is DateTime64(9); it is to be TIMESTAMP"),
        ("other String", "changed.order.order_id is missing"),
    ],
)
def test_tables_that_are_not_canonical_are_refused(there: OnClickHouse, column: str, said: str) -> None:
    there.client.command("CREATE DATABASE changed")
    try:
        there.client.command(f"CREATE TABLE changed.`order` ({column}) ENGINE = Memory")
        with pytest.raises(UserError) as error, there.reading(COUNTED, "changed"):
            pass
        assert said in str(error.value)
    finally:
        there.client.command("DROP DATABASE changed")


def test_a_database_without_tables_is_refused(there: OnClickHouse) -> None:
    with pytest.raises(UserError, match="nowhere"), there.reading(COUNTED, "nowhere"):
        pass


def test_a_workspace_measures_on_a_server(
    here: tuple[Warehouse, duckdb.DuckDBPyConnection],
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "crmeter.toml").write_text(TOML.format(INACTIVITY_DAYS))
    monkeypatch.setenv("WHERE", server.url(SCHEMA))
    known = measure(here[0], COUNTED, Request([REVENUE], [THIRD])).value(REVENUE, THIRD)
    assert run(["kpi", "revenue", "-C", str(tmp_path), "--period", "2025-Q3", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [known.as_json()]
    assert run(["ingest", "-C", str(tmp_path)]) == 1
    assert "[engine] raw no raw tables to build from" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "hunter2"}, "Authentication failed"),
        ({"database": "nowhere"}, "nowhere does not exist"),
        ({"port": 9}, "refused"),
        ({"options": "?query_limit=5"}, "unknown options: query_limit"),
    ],
)
def test_what_keeps_us_out_is_one_message(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, Any],
    said: str,
) -> None:
    (tmp_path / "crmeter.toml").write_text(TOML.format(INACTIVITY_DAYS))
    options, database = change.pop("options", ""), change.pop("database", SCHEMA)
    url = server.url(database, **change)
    monkeypatch.setenv("WHERE", url + options)
    assert run(["kpi", "revenue", "-C", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "can’t be read" in told and said in told
    assert "hunter2" not in told and "correct" not in told.replace("password is incorrect", "")
