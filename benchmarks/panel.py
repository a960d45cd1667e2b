"""The panel: 50 KPIs x 60 months x (total and three attributes of the customer), against SQL by hand.

    python -m benchmarks.panel [--customers 100000] [--rounds 3] [--most 3] [--all]

Both sides read the same published warehouse and end with the values in Python. Each side runs in fresh processes, in
turns, and the medians of their CPU seconds are divided; what they come to is compared, one value by one. Imports are
not part of either (they are told beside). By hand there are two amounts of work: the values with the intervals that
rest on customers, which is what we give, and the values alone. With ``--all`` two more sides ask each KPI by itself,
one after another: ours, and a query by hand for each KPI and dimension. Exits with 1 where a value differs or the ratio
to the values and intervals by hand is above ``--most``.
"""

from __future__ import annotations

import argparse
import json
import pickle
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a file
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks import harness, one_query, values  # noqa: E402
from benchmarks.harness import DATA, HERE  # noqa: E402
from benchmarks.values import TOTAL_ONLY  # noqa: E402
from benchmarks.warehouses import MEMORY, connected  # noqa: E402

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


def ours(
    path: Path, *, spent: list[float] | None = None, only: Sequence[str] = KPIS, memory: int = MEMORY
) -> Callable[[], list[Any]]:
    """The panel by the product's own definitions: a function that measures it and gives a list of Value.

    With ``spent`` each KPI is asked for by itself, and its CPU seconds are added there. DuckDB takes at most ``memory``
    bytes.
    """
    from benchmarks import company
    from crmeter.kernel.calendar import Calendar
    from crmeter.kernel.period import Grain
    from crmeter.kpis import CATALOGUE
    from crmeter.metrics.request import Request, measure
    from crmeter.warehouse.duck import reading
    from crmeter.warehouse.memory import bound_memory

    chosen = [kpi for kpi in CATALOGUE if kpi.id in only]

    def parts() -> Iterator[tuple[list[Any], tuple[tuple[str, ...], ...]]]:
        every = ((), *((name,) for name in ATTRIBUTES))
        for whole, slices in ((False, every), (True, ((),))):
            kpis = [kpi for kpi in chosen if (kpi.id in TOTAL_ONLY) is whole]
            yield from (([kpi], slices) for kpi in kpis) if spent is not None else ((kpis, slices),) if kpis else ()

    def run() -> list[Any]:
        periods = list(Calendar().split(company.START, company.END, Grain.MONTH))
        found_values = []
        bound_memory(memory)
        with reading(path) as warehouse:
            for kpis, slices in parts():
                before = harness.cpu_seconds()
                found = measure(warehouse, company.RULES, Request(kpis, periods, slices))
                found_values += [
                    value
                    for kpi in kpis
                    for names in slices
                    for period in periods
                    for value in found.values(kpi, period, names)
                ]
                if spent is not None:
                    spent.append(harness.cpu_seconds() - before)
        return found_values

    return run


def by_hand(path: Path, *scripts: str) -> Any:
    """The same by hand: a function that runs the statements and gives (column names, rows) of each script's result."""
    texts = {script: (HERE / f"{script}.sql").read_text("utf-8").split(";\n") for script in scripts}

    def run() -> list[tuple[list[str], list[tuple[Any, ...]]]]:
        found = []
        with connected(path) as con:
            for script, statements in texts.items():
                for statement in statements:
                    if statement.strip():
                        con.execute(statement)
                con.execute(f"FROM {script}")
                found.append(([d[0] for d in con.description], con.fetchall()))
        return found

    return run


SIDES: dict[str, Callable[[Path], Any]] = {
    "ours": ours,
    "by hand": lambda path: by_hand(path, "expert", "expert_interval"),
    "values only": lambda path: by_hand(path, "expert"),
}
ALONE = ("ours, one KPI at a time", "one query per KPI")  # each question by itself


def run_side(side: str, path: Path, found_in: Path | None = None) -> harness.Run:
    """One run of a side in this process; what it comes to is written into a file where one is named."""
    if side == "ours, one KPI at a time":
        spent: list[float] = []
        run = harness.measured(ours(path, spent=spent))
        return {**run, "one_kpi": statistics.median(spent), "dearest_kpi": max(spent)}
    found: list[Any] = []
    work = SIDES[side](path) if side in SIDES else partial(one_query.run, path)
    run = harness.measured(lambda: found.append(work()))
    if found_in:
        found_in.write_bytes(pickle.dumps(values.READ[side](found[0])))
    return run


def measured(path: Path, rounds: int, alone: int = 0) -> dict[str, Any]:
    """The medians and runs of every side, and how much they differ; those that ask for each KPI by itself in ``alone``
    rounds."""
    with tempfile.TemporaryDirectory() as folder:

        def turns(sides: Sequence[str], rounds: int) -> dict[str, list[harness.Run]]:
            arguments = ("benchmarks.panel", "--warehouse", path, "--side")
            run = {side: partial(harness.side, *arguments, side, "--found-in", Path(folder) / side) for side in sides}
            return harness.take_turns(run, rounds)

        runs = {**turns(tuple(SIDES), rounds), **turns(ALONE, alone)}
        different = values.different({file.name: pickle.loads(file.read_bytes()) for file in Path(folder).iterdir()})
    print(*different[:20], *(["…"] if len(different) > 20 else []), sep="\n")
    medians = harness.medians(runs)
    ours = medians["ours"]["cpu"]
    return {
        "ratio": ours / medians["by hand"]["cpu"],
        "ratio_to_values_only": ours / medians["values only"]["cpu"],
        "different": len(different),
        "medians": medians,
        "runs": runs,
    }


def report(found: dict[str, Any]) -> None:
    width = max(map(len, found["medians"]))
    print(f"{'':{width}}{'CPU s':>8}{'wall s':>8}{'imports':>9}{'peak MB':>9}")
    for side, m in found["medians"].items():
        print(f"{side:{width}}{m['cpu']:8.2f}{m['wall']:8.2f}{m['imports']:9.2f}{m['memory']:9.0f}")
    print(
        f"ratio of CPU seconds: {found['ratio']:.2f} to the same values and intervals by hand, "
        f"{found['ratio_to_values_only']:.2f} to the values alone"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=float, default=3.0, help="the ratio above which the run fails")
    parser.add_argument("--all", action="store_true", help="also each KPI by itself")
    parser.add_argument("--keep", action="store_true", help="take the warehouse of the last run if it is there")
    parser.add_argument("--side", choices=(*SIDES, *ALONE), help=argparse.SUPPRESS)
    parser.add_argument("--warehouse", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--found-in", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        print(json.dumps(run_side(asked.side, asked.warehouse, asked.found_in)))
        return 0
    from benchmarks.warehouses import warehouse_of

    if not asked.keep:
        (DATA / f"company-{asked.customers}.duckdb").unlink(missing_ok=True)
    path = warehouse_of(asked.customers)
    found = measured(path, asked.rounds, asked.rounds if asked.all else 0)
    report(found)
    harness.keep("panel", asked.customers, found)
    return 1 if found["different"] or found["ratio"] > asked.most else 0


if __name__ == "__main__":
    sys.exit(main())
