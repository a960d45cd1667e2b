"""PostgreSQL and ClickHouse against DuckDB: the whole catalogue on the demo company, value by value.

    python -m benchmarks.studies engines

The tests compare the designed company; this takes minutes. ClickHouse runs in this process, PostgreSQL beside it: their
CPU seconds are those of this process, the wall seconds those of both.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from crmeter.app.ingesting import ingest
from crmeter.app.settings import Workspace, open_workspace
from crmeter.demo import create
from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Kpi, Measurement, Request, measure
from crmeter.metrics.dimensions import splits
from crmeter.warehouse.duck import Warehouse, reading
from tests.world.engine_places import PLACES
from tests.world.engine_requests import differing

CUSTOMERS = 4_000
STRETCHES = (
    (Grain.YEAR, date(2024, 1, 1), date(2026, 1, 1)),
    (Grain.HALF, date(2025, 1, 1), date(2026, 1, 1)),
    (Grain.QUARTER, date(2025, 1, 1), date(2026, 1, 1)),
    (Grain.MONTH, date(2025, 7, 1), date(2026, 1, 1)),
    (Grain.WEEK, date(2025, 8, 4), date(2025, 8, 18)),
    (Grain.DAY, date(2025, 8, 1), date(2025, 8, 4)),
)
SECOND, THIRD = (Period(date(2025, m, 1), date(2025, m + 3, 1), Grain.QUARTER) for m in (4, 7))


def study() -> dict[str, Any]:
    """How many values were compared, those that differ, and how long each engine took."""
    with tempfile.TemporaryDirectory() as name:
        create(Path(name), seed=7, customers=CUSTOMERS)
        workspace = open_workspace(Path(name), {})
        ingest(workspace)
        beside = shutil.copy(workspace.warehouse, Path(name) / "copied.duckdb")  # a file is opened in one way at a time
        with reading(workspace.warehouse) as here, duckdb.connect(str(beside), read_only=True) as con:
            asked = _requests(here, workspace)
            known, taken = _timed(here, workspace, asked)
            orders = con.execute('SELECT count(*) FROM main."order"').fetchall()[0][0]
            engines = {"duckdb": {"measured": taken}}
            for engine in ("postgres", "clickhouse"):
                engines[engine] = _compared(engine, con, workspace, asked, known)
                print(engine, {k: v for k, v in engines[engine].items() if k != "different"}, flush=True)
    return {
        "customers": CUSTOMERS,
        "orders": orders,
        "kpis": len(list(CATALOGUE)),
        "grains": [str(grain) for grain, *_ in STRETCHES],
        "engines": engines,
    }


def _compared(
    engine: str, con: duckdb.DuckDBPyConnection, workspace: Workspace, asked: list[Request], known: list[Measurement]
) -> dict[str, Any]:
    with PLACES[engine](con) as place:
        began = time.process_time(), time.perf_counter()
        with place.reading(workspace.rules) as there:
            derived = _since(began)
            found, taken = _timed(there, workspace, asked)
            compared, different = 0, []
            for request, one, two in zip(asked, known, found, strict=True):
                wrong, defined = differing(one, two, request)
                compared += defined
                different += [repr(each) for each in wrong]
    return {"compared": compared, "different": different, "derived": derived, "measured": taken}


def _requests(here: Warehouse, workspace: Workspace) -> list[Request]:
    calendar = workspace.rules.calendar
    periods = [p for grain, start, end in STRETCHES for p in calendar.split(start, end, grain)]
    split: dict[tuple[tuple[str, ...], ...], list[Kpi]] = defaultdict(list)
    for kpi in CATALOGUE:
        by = "customer.segment"
        more = [(*kpi.always_by, by)] if splits(by, kpi, here.tables) else []
        split[(kpi.always_by, *more)].append(kpi)
    return [Request(kpis, periods, slices, pairs=((THIRD, SECOND),)) for slices, kpis in split.items()]


def _timed(
    warehouse: Warehouse, workspace: Workspace, asked: list[Request]
) -> tuple[list[Measurement], Mapping[str, float]]:
    began = time.process_time(), time.perf_counter()
    found = [measure(warehouse, workspace.rules, request) for request in asked]
    return found, _since(began)


def _since(began: tuple[float, float]) -> Mapping[str, float]:
    cpu, wall = time.process_time() - began[0], time.perf_counter() - began[1]
    return {"cpu_seconds": round(cpu, 1), "wall_seconds": round(wall, 1)}
