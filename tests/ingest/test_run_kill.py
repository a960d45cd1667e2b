"""The process that loads is killed at random points: what is published is the load before or the one after, whole."""

from __future__ import annotations

import math
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import duckdb
import pytest

from tests.ingest.delivery import Workspace

KILLS = 20
PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from crmeter.connectors.files.source import FileSource
from crmeter.ingest.configured import ConfiguredSource
from crmeter.ingest.run import ingest
from crmeter.model.rules import Rules
from crmeter.warehouse import derive

root = Path(sys.argv[1])
source = ConfiguredSource(FileSource("shop", root, "exports/*.csv"))
print("ready", flush=True)
rules, now = Rules("TWD", "Asia/Taipei"), datetime(2026, 1, 10, tzinfo=UTC)
report = ingest(root, root / "data/warehouse.duckdb", rules, [source], now=now)
print("load", report.load, flush=True)
"""
BEFORE_REPLACE = """
import os, pathlib, signal
replace = pathlib.Path.replace
def killed(self, target):
    {steps}
pathlib.Path.replace = killed
"""


def write_exports(root: Path, version: int) -> None:
    """Exports whose second version has new, changed and missing rows in both tables, and other bad ones."""
    exports = root / "exports"
    exports.mkdir(exist_ok=True)
    orders = ["order_id,customer_id,ordered_at,amount,currency,kind"]
    customers = ["customer_id,segment"]
    for n in range(8_000):
        if n % 10 != version:
            amount = n % 89 + (version if n % 7 == 0 else 0)
            orders.append(
                f"{n},c{n % 3000},2025-0{n % 9 + 1}-11 10:00:00,{amount if n % 500 != version else 'x'},TWD,sale"
            )
    for n in range(2_000 + 100 * version):
        customers.append(f"c{n},{'ab'[(n + version) % 2]}")
    (exports / "orders.csv").write_text("\n".join(orders) + "\n", "utf-8")
    (exports / "customers.csv").write_text("\n".join(customers) + "\n", "utf-8")


def start(root: Path, before: str = "") -> subprocess.Popen[str]:
    """The real thing in its own process, at the point where it begins to load."""
    process = subprocess.Popen([sys.executable, "-c", before + PROGRAM, str(root)], stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "ready\n"
    return process


def finish(root: Path) -> str:
    process = start(root)
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 0
    return said


def content(path: Path) -> dict[str, tuple[int, int]]:
    """Rows and checksum of every table but the clock times of loads."""
    con = duckdb.connect(str(path), read_only=True)
    try:
        names = con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL"
        ).fetchall()
        found = {}
        for schema, table in names:
            rows = "(SELECT * EXCLUDE (started_at, finished_at) FROM meta.load)"
            if (schema, table) != ("meta", "load"):
                rows = f'"{schema}"."{table}"'
            (row,) = con.execute(f"SELECT count(*), coalesce(bit_xor(hash(r::VARCHAR)), 0) FROM {rows} AS r").fetchall()
            found[f"{schema}.{table}"] = row
        return found
    finally:
        con.close()


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    shop = Workspace(tmp_path)
    shop.map("shop", "order", "SELECT order_id, customer_id, ordered_at, amount, currency, kind FROM orders")
    shop.map("shop", "customer", "SELECT customer_id, segment FROM customers")
    write_exports(tmp_path, 1)
    assert finish(tmp_path) == "load 1\n"
    return shop


def spent(process: subprocess.Popen[str]) -> float:
    """Seconds of processor time so far: how far a process is, however busy the machine; 0 when it has ended."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def watch(process: subprocess.Popen[str], until: float = math.inf) -> float:
    """Wait until the process has worked for ``until`` seconds since now, or has ended; how long it worked."""
    began = worked = spent(process)
    while process.poll() is None and worked - began < until:
        worked = max(worked, spent(process))
        time.sleep(0.002)
    return worked - began


@pytest.mark.slow
def test_killed_at_twenty_random_points_it_is_the_load_before_or_the_one_after(shop: Workspace) -> None:
    kept = shop.root / "load1.duckdb"
    shutil.copyfile(shop.warehouse, kept)
    write_exports(shop.root, 2)
    process = start(shop.root)
    length = watch(process)
    process.communicate()
    states = [content(kept), content(shop.warehouse)]
    assert states[0] != states[1]
    chance = random.Random(20)
    killed = 0
    while killed < KILLS:  # one kill in each twentieth of the run
        shutil.copyfile(kept, shop.warehouse)
        process = start(shop.root)
        worked = watch(process, length * (killed + chance.random()) / KILLS)
        process.kill()
        process.communicate()
        assert content(shop.warehouse) in states
        if process.returncode == -signal.SIGKILL:
            killed += 1
        else:  # it was over sooner than those before
            length = min(worked, length * 0.98)
    shutil.copyfile(kept, shop.warehouse)
    assert finish(shop.root) == "load 2\n"
    assert content(shop.warehouse) == states[1]
    assert sorted(path.name for path in shop.warehouse.parent.iterdir()) == [
        "warehouse.duckdb",
        "warehouse.duckdb.lock",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("steps", "load"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", 1),
        ("replace(self, target); os.kill(os.getpid(), signal.SIGKILL)", 2),
    ],
)
def test_killed_right_before_and_right_after_the_exchange(shop: Workspace, steps: str, load: int) -> None:
    before = content(shop.warehouse)
    write_exports(shop.root, 2)
    process = start(shop.root, textwrap.dedent(BEFORE_REPLACE).format(steps=steps))
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    assert shop.rows("SELECT max(load) FROM meta.load") == [(load,)]
    if load == 1:
        assert content(shop.warehouse) == before
    said = finish(shop.root)
    assert said == "load 2\n"
