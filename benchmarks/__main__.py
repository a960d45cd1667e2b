"""``make bench``: measure what is asked for, keep it as JSON, and print the table of everything that was measured.

    python -m benchmarks [S] [M] [L] [--only panel eight …] [--rounds 3] [--alone 1] [--demo DIRECTORY] [--table]

S has 100,000 customers and a million orders, M ten times as many, L fifty times. What was measured before of other
sizes and topics stays in the table. Exits with 1 where sides did not come to the same values.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import derived, eight, figures, harness, increments, loading, memory, panel, starting, statements, table
from benchmarks.warehouses import SIZES, warehouse_of

BOUND = 300  # megabytes
Measured = dict[str, Any]


def measure_panel(customers: int, rounds: int, alone: int | None = None) -> Measured:
    path = warehouse_of(customers)
    if alone is None:
        alone = rounds if customers <= SIZES["S"] else int(customers <= SIZES["M"])  # minutes each
    found = panel.measured(path, rounds, alone)
    panel.report(found)
    return {**found, "profile": statements.profile(path)}


def measure_loading(customers: int, rounds: int) -> Measured:
    return loading.measured(warehouse_of(customers), rounds if customers <= SIZES["S"] else 1)


TOPICS: dict[str, Callable[[int, int], Measured]] = {
    "panel": measure_panel,
    "eight": lambda customers, rounds: eight.measured(warehouse_of(customers), customers, rounds),
    "memory": lambda customers, _: memory.measured(warehouse_of(customers), BOUND),
    "spells": lambda customers, rounds: derived.measured(warehouse_of(customers), rounds),
    "increments": increments.measured,
    "loading": measure_loading,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", metavar="SIZE", help=", ".join(SIZES))
    parser.add_argument("--only", nargs="+", choices=(*TOPICS, "starting"), default=(*TOPICS, "starting"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--alone", type=int, help="rounds in which each KPI is asked by itself, which takes long")
    parser.add_argument("--demo", type=Path, help="a workspace of the demo company that is there already")
    parser.add_argument("--table", action="store_true", help="measure nothing")
    asked = parser.parse_args()
    unknown = [size for size in asked.sizes if size not in SIZES]
    if unknown:
        parser.error(f"there is no size {', '.join(unknown)}")
    topics: dict[str, Callable[[int, int], Measured]] = {**TOPICS, "panel": partial(measure_panel, alone=asked.alone)}
    differ = 0
    for size in () if asked.table else asked.sizes or ("S",):
        for topic in (topic for topic in TOPICS if topic in asked.only):
            print(f"\n{topic}, {size}", flush=True)
            found = topics[topic](SIZES[size], asked.rounds)
            differ += found.get("different", 0) + len(found.get("differ", ()))
            harness.keep(topic, SIZES[size], found)
    if "starting" in asked.only and not asked.table:
        harness.keep("starting", starting.DEMO_CUSTOMERS, starting.measured(asked.rounds, asked.demo))
    print(f"\n{table.as_text(figures.rows(table.results()))}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
