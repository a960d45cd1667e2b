"""The process that loads is killed at random points: what is published is the load before or the one after, whole."""

from __future__ import annotations

import contextlib
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.ingest.delivery import Workspace
from tests.ingest.loading import shop as shop_in
from tests.ingest.loading import write_exports

ROOT = Path(__file__).parents[2]
KILLS = 20
BEFORE_REPLACE = """
import os, pathlib, signal
replace = pathlib.Path.replace
def killed(self, target):
    {steps}
pathlib.Path.replace = killed
"""


@dataclass(frozen=True)
class Load:
    """A load in its own process ``pid``, and the one that started it."""

    pid: int
    server: subprocess.Popen[str]

    def ended(self) -> tuple[str, int]:
        """Wait for its end: what it said, and the code it ended with."""
        said = ""
        while not (line := heard(self.server)).startswith("ended"):
            said += line
        return said, int(line.split()[1])


def heard(server: subprocess.Popen[str]) -> str:
    assert server.stdout
    line = server.stdout.readline()
    assert line, "the process that starts loads is gone"
    return line


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    """The process from which loads are forked."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.ingest.loading"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert heard(process) == "up\n"
        yield process
        assert process.stdin
        process.stdin.close()


def start(server: subprocess.Popen[str], root: Path, before: str = "") -> Load:
    """The real thing in its own process, at the point where it begins to load."""
    assert server.stdin
    server.stdin.write(json.dumps([str(root), before]) + "\n")
    server.stdin.flush()
    said, pid = heard(server).split()
    assert said == "ready"
    return Load(int(pid), server)


def finish(server: subprocess.Popen[str], root: Path) -> str:
    said, code = start(server, root).ended()
    assert code == 0
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
def shop(tmp_path: Path, server: subprocess.Popen[str]) -> Workspace:
    shop = shop_in(tmp_path)
    write_exports(tmp_path, 1)
    assert finish(server, tmp_path) == "load 1\n"
    return shop


def spent(load: Load) -> float | None:
    """Seconds of processor time so far: how far a process is, however busy the machine; None when it has ended."""
    try:
        state, *fields = Path(f"/proc/{load.pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state in "ZX" else (int(fields[10]) + int(fields[11])) / os.sysconf("SC_CLK_TCK")


def watch(load: Load, until: float = math.inf) -> float:
    """Wait until the process has worked for ``until`` seconds since now, or has ended; how long it worked."""
    began = worked = spent(load) or 0.0
    while (now := spent(load)) is not None and (worked := now) - began < until:
        time.sleep(0.002)
    return worked - began


@pytest.mark.slow
def test_killed_at_twenty_random_points_it_is_the_load_before_or_the_one_after(
    shop: Workspace, server: subprocess.Popen[str]
) -> None:
    kept = shop.root / "load1.duckdb"
    shutil.copyfile(shop.warehouse, kept)
    write_exports(shop.root, 2)
    process = start(server, shop.root)
    length = watch(process)
    process.ended()
    states = [content(kept), content(shop.warehouse)]
    assert states[0] != states[1]
    chance = random.Random(20)
    killed = 0
    while killed < KILLS:  # one kill in each twentieth of the run
        shutil.copyfile(kept, shop.warehouse)
        process = start(server, shop.root)
        worked = watch(process, length * (killed + chance.random()) / KILLS)
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        _, code = process.ended()
        assert content(shop.warehouse) in states
        if code == -signal.SIGKILL:
            killed += 1
        else:  # it was over sooner than those before
            length = min(worked, length * 0.98)
    shutil.copyfile(kept, shop.warehouse)
    assert finish(server, shop.root) == "load 2\n"
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
def test_killed_right_before_and_right_after_the_exchange(
    shop: Workspace, server: subprocess.Popen[str], steps: str, load: int
) -> None:
    before = content(shop.warehouse)
    write_exports(shop.root, 2)
    process = start(server, shop.root, textwrap.dedent(BEFORE_REPLACE).format(steps=steps))
    _, code = process.ended()
    assert code == -signal.SIGKILL
    assert shop.rows("SELECT max(load) FROM meta.load") == [(load,)]
    if load == 1:
        assert content(shop.warehouse) == before
    said = finish(server, shop.root)
    assert said == "load 2\n"
