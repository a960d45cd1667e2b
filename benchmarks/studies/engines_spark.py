"""Spark against DuckDB: the whole catalogue over all grains on the designed company, value by value.

    python -m benchmarks.studies engines_spark

Needs Java. The tests compare a KPI of each kind of measure; this takes minutes.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from crmeter.kpis import CATALOGUE
from crmeter.metrics import measure
from crmeter.warehouse.engines import server, spark_session
from tests.spark_machine import URL, prepare, write
from tests.world.engine import designed, warehouse
from tests.world.engine_places import COUNTED, RATES
from tests.world.engine_requests import PERIODS, differing, requests_of_all, same_derived


def study() -> dict[str, Any]:
    """How many values were compared, and those that differ."""
    here, con = warehouse({**designed(), "fx_rate": RATES}, COUNTED)
    compared, different = 0, []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        write(con, folder / "crm")
        with spark_session.opened(URL, str(folder / "crm")) as engine:
            there = server.derived(engine, COUNTED)
            derived = same_derived(here, there)
            for request in requests_of_all(here):
                found, defined = differing(measure(here, COUNTED, request), measure(there, COUNTED, request), request)
                compared += defined
                different += [repr(each) for each in found]
                print(len(request.kpis), request.slices, defined, len(found), flush=True)
    return {
        "kpis": len(list(CATALOGUE)),
        "periods": len(PERIODS),
        "grains": sorted({str(period.grain) for period in PERIODS}),
        "derived_tables_equal": derived,
        "defined_values_compared": compared,
        "different": different,
        "wall_seconds": round(time.perf_counter() - began),
    }
