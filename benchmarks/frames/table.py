"""What both libraries of data frames share: months, and how a run is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks import harness

ATTRIBUTES = ("channel", "region", "segment")
KPIS = (
    "revenue", "orders", "average_order_value", "active_customers", "csat.mean", "nps", "win_rate",
    "sales_cycle_days.median",
)  # fmt: skip
Row = tuple[Any, ...]  # month from July 2020 on, dimension, member, and the values of KPIS


def tell(run: Callable[[Path], Iterable[Row]]) -> None:
    """Print what a run took, or with ``--values`` what it found: 'KPI month dimension member'."""
    *options, folder = sys.argv[1:]
    if options != ["--values"]:
        print(json.dumps(harness.measured(lambda: list(run(Path(folder))))))
        return
    found = {}
    for month, dimension, member, *values in run(Path(folder)):
        start = f"{2020 + (month + 6) // 12}-{(month + 6) % 12 + 1:02}-01"
        for kpi, value in zip(KPIS, values, strict=True):
            found[f"{kpi} {start} {dimension} {member or ''}"] = None if value is None or value != value else value
    print(json.dumps(found))
