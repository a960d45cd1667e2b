"""What a row costs on Spark: orders of 1, 10 and 50 million, read as Parquet by two cores of this machine.

    python -m benchmarks.studies spark_rows          the sizes that SIZES names, each in a process of its own

Measured are CPU seconds of the driver and the executors together, of: opening the tables, deriving what every command
derives, seven KPIs over 60 months in total and by segment, and three of them over one quarter (which opens the files of
three months out of sixty). DuckDB measures the same beside it, within 6 GB; the values are compared.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from math import isclose, log
from pathlib import Path
from typing import Any

import duckdb

from crmeter.kernel.period import Grain
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Measurement, Request, measure
from crmeter.model.rules import Rules
from crmeter.warehouse import schema
from crmeter.warehouse.engines import server, spark_session
from crmeter.warehouse.engines.embedded import DuckDB

SIZES = (1_000_000, 10_000_000)
BESIDE = 50_000_000  # orders up to which DuckDB measures the same
RULES = Rules("TWD", "UTC", as_of=date(2026, 1, 1))
KPIS = (
    "revenue", "orders", "average_order_value", "refund_rate", "customers.end", "active_customers",
    "repeat_purchase_rate",
)  # fmt: skip
MEMORY = os.environ.get("SPARK_MEMORY", "6g")
_ORDERS = """
SELECT 'O' || i AS order_id, 'C' || floor(power(u(i, 1), 1.7) * {orders} / 10)::BIGINT AS customer_id,
  TIMESTAMP '2021-01-01' + to_seconds(floor(sqrt(u(i, 2)) * 157766400)::BIGINT) AS ordered_at,
  ordered_at::DATE AS ordered_on, CASE WHEN u(i, 3) < 0.03 THEN 'refund' ELSE 'sale' END AS kind,
  (round(exp(5 + 1.2 * sqrt(-2 * ln(u(i, 4))) * cos(6.2832 * u(i, 5))), 2)
    * CASE kind WHEN 'refund' THEN -1 ELSE 1 END)::DECIMAL(18, 4) AS amount,
  'TWD' AS currency, ['web', 'shop', 'phone'][1 + (3 * u(i, 6))::BIGINT % 3] AS channel,
  date_trunc('month', ordered_on)::DATE AS _month
FROM range({first}, {last}) AS r(i)
"""
_CUSTOMERS = """
SELECT 'C' || i AS customer_id, ['basic', 'vip', 'trade', NULL][1 + (hash(i) % 4)::BIGINT] AS segment
FROM range({orders} // 10 + 1) AS r(i)
"""
_PART = 5_000_000  # orders that are made at a time


def study() -> dict[str, Any]:
    """Per size: CPU and wall seconds of each step, CPU microseconds a row, and how they grow from size to size."""
    sizes = [int(size) for size in os.environ.get("SIZES", "").split(",") if size] or SIZES
    found = {}
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks.studies.spark_rows", str(size)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found[size] = json.loads(done.stdout.splitlines()[-1])
        print(size, json.dumps(found[size]), flush=True)
    growth = {
        f"{one}-{two}": {
            step: round(log(found[two][step]["cpu"] / found[one][step]["cpu"]) / log(two / one), 2)
            for step in ("derive", "panel", "quarter")
        }
        for one, two in pairwise(found)
    }
    return {"orders": found, "growth_exponents": growth, "driver_memory": MEMORY, "master": "local[2]"}


def run(orders: int) -> dict[str, Any]:
    """One size in this process."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("SPARK_SCRATCH")) as name:
        folder = Path(name)
        make(orders, folder / "crm")
        (folder / "spark-defaults.conf").write_text(
            f"spark.driver.memory {MEMORY}\nspark.local.dir {name}/scratch\nspark.sql.shuffle.partitions 16\n"
        )
        os.environ["SPARK_CONF_DIR"] = name
        found: dict[str, Any] = {}
        opened = spark_session.opened("spark://local[2]", str(folder / "crm"))
        started, made = time.perf_counter(), time.process_time()
        engine = opened.__enter__()
        found["start"] = {"wall": round(time.perf_counter() - started, 1), "cpu": round(cpu() - made, 1)}
        there = timed(found, "derive", lambda: server.derived(engine, RULES))
        panel = timed(found, "panel", lambda: values(measure(there, RULES, asked()), asked()))
        timed(
            found, "quarter", lambda: measure(there, RULES, asked(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER))
        )
        for step in ("derive", "panel", "quarter"):
            found[step]["cpu_us_a_row"] = round(found[step]["cpu"] / orders * 1e6, 2)
        found["peak_megabytes"] = peak()
        opened.__exit__(None, None, None)
        print(json.dumps(found), file=sys.stderr, flush=True)
        if orders <= BESIDE:
            found["duckdb"], own = beside(folder / "crm")
            pairs = {key: (own.get(key), panel.get(key)) for key in {*own, *panel}}
            found["values"] = sum(value is not None for value in own.values())
            found["different"] = [f"{key}: {one} {two}" for key, (one, two) in pairs.items() if not same(one, two)][:20]
        return found


def make(orders: int, folder: Path) -> None:
    """The orders, in a folder a month, and their customers."""
    con = duckdb.connect(config={"memory_limit": "4GB", "threads": 2})
    con.execute(
        "CREATE MACRO u(i, salt) AS ((hash(i::UBIGINT * 64 + salt::UBIGINT) >> 11)::DOUBLE + 0.5) / 9007199254740992.0"
    )
    (folder / "customer").mkdir(parents=True)
    con.execute(f"COPY ({_CUSTOMERS.format(orders=orders)}) TO '{folder}/customer/rows.parquet' (FORMAT parquet)")
    for first in range(0, orders, _PART):
        rows = _ORDERS.format(orders=orders, first=first, last=min(first + _PART, orders))
        con.execute(
            f"COPY ({rows}) TO '{folder}/order' "
            f"(FORMAT parquet, PARTITION_BY (_month), APPEND, FILENAME_PATTERN 'part-{{uuid}}')"
        )


def asked(start: date = date(2021, 1, 1), end: date = date(2026, 1, 1), grain: Grain = Grain.MONTH) -> Request:
    chosen = KPIS if grain is Grain.MONTH else ("revenue", "orders", "active_customers")
    kpis = [kpi for kpi in CATALOGUE if kpi.id in chosen]
    return Request(kpis, list(RULES.calendar.split(start, end, grain)), ((), ("customer.segment",)))


def timed(found: dict[str, Any], step: str, do: Callable[[], Any]) -> Any:
    before, started = cpu(), time.perf_counter()
    done = do()
    found[step] = {"wall": round(time.perf_counter() - started, 1), "cpu": round(cpu() - before, 1)}
    print(step, found[step], file=sys.stderr, flush=True)
    return done


def _java() -> int:
    from pyspark import SparkContext

    return int(SparkContext._gateway.proc.pid)


def cpu() -> float:
    """CPU seconds of this process and of Spark's."""
    times = Path(f"/proc/{_java()}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


def peak() -> int:
    status = Path(f"/proc/{_java()}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


def values(found: Measurement, request: Request) -> dict[tuple[str, str, Any], float | None]:
    """KPI, first day and group → value."""
    return {
        (kpi.id, str(period.start), group): found.value(kpi, period, names, group).value
        for kpi in request.kpis
        for names in request.slices
        for period in request.periods
        for group in found.groups(kpi, period, names)
    }


def same(one: float | None, two: float | None) -> bool:
    return one is two if one is None or two is None else isclose(one, two, rel_tol=1e-9, abs_tol=1e-9)


def beside(folder: Path) -> tuple[dict[str, Any], dict[tuple[str, str, Any], float | None]]:
    """DuckDB's CPU seconds for the same, and its values."""
    con = duckdb.connect(config={"memory_limit": "6GB", "threads": 2, "temp_directory": str(folder / "spill")})
    schema.create(con)
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"INSERT INTO main.customer BY NAME SELECT customer_id, segment FROM '{folder}/customer/*.parquet'")
    con.execute(f"INSERT INTO main.\"order\" BY NAME SELECT * EXCLUDE (_month) FROM '{folder}/order/*/*.parquet'")
    found: dict[str, Any] = {}
    before = time.process_time()
    here = server.derived(_Named(con), RULES)
    found["derive"] = round(time.process_time() - before, 1)
    before = time.process_time()
    own = values(measure(here, RULES, asked()), asked())
    found["panel"] = round(time.process_time() - before, 1)
    return found, own


class _Named(DuckDB):
    """DuckDB with the table of the load among its temporary ones."""

    def named(self, schema: str, table: str) -> str:
        return '"load"' if (schema, table) == ("meta", "load") else super().named(schema, table)


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]))))
