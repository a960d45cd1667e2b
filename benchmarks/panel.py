"""The panel: 50 KPIs x 60 months x (total and three attributes of the customer), against SQL by hand.

    python benchmarks/panel.py [--customers 100000] [--rounds 3] [--most 3]

Both sides read the same published warehouse and end with the values in Python. First their values are compared, one by
one; then each side runs in fresh processes, taking turns, and the medians of their CPU seconds are divided. Imports are
not part of either (they are told beside). By hand there are two amounts of work: the values with the intervals that
rest on customers, which is what we give, and the values alone. Exits with 1 where a value differs or the ratio to the
first is above ``--most``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]

Key = tuple[str, str, str, str | None]  # KPI, month, attribute or "total", its value
Values = dict[Key, float | None]
ATTRIBUTES = ("customer.channel", "customer.region", "customer.segment")
KPIS = (  # those that the SQL by hand has
    "customers.end", "customers.start", "customers.new", "customers.returned", "customers.ended",
    "customers.lost", "customers.kept", "active_customers", "acquisition_rate.end", "acquisition_rate.start",
    "acquisition_rate.exposed", "retention_rate.cohort", "retention_rate.net", "retention_rate.active",
    "churn_rate.cohort", "churn_rate.exposed", "churn_rate.annualised", "repeat_purchase_rate", "revenue",
    "orders", "refund_rate", "average_order_value", "purchase_frequency", "revenue_per_customer",
    "sales_growth.previous", "sales_growth.year", "clv.revenue", "clv.profit", "cac", "csat.mean", "csat.top2",
    "nps", "complaint_rate", "complaining_customers_rate", "first_response_hours.median",
    "first_response_hours.p90", "first_response_hours.mean", "resolution_hours.median", "resolution_hours.mean",
    "resolution_hours.p90", "handle_minutes.mean", "won_value", "deals_won", "deals_lost", "win_rate",
    "sales_cycle_days.median", "sales_cycle_days.mean", "average_deal_value", "lead_conversion.by_end",
    "lead_conversion.matured",
)  # fmt: skip
TOTAL_ONLY = ("cac",)  # spend has no customers, so it cannot be split by what they are


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_megabytes() -> float:
    """Of this program alone: the peak that getrusage tells begins with that of the process it was started from."""
    status = Path("/proc/self/status")
    if status.exists():
        return (
            float(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ours(path: Path) -> Any:
    """The panel by the product's own definitions: a function that measures it and gives a list of Value."""
    import company

    from crmeter.kernel.calendar import Calendar
    from crmeter.kernel.period import Grain
    from crmeter.kpis import CATALOGUE
    from crmeter.metrics.request import Request, measure
    from crmeter.warehouse.duck import reading

    def run() -> list[Any]:
        periods = list(Calendar().split(company.START, company.END, Grain.MONTH))
        every = ((), *((name,) for name in ATTRIBUTES))
        parts = [
            ([k for k in CATALOGUE if k.id in KPIS and (k.id in TOTAL_ONLY) is whole], slices)
            for whole, slices in ((False, every), (True, ((),)))
        ]
        values = []
        with reading(path) as warehouse:
            for kpis, slices in parts:
                found = measure(warehouse, company.RULES, Request(kpis, periods, slices))
                values += [
                    found.value(kpi, period, names, group)
                    for kpi in kpis
                    for names in slices
                    for period in periods
                    for group in found.groups(kpi, period, names)
                ]
        return values

    return run


def by_hand(path: Path, *scripts: str) -> Any:
    """The same by hand: a function that runs the statements and gives (column names, rows) of each script's result."""
    import duckdb

    texts = {script: (HERE / f"{script}.sql").read_text("utf-8").split(";\n") for script in scripts}

    def run() -> list[tuple[list[str], list[tuple[Any, ...]]]]:
        found = []
        with duckdb.connect(str(path), read_only=True) as con:
            for script, statements in texts.items():
                for statement in statements:
                    if statement.strip():
                        con.execute(statement)
                con.execute(f"FROM {script}")
                found.append(([d[0] for d in con.description], con.fetchall()))
        return found

    return run


SIDES = {
    "ours": ours,
    "by hand": lambda path: by_hand(path, "expert", "expert_interval"),
    "values only": lambda path: by_hand(path, "expert"),
}


def compare(path: Path) -> list[str]:
    """Every value of one side against the other, and the standard errors that come from customers; what differs."""
    mine: list[Values] = [{}, {}]
    reach = 2 * statistics.NormalDist().inv_cdf(0.975)
    for value in ours(path)():
        name, of = next(iter(value.by.items()), ("total", None))
        key = (value.kpi, str(value.start), name, of)
        mine[0][key] = value.value
        mine[1][key] = None if value.low is None or value.high is None else (value.high - value.low) / reach
    different = []
    for what, own, (columns, rows) in zip(("value", "error"), mine, SIDES["by hand"](path)(), strict=True):
        theirs: Values = {
            (column, str(row[0]), row[1], row[2]): number
            for row in rows
            for column, number in zip(columns[3:], row[3:], strict=True)
            if row[1] == "total" or column not in TOTAL_ONLY
        }
        keys = theirs if what == "error" else {*own, *theirs}
        found = [
            f"{what} of {key}: ours {own.get(key)}, by hand {theirs.get(key)}"
            for key in sorted(keys, key=str)
            # a group with nothing to count is left out by us, and is 0 or undefined by hand
            if not (_equal(own[key], theirs.get(key)) if key in own else theirs[key] in (None, 0))
        ]
        print(f"{what}s: {len(keys)} compared, {len(found)} differ")
        different += found
    return different


def _equal(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return one is two
    return abs(float(one) - float(two)) <= 1e-8 * max(1.0, abs(float(one)))


def run_side(side: str, path: Path) -> dict[str, float]:
    """One run in this process: CPU and wall seconds, what the imports took before, and the peak of memory."""
    run = SIDES[side](path)
    imports, started, before = cpu_seconds(), time.perf_counter(), cpu_seconds()
    run()
    return {
        "cpu": cpu_seconds() - before,
        "wall": time.perf_counter() - started,
        "imports": imports,
        "memory": peak_megabytes(),
    }


def take_turns(path: Path, rounds: int) -> dict[str, list[dict[str, float]]]:
    found: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for _ in range(rounds):
        for side in SIDES:
            command = [sys.executable, __file__, "--side", side, "--warehouse", str(path)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found[side].append(json.loads(done.stdout))
    return found


def report(runs: dict[str, list[dict[str, float]]], customers: int) -> float:
    """Print the table and keep it as JSON; gives the ratio of the medians of CPU seconds for the same result."""
    medians = {
        side: {name: statistics.median(run[name] for run in found) for name in found[0]} for side, found in runs.items()
    }
    ratio, bare = (medians["ours"]["cpu"] / medians[side]["cpu"] for side in ("by hand", "values only"))
    print(f"{'':12}{'CPU s':>8}{'wall s':>8}{'imports':>9}{'peak MB':>9}")
    for side, m in medians.items():
        print(f"{side:12}{m['cpu']:8.2f}{m['wall']:8.2f}{m['imports']:9.2f}{m['memory']:9.0f}")
    print(f"ratio of CPU seconds: {ratio:.2f} to the same values and intervals by hand, {bare:.2f} to the values alone")
    kept = {
        "customers": customers,
        "ratio": ratio,
        "ratio_to_values_only": bare,
        "medians": medians,
        "runs": runs,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
    }
    path = HERE / "results" / f"panel-{customers}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    return ratio


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=float, default=3.0, help="the ratio above which the run fails")
    parser.add_argument("--keep", action="store_true", help="take the warehouse of the last run if it is there")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--warehouse", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        print(json.dumps(run_side(asked.side, asked.warehouse)))
        return 0
    path = HERE / "data" / f"company-{asked.customers}.duckdb"
    if not (asked.keep and path.exists()):
        import company

        path.unlink(missing_ok=True)
        started = cpu_seconds()
        company.build(path, asked.customers)
        print(f"made a company of {asked.customers} customers in {cpu_seconds() - started:.1f} CPU s")
    different = compare(path)
    print(*different[:20], *(["…"] if len(different) > 20 else []), sep="\n")
    ratio = report(take_turns(path, asked.rounds), asked.customers)
    return 1 if different or ratio > asked.most else 0


if __name__ == "__main__":
    sys.exit(main())
