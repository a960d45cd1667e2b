"""Eight KPIs that most companies look at x 60 months x (total and three attributes of the customer).

    python -m benchmarks.eight [--customers 100000] [--rounds 3]

Four sides: the product's own definitions and DuckDB SQL by hand (``eight.sql``) read the published warehouse, Polars
and pandas the same tables as Parquet (``frames/``), each in the way that suits it. Ours gives an interval with each
value, the others the values alone. All values are compared with one another before anything is timed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import harness, panel
from benchmarks.values import equal
from benchmarks.warehouses import warehouse_of

KPIS = (
    "revenue", "orders", "average_order_value", "active_customers", "win_rate", "sales_cycle_days.median", "csat.mean",
    "nps",
)  # fmt: skip
PINS = ("polars==2.1.0", "pandas==3.1.1", "pyarrow==26.0.1")
FRAMES = ("polars", "pandas")
PANDAS_UNTIL = 1_000_000  # customers: it holds every column whole, and more do not fit into the memory of most machines
TABLES = {  # what the Parquet files hold
    "customer": "SELECT customer_id, channel, region, segment FROM main.customer",
    "customer_alias": "FROM derived.customer_alias",
    "order": "SELECT customer_id, ordered_on, kind, subscription_id, amount::DOUBLE AS amount, currency "
    'FROM main."order"',
    "subscription": "SELECT customer_id, started_on, ended_on FROM main.subscription",
    "lead": "SELECT lead_id, created_at FROM main.lead",
    "opportunity": "SELECT customer_id, lead_id, created_at, first_contact_at, closed_at, closed_on, outcome "
    "FROM main.opportunity",
    "survey_response": "SELECT customer_id, responded_on, instrument, score, scale_min, scale_max "
    "FROM main.survey_response",
}


def parquet(warehouse: Path) -> Path:
    """The tables as Parquet files beside the warehouse."""
    import duckdb

    folder = warehouse.with_suffix(".parquet")
    if not folder.exists():
        folder.mkdir()
        with duckdb.connect(str(warehouse), read_only=True) as con:
            for name, rows in TABLES.items():
                con.execute(f"COPY ({rows}) TO '{folder / name}.parquet'")
    return folder


SIDES: dict[str, Callable[[Path], Any]] = {
    "ours": lambda path: panel.ours(path, only=KPIS),
    "by hand": lambda path: panel.by_hand(path, "eight"),
}


def values(side: str, path: Path) -> dict[str, float | None]:
    """The values of one of our sides, under 'KPI month dimension member'."""
    if side == "ours":
        found = {}
        for each in panel.ours(path, only=KPIS)():
            name, of = next(iter(each.by.items()), ("total", None))
            found[f"{each.kpi} {each.start} {name} {of or ''}"] = each.value
        return found
    [(columns, rows)] = panel.by_hand(path, "eight")()
    return {
        f"{column} {row[0]} {row[1]} {row[2] or ''}": value
        for row in rows
        for column, value in zip(columns[3:], row[3:], strict=True)
    }


def different(one: dict[str, Any], two: dict[str, Any], named: str) -> list[str]:
    """What differs; a group with nothing to count may be left out, which is 0 or undefined by hand."""
    missing = [key for key, value in one.items() if key not in two and value not in (None, 0)]
    wrong = [key for key, value in two.items() if key not in one or not equal(one[key], value)]
    return [f"{named} of {key}: by hand {one.get(key)}, {two.get(key)}" for key in sorted((*missing, *wrong))]


def compare(path: Path, frames: Sequence[str], python: Path | None) -> list[str]:
    by_hand = values("by hand", path)
    found = different(by_hand, values("ours", path), "ours")
    print(f"eight KPIs: {len(by_hand)} values by hand, {len(found)} of ours differ")
    for name in frames:
        theirs = harness.side(f"benchmarks.frames.{name}", "--values", parquet(path), python=python or sys.executable)
        wrong = different(by_hand, theirs, name)
        print(f"eight KPIs: {len(theirs)} values of {name}, {len(wrong)} differ")
        found += wrong
    return found


def measured(path: Path, customers: int, rounds: int) -> dict[str, Any]:
    """The medians and runs of every side, and how many values differ."""
    python = harness.environment("frames", PINS)
    frames = [name for name in FRAMES if python and (name != "pandas" or customers <= PANDAS_UNTIL)]
    wrong = compare(path, frames, python)
    print(*wrong[:20], sep="\n")
    sides = {side: partial(harness.side, "benchmarks.eight", "--side", side, "--warehouse", path) for side in SIDES}
    for name in frames:
        sides[name] = partial(harness.side, f"benchmarks.frames.{name}", parquet(path), python=python or "")
    runs = harness.take_turns(sides, rounds)
    medians = harness.medians(runs)
    best = min(m["cpu"] for side, m in medians.items() if side in ("by hand", "polars"))
    return {
        "ratio": medians["ours"]["cpu"] / best,
        "different": len(wrong),
        "medians": medians,
        "runs": runs,
        "pins": list(PINS),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--warehouse", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        print(json.dumps(harness.measured(SIDES[asked.side](asked.warehouse))))
        return 0
    found = measured(warehouse_of(asked.customers), asked.customers, asked.rounds)
    for side, m in found["medians"].items():
        print(f"{side:10}{m['cpu']:8.2f} CPU s{m['wall']:8.2f} s{m['memory']:9.0f} MB")
    harness.keep("eight", asked.customers, found)
    return 1 if found["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
