"""Spark has the same values as DuckDB: a KPI of each kind of measure. The whole catalogue is a study of the benchmarks.

One session serves all of it, on this machine.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from crmeter.app.ingesting import ingest
from crmeter.app.settings import Workspace
from crmeter.cli.main import run
from crmeter.ingest.in_place.spark import SparkSite
from crmeter.kernel.errors import UserError
from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Kpi, Request, measure
from crmeter.metrics.dimensions import parse_filters, splits
from crmeter.metrics.measures import CELLS
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.engines import server, spark_session
from crmeter.warehouse.engines.embedded import DuckDB
from crmeter.warehouse.engines.engine import ServerError
from crmeter.warehouse.engines.spark import Spark
from tests.spark_machine import URL, prepare, write
from tests.world.engine_places import COUNTED
from tests.world.engine_requests import SECOND, THIRD, differing, same_derived
from tests.world.in_place import TRAPS, built, check_meanings, check_the_designed_company, check_the_traps
from tests.world.rows import INACTIVITY_DAYS
from tests.world.spark_places import OnSpark

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # of sockets that the driver leaves to be collected
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
AUGUST = Period(date(2025, 8, 1), date(2025, 9, 1), Grain.MONTH)
SEGMENT = ("customer.segment",)
TOML = """
[workspace]
currency = "TWD"
timezone = "Asia/Taipei"
inactivity_days = {}
as_of = "2026-01-01"
[engine]
url = "{}"
schema = "{}"
"""
Here = tuple[Warehouse, duckdb.DuckDBPyConnection]


@pytest.fixture(scope="module")
def folder(here: Here, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The designed company as Parquet."""
    found = tmp_path_factory.mktemp("spark")
    prepare(found)
    write(here[1], found / "crm")
    return found / "crm"


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[Spark]:
    """The session; those that are opened meanwhile are parts of it."""
    with spark_session.opened(URL, str(folder)) as found:
        yield found
    gc.collect()


@pytest.fixture(scope="module")
def there(engine: Spark) -> Warehouse:
    return server.derived(engine, COUNTED)


def of_each_kind() -> list[Kpi]:
    """A KPI for each kind of measure, of rows and of customer cells, in each window."""
    known: set[tuple[Any, ...]] = set()
    found = []
    for kpi in CATALOGUE:
        crossed = "crossed", bool(getattr(kpi.formula, "crossed", ()))
        kinds: set[tuple[Any, ...]] = {crossed}
        for each in kpi.formula.measures:
            of_cells = getattr(each, "population", None) == CELLS
            kinds.add((type(each), of_cells, getattr(each, "window", None) if of_cells else None))
        if not kinds <= known:
            found.append(kpi)
            known |= kinds
    return found


def test_derived_tables_are_the_same(here: Here, there: Warehouse) -> None:
    assert same_derived(here[0], there)


def test_values_are_the_same(here: Here, there: Warehouse) -> None:
    kpis = of_each_kind()
    by_segment = [kpi for kpi in kpis if splits(SEGMENT[0], kpi, here[0].tables)]
    revenue = [kpi for kpi in CATALOGUE if kpi.id in ("revenue", "customers.end")]
    requests = [
        Request(by_segment, [SECOND, THIRD, AUGUST], ((), SEGMENT), pairs=((THIRD, SECOND),)),
        Request([kpi for kpi in kpis if kpi not in by_segment], [SECOND, THIRD], pairs=((THIRD, SECOND),)),
        Request(revenue, [THIRD], (("customer.tier",),), parse_filters(["customer.segment = 'basic'"])),
    ]
    for request in requests:
        one, two = (measure(each, COUNTED, request) for each in (here[0], there))
        found, defined = differing(one, two, request)
        assert not found, found[:3]
        assert defined, request


@pytest.mark.parametrize("summed", [False, True])
def test_ranks_of_many_rows(here: Here, engine: Spark, monkeypatch: pytest.MonkeyPatch, summed: bool) -> None:
    """Where a list of all values of a group would be too long: as DuckDB finds them, whatever lies between them."""
    dice = Random(5)
    values = [dice.choice((dice.lognormvariate(3, 3), -dice.random(), 7.0, None)) for _ in range(400)]
    rows = [(place % 2, dice.choice(("a", "b", None)), value) for place, value in enumerate(values)]
    kept = {"period": "INTEGER", "team": "VARCHAR", "in_order": "DOUBLE"}
    ranks = [(1 + 17 * place,) if summed else (1, 2 + place, 30, 900) for place in range(8)]
    asked = [(1, p, team, ranks.pop()) for p in (0, 1) for team in ("a", "b", None)] + [(0, 0, None, ranks.pop())]
    found = []
    monkeypatch.setattr(engine, "_listed_rows", 0)
    for each in (DuckDB(here[1]), engine):
        each.put("valued", kept, rows)
        each.put("asked", {"slice": "INTEGER", "period": "INTEGER", "team": "VARCHAR", "ranks": "BIGINT[]"}, asked)
        if each is engine:
            engine.keep("valued", engine.tables()["valued"], 'SELECT * FROM "valued"')
        sql = each.rank_sql("valued", ["period"], [(), ("team",)], "in_order", "asked", summed=summed)
        found.append(sorted(each.execute(sql), key=repr))
    for one, two in zip(*found, strict=True):
        assert one[:3] == two[:3]
        assert list(two[4]) == [value if value is None else pytest.approx(value, rel=1e-12) for value in one[4]]


def test_the_largest_scans_are_spread(here: Here, there: Warehouse, engine: Spark) -> None:
    """No step sees all rows at once but sums of them, files of other months are not opened, and no rows come here."""
    kpis = [kpi for kpi in CATALOGUE if kpi.id in ("revenue", "active_customers", "repeat_purchase_rate")]
    with there.recording() as statements:
        measure(there, COUNTED, Request(kpis, [THIRD], ((), SEGMENT)))
    plans = [planned(engine, each.sql) for each in statements if "`order`" in each.sql]
    assert plans
    for plan in plans:
        [files] = set(re.findall(r"PartitionFilters: \[(.*?)\]", next(s for s in plan.splitlines() if "_month" in s)))
        assert "2025-07-01" in files and "2025-10-01" in files
    numbered = [planned(engine, each.sql) for each in statements if "ROW_NUMBER" in each.sql]
    assert numbered
    for plan in plans + numbered:
        assert not windows_over_everything(plan), plan
    segments = len(here[0].rows(here[0].tables["customer"].select("segment").distinct()))
    assert max(each.rows for each in statements if each.kept is None) <= segments + 1  # and the total


def planned(engine: Spark, sql: str) -> str:
    """The physical plan of a SELECT."""
    [(plan,)] = engine.execute(f"EXPLAIN {sql}")
    return str(plan)


def windows_over_everything(plan: str) -> list[str]:
    """The windows of a physical plan that put all rows into one place."""
    lines = plan.splitlines()
    return [
        line
        for number, line in enumerate(lines)
        if re.search(r"\bWindow \[", line) and any("SinglePartition" in each for each in lines[number + 1 : number + 3])
    ]


def test_columns_are_the_same_arrays(here: Here, there: Warehouse) -> None:
    names = ("order_id", "ordered_at", "ordered_on", "amount")
    one, two = (each.columns(each.tables["order"].order_by("order_id").select(names)) for each in (here[0], there))
    for name in names:
        assert one[name].dtype.kind == two[name].dtype.kind
        assert (one[name] == two[name]).all()


@pytest.mark.parametrize(
    ("table", "changed", "said"),
    [
        ("order", "* REPLACE (amount::DOUBLE AS amount)", "order.amount is double"),
        ("order", "* EXCLUDE (ordered_on)", "order.ordered_on is missing"),
        ("order", "*, date_trunc('year', ordered_on)::DATE AS _month", "first day of the month of ordered_on"),
        ("order", "*, strftime(ordered_on, '%Y-%m') AS _month", "first day of the month of ordered_on"),
        ("stage", "*, DATE '2025-01-01' AS _month", "stage._month is to be"),
    ],
)
def test_what_is_not_canonical_is_refused(
    here: Here, engine: Spark, tmp_path: Path, table: str, changed: str, said: str
) -> None:
    del engine  # its session is there
    (tmp_path / table).mkdir()
    here[1].execute(f"COPY (SELECT {changed} FROM \"{table}\") TO '{tmp_path / table}/rows.parquet' (FORMAT parquet)")
    with pytest.raises(UserError) as error, spark_session.opened(URL, str(tmp_path)):
        pass
    assert said in str(error.value)


def test_a_folder_without_tables_is_refused(engine: Spark, tmp_path: Path) -> None:
    del engine
    with pytest.raises(UserError, match="nowhere"), spark_session.opened(URL, f"{tmp_path}/nowhere"):
        pass


def test_a_database_of_the_catalog(here: Here, engine: Spark, folder: Path) -> None:
    engine.execute("CREATE DATABASE crm")
    for table in ("order", "customer"):
        engine.execute(f"CREATE TABLE crm.`{table}` USING parquet LOCATION '{folder}/{table}'")
    engine.execute("MSCK REPAIR TABLE crm.`order`")
    with spark_session.opened(URL, "crm") as found:
        [(orders,)] = found.execute('SELECT count(*) FROM "order"')
        assert found.execute('SELECT count(*) FROM "case"') == [(0,)]
    assert [(orders,)] == here[1].execute('SELECT count(*) FROM "order"').fetchall()


def test_a_workspace_measures_on_spark(
    here: Here, engine: Spark, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del engine
    few = tmp_path / "few"  # tables that are not there count as empty
    few.mkdir()
    for table in ("order", "customer", "fx_rate", "arrival"):
        (few / table).symlink_to(folder / table)
    (tmp_path / "crmeter.toml").write_text(TOML.format(INACTIVITY_DAYS, URL, f"parquet:{few}"), "utf-8")
    revenue = next(kpi for kpi in CATALOGUE if kpi.id == "revenue")
    known = measure(here[0], COUNTED, Request([revenue], [THIRD])).value(revenue, THIRD)
    assert run(["kpi", "revenue", "-C", str(tmp_path), "--period", "2025-Q3", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [known.as_json()]
    (tmp_path / "crmeter.toml").write_text(TOML.format(INACTIVITY_DAYS, URL, "no.such.database"), "utf-8")
    assert run(["kpi", "revenue", "-C", str(tmp_path), "--period", "2025-Q3"]) == 1
    said = capsys.readouterr().err
    assert "local[2] can’t be read" in said
    assert "no.such" in said.replace("`", "") and "SparkSQLParser" not in said and "org.apache" not in said


@pytest.mark.parametrize("url", ["sc://127.0.0.1:1/;token=abc", "spark://127.0.0.1:1"])
def test_where_nobody_answers_it_is_said_at_once(url: str) -> None:
    with pytest.raises(ServerError, match=r"127\.0\.0\.1:1: Connection refused"), spark_session.opened(url, None):
        pass


def test_without_java_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="needs Java"):
        spark_session.find_java()


def test_the_designed_company_is_built_from_files(
    engine: Spark,
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    there = OnSpark(engine, tmp_path / "raw", f"{tmp_path}/raw", f"{tmp_path}/canonical")
    few = ("customer", "order", "opportunity", "stage_change")
    check_the_designed_company(there, workspace, tmp_path, monkeypatch, capsys, few)


def test_traps_are_built_from_tables_of_the_catalog(
    engine: Spark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By month, also a table as small as this; no step sees all rows at once, and none of them comes here."""
    plans, asked = [], []
    run_there, rows_here = SparkSite._run, SparkSite.rows

    def planned_and_run(site: SparkSite, sql: str) -> Any:
        if " JOIN " in sql or " OVER " in sql:
            [(plan,)] = run_there(site, f"EXPLAIN {sql}").collect()
            plans.append(plan)
        return run_there(site, sql)

    def noted(site: SparkSite, sql: str) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return rows_here(site, sql)

    monkeypatch.setattr(SparkSite, "_run", planned_and_run)
    monkeypatch.setattr(SparkSite, "rows", noted)
    monkeypatch.setattr("crmeter.ingest.in_place.spark._BY_MONTH", 1)
    check_the_traps(OnSpark(engine, tmp_path / "raw", "trapped", "built"), tmp_path, monkeypatch)
    assert len(plans) >= 5
    for plan in plans:
        assert not windows_over_everything(plan), plan
        assert "NestedLoop" not in plan and "LeftAnti, BuildRight, true" not in plan  # all of one side for every task
    assert all(re.search(r"count\(|max\(|LIMIT 1", sql) for sql in asked)
    months = engine.execute("SHOW PARTITIONS built.order__0")
    assert {month for (month,) in months} >= {"_month=2025-03-01", "_month=2025-08-01", "_month=2025-10-01"}


def test_a_format_without_its_jars_is_one_sentence(
    engine: Spark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = OnSpark(engine, tmp_path / "raw", f"delta:{tmp_path}/raw", f"{tmp_path}/canonical")
    there.lay({"people": TRAPS["people"]})
    monkeypatch.setenv("WHERE", there.url)
    with pytest.raises(UserError, match="Spark has no reader for “delta”"):
        ingest(built(there, tmp_path / "built", {"customer": "SELECT id AS customer_id FROM people"}))


def test_mappings_mean_the_same(engine: Spark, tmp_path: Path) -> None:
    check_meanings(OnSpark(engine, tmp_path / "raw", f"{tmp_path}/raw", f"{tmp_path}/canonical"))


def test_a_catalog_that_ends_with_the_session_is_refused(engine: Spark) -> None:
    with pytest.raises(UserError, match="what is built in “crm” would be gone"):
        SparkSite(engine._session, ends=True).standing("crm")
