"""Data quality as a KPI: results of three loads, by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.resources import files

import duckdb
import pytest

from crmeter.kernel.period import Period
from crmeter.kpis import quality
from crmeter.metrics import Measurement, Request, measure
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import RULES, warehouse
from tests.world.rows import AS_OF
from tests.world.same import same

KPIS = tuple(kpi for kpi in quality.KPIS if kpi.unit == "share")  # how new data are: test_freshness.py
# load, data horizon, table, rule, kind, checks, passed
RESULTS = (
    (1, date(2025, 7, 1), "customer", "name_given", "completeness", 100, 50),
    (2, date(2025, 10, 15), "customer", "name_given", "completeness", 200, 180),
    (2, date(2025, 10, 15), "order", "cost_given", "completeness", 300, 120),
    (2, date(2025, 10, 15), "order", "row_fits", "validity", 300, 299),
    (3, date(2025, 10, 15), "customer", "name_given", "completeness", 200, 190),  # mended and loaded again
    (3, date(2025, 10, 15), "order", "cost_given", "completeness", 300, 150),
    (3, date(2025, 10, 15), "order", "row_fits", "validity", 300, 300),
    (3, date(2025, 10, 15), "customer", "no_duplicate", "uniqueness", 200, 196),
    (4, AS_OF, "customer", "name_given", "completeness", 0, 0),  # nothing was to be checked
)
Q2, Q3, Q4 = (Period(date(2025, m, 1), date(2025 + m // 10, (m + 3) % 12, 1)) for m in (4, 7, 10))
WANTED = {  # by hand
    ("completeness", Q2): 50 / 100,  # the first load knew the whole quarter
    ("completeness", Q3): 340 / 500,  # the third: no other has a nearer horizon, and it is newer than the second
    ("validity", Q3): 1.0,
    ("uniqueness", Q3): 0.98,
    ("consistency", Q3): None,
    ("validity", Q2): None,
    ("completeness", Q4): None,
}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    results = [
        dict(zip(("load", "table", "rule", "kind", "severity", "checks", "passed"), map(str, row), strict=True))
        for row in ((n, table, rule, kind, "error", c, p) for n, _, table, rule, kind, c, p in RESULTS)
    ]
    _, con = warehouse({"rule_result": results})
    rules = con.execute("DELETE FROM meta.load RETURNING rules").fetchall()[0][0]
    for load, as_of in sorted({(n, horizon) for n, horizon, *_ in RESULTS}):
        con.execute("INSERT INTO meta.load (load, as_of, rules) VALUES (?, ?, ?)", [load, as_of, rules])
    yield con
    con.close()


@pytest.fixture(scope="module")
def found(con: duckdb.DuckDBPyConnection) -> Measurement:
    return measure(Warehouse(con), RULES, Request(KPIS, [Q2, Q3, Q4], ((), ("table",))))


@pytest.mark.parametrize(("kpi", "period"), WANTED, ids=lambda x: str(getattr(x, "start", x)))
def test_engine_and_statement_against_the_hand(
    con: duckdb.DuckDBPyConnection, found: Measurement, kpi: str, period: Period
) -> None:
    measured = found.value(next(k for k in KPIS if k.id == kpi), period)
    given = {"start": period.start, "end": period.end}
    statement = files("crmeter.kpis").joinpath("quality", f"{kpi}.sql").read_text("utf-8")
    stated = con.execute(statement, given).fetchall()[0][0]
    assert same(measured.value, WANTED[(kpi, period)]), measured
    assert same(stated, WANTED[(kpi, period)])


def test_by_table(found: Measurement) -> None:
    complete = KPIS[0]
    values = {g[0]: found.value(complete, Q3, ("table",), g).value for g in found.groups(complete, Q3, ("table",))}
    assert values == {"customer": 0.95, "order": 0.5}


def test_where_nothing_was_ever_checked_nothing_is_known() -> None:
    store, con = warehouse({})
    values = measure(store, RULES, Request(KPIS, [Q3]))
    assert {values.value(kpi, Q3).reason for kpi in KPIS} == {"missing_input"}
    con.close()
