"""What faces show, read from a snapshot and measured.

    python -m benchmarks.snapshots DEMO [--rounds 5]

DEMO is a workspace of the demo company with a published load; its snapshot is made anew. In one process that has
everything imported: CPU milliseconds of the newest 13 months of one KPI, of its newest quarter, and of that by a
dimension, as the JSON that a face sends, from the snapshot and by measuring. In fresh processes, imports included: CPU
seconds of ``crmeter kpi`` with the snapshot, and without it. And what it costs to make, beside a load of all sources.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import harness
from benchmarks.starting import command

KPI = "churn_rate.cohort"
BY = "customer.segment"
MONTHS = 13
CUSTOMERS = 20_000


def questions(demo: Path) -> dict[str, Callable[[], str]]:
    """What is asked, from the snapshot and measured."""
    from crmeter.app.measuring import measure
    from crmeter.app.ready import Ready
    from crmeter.app.settings import open_workspace
    from crmeter.kernel.period import Grain
    from crmeter.snapshots.window import periods

    workspace = open_workspace(demo, {})
    ready = Ready(workspace)
    snapshot = ready.snapshot()
    if snapshot is None:
        raise SystemExit(f"{demo} has no snapshot that may be used")
    calendar, as_of = workspace.rules.calendar, date.fromisoformat(snapshot.about["as_of"])
    months = sorted(periods({Grain.MONTH: MONTHS - 1}, calendar, as_of))
    quarter = periods({Grain.QUARTER: 0}, calendar, as_of)

    def read(when: list[Any], by: tuple[str, ...] = ()) -> str:
        found = ready.snapshot()
        told = found.answers(KPI, when, by) if found else None
        if told is None:
            raise SystemExit("the snapshot does not hold it")
        return told

    def counted(when: list[Any], by: tuple[str, ...] = ()) -> str:
        start, end, grain = when[0].start, when[-1].end, when[0].grain
        found = measure(workspace, [KPI], start=start, end=end, grain=grain, by=by)
        return json.dumps(found, ensure_ascii=False, separators=(",", ":"))

    asked = {"13 months": (months, ()), "a quarter": (quarter, ()), "a quarter by a dimension": (quarter, (BY,))}
    sides = {"snapshot": read, "measured": counted}
    return {f"{name}, {side}": partial(run, *what) for name, what in asked.items() for side, run in sides.items()}


def timed(run: Callable[[], str], times: int) -> harness.Run:
    """CPU milliseconds of one run, the mean of several."""
    started = time.process_time()
    for _ in range(times):
        run()
    return {"ms": (time.process_time() - started) / times * 1000}


def answers(demo: Path, rounds: int) -> dict[str, float]:
    """CPU milliseconds of each question, warm; the sides take turns, and of the rounds the median counts."""
    asked = questions(demo)
    times = {name: 200 if name.endswith("snapshot") else 3 for name in asked}
    for run in asked.values():
        run()
    sides = {name: partial(timed, run, times[name]) for name, run in asked.items()}
    return {name: each["ms"] for name, each in harness.medians(harness.take_turns(sides, rounds)).items()}


def making(demo: Path) -> dict[str, Any]:
    """What the snapshot costs: of a process that has measured nothing yet."""
    from crmeter.app import snapshots
    from crmeter.app.settings import open_workspace

    workspace = open_workspace(demo, {})
    before = harness.cpu_seconds()
    told = snapshots.make(workspace, again=True)
    return {"cpu": harness.cpu_seconds() - before, "values": told["values"], "bytes": told["bytes"]}


def loading(demo: Path) -> dict[str, Any]:
    """A load of all sources into an empty warehouse beside it, without a snapshot."""
    from crmeter.app.ingesting import ingest
    from crmeter.app.settings import open_workspace

    workspace = replace(open_workspace(demo, {}), warehouse_setting="duckdb:///data/of_benchmark.duckdb")
    before = harness.cpu_seconds()
    ingest(workspace)
    used = harness.cpu_seconds() - before
    for left in workspace.warehouse.parent.glob("of_benchmark.duckdb*"):
        left.unlink()
    return {"cpu": used}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("demo", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--side", choices=("making", "answers", "loading"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        found = answers(asked.demo, asked.rounds) if asked.side == "answers" else globals()[asked.side](asked.demo)
        print(json.dumps(found))
        return 0
    ours = partial(harness.side, "benchmarks.snapshots", asked.demo, "--side")
    costs = {"load": ours("loading"), "snapshot": ours("making")}
    kpi = ("kpi", KPI, "-C", str(asked.demo))
    sides = {
        "from the snapshot": partial(command, *kpi),
        "measured": partial(command, *kpi, "--from", "2025-10-01", "--to", "2026-01-01"),  # days that have no name
    }
    runs = harness.take_turns(sides, asked.rounds)
    found = {
        "kpi": KPI,
        "milliseconds": ours("answers", "--rounds", asked.rounds),
        "commands": harness.medians(runs),
        "costs": costs,
        "runs": runs,
    }
    print(json.dumps({name: each for name, each in found.items() if name != "runs"}, indent=1))
    harness.keep("snapshots", CUSTOMERS, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
