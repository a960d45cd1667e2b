"""What it takes before anything is counted: the command line, and planning a panel.

    python -m benchmarks.starting [--rounds 5] [--demo DIRECTORY]

CPU seconds of ``crmeter --help`` and of one KPI of the demo company from its published warehouse: of the last quarter,
which its snapshot holds, and of a week, which is measured; each in a fresh process with its imports. Planning is the
CPU time of the panel without that of DuckDB, until everything is measured, of a company so small that there is next to
nothing to collect: for the first time in a process, with what is imported only then, and again. *New* is what was never
asked before by any command of this user, so that its SQL is not known yet.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import harness, statements
from benchmarks.warehouses import warehouse_of

KPI, WEEK = "churn_rate.cohort", "2025-W40"  # weeks are in no snapshot
DEMO_CUSTOMERS = 20_000
FEW = 10  # customers


def command(*arguments: str) -> harness.Run:
    """One call of the command line: its CPU and wall seconds."""
    call = "import sys; from crmeter.cli.main import main; sys.argv[0] = 'crmeter'; main()"
    before, started = harness.cpu_seconds(harness.CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-c", call, *arguments], check=True, capture_output=True)
    cpu = harness.cpu_seconds(harness.CHILDREN) - before
    return {"cpu": cpu, "wall": time.perf_counter() - started}


@contextmanager
def knowing_nothing() -> Iterator[None]:
    """Inside the block, commands find no SQL that others wrote before."""
    before = os.environ.get("XDG_CACHE_HOME")
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_CACHE_HOME"] = name
        try:
            yield
        finally:
            os.environ.pop("XDG_CACHE_HOME")
            if before is not None:
                os.environ["XDG_CACHE_HOME"] = before


def new(side: Callable[[], harness.Run]) -> Callable[[], harness.Run]:
    """A side as it is when it is asked for the first time."""

    def run() -> harness.Run:
        with knowing_nothing():
            return side()

    return run


def demo_company(directory: Path | None) -> Path:
    """A workspace of the demo company with a published load and its snapshot, as crmeter demo makes it."""
    from crmeter.app.ingesting import ingest
    from crmeter.app.settings import open_workspace
    from crmeter.demo import create

    found = directory or harness.DATA / "demo"
    if not found.exists():
        create(found, seed=7, customers=DEMO_CUSTOMERS)
        ingest(open_workspace(found, {}))
    command("snapshot", "-C", str(found))
    return found


def measured(rounds: int, directory: Path | None = None) -> dict[str, Any]:
    demo, small = demo_company(directory), warehouse_of(FEW)
    week = partial(command, "kpi", KPI, "--period", WEEK, "-C", str(demo))
    planning = partial(harness.side, "benchmarks.starting", "--plan", small)
    sides: dict[str, Callable[[], harness.Run]] = {
        "help": partial(command, "--help"),
        "one KPI": partial(command, "kpi", KPI, "-C", str(demo)),
        "one KPI of a week": week,
        "one KPI of a week, new": new(week),
        "planning": planning,
        "planning, new": new(planning),
    }
    for known in (week, planning):
        known()
    runs = harness.take_turns(sides, rounds)
    return {"kpi": KPI, "medians": harness.medians(runs), "runs": runs}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--demo", type=Path, help="a workspace that is there already")
    parser.add_argument("--plan", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.plan:
        first, again = (statements.profile(asked.plan) for _ in range(2))
        print(json.dumps({"first": first["planning"], "again": again["planning"], "statements": first["statements"]}))
        return 0
    found = measured(asked.rounds, asked.demo)
    print(json.dumps(found["medians"], indent=1))
    harness.keep("starting", DEMO_CUSTOMERS, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
