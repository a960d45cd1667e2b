"""From ten million orders in the warehouse to a value for every customer: CPU seconds of each step.

    python -m benchmarks.clv_pipeline [--customers 1000000] [--rounds 3] [--most 12]

``history`` is the one statement that makes what the models read, of both parts of the history, and its way into arrays;
``money`` the margin and the refunds; ``fit`` fits BG/NBD and Gamma-Gamma; ``score`` is the chance to be active and the
discounted value of every customer. What ``crmeter clv`` does besides (three models on the first part of the history,
and tiers with their intervals) is told apart as ``check`` and ``tiers``. Each round is a fresh process; medians are
told. Exits with 1 where the first four take more than ``--most`` CPU seconds for ten million orders, or a number is not
finite. Imports are not part of it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import harness

os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads of linear algebra only wait here

HORIZON_DAYS = 365
COUNTED = ("history", "money", "fit", "score")


def measured(path: Path) -> dict[str, Any]:
    """The steps once, in this process."""
    import numpy as np

    from benchmarks import company
    from benchmarks.harness import cpu_seconds, peak_megabytes
    from crmeter.analysis.clv.held_out import check
    from crmeter.analysis.clv.models import FITS
    from crmeter.analysis.clv.order_history import Cut, order_history
    from crmeter.analysis.clv.scores import Scores
    from crmeter.analysis.clv.tiers import tiers
    from crmeter.analysis.clv.worth import money, order_value
    from crmeter.model.tiers import Cuts
    from crmeter.warehouse.duck import reading

    seconds: dict[str, float] = {}
    began = time.perf_counter()

    def step(name: str, does: Any) -> Any:
        before = cpu_seconds()
        result = does()
        seconds[name] = round(cpu_seconds() - before, 2)
        return result

    with reading(path) as warehouse:
        orders = warehouse.execute('SELECT count(*) FROM main."order"')[0][0]
        cut = Cut(company.END, HORIZON_DAYS)
        history = step("history", lambda: order_history(warehouse, "TWD", cut))
        fitted = step("fit", lambda: (FITS["bg_nbd"](history.bought.histories), order_value(history.bought)))
        left = step("money", lambda: money(warehouse, company.RULES, company.END, None))
    scores = Scores(history, *fitted, left, HORIZON_DAYS, 0.1)
    value, active = step("score", lambda: (scores.expected_value, scores.probability_active))
    finished = time.perf_counter() - began
    peak = peak_megabytes()
    checked = step("check", lambda: check(history))
    step("tiers", lambda: scores.of_groups(tiers(value, Cuts()).codes, 3))
    return {
        "orders": orders,
        "customers": len(history),
        "cpu_seconds": seconds,
        "wall_seconds": round(finished, 2),
        "peak_megabytes": round(peak),
        "status": fitted[0].fit.status,
        "expected_value": round(float(value.sum()), 2),
        "finite": bool(np.isfinite(value).all() and np.isfinite(active).all()),
        "held_out": {g.guess: round(g.total_error or 0.0, 4) for g in checked.guesses},
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=float, default=12.0)
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        print(json.dumps(measured(asked.once)))
        return 0
    from benchmarks.warehouses import warehouse_of

    path = warehouse_of(asked.customers, ("order",))
    once = {"ours": lambda: harness.side("benchmarks.clv_pipeline", "--once", path)}
    rounds = harness.take_turns(once, asked.rounds)["ours"]
    names = rounds[0]["cpu_seconds"]
    median = {name: statistics.median(each["cpu_seconds"][name] for each in rounds) for name in names}
    together = round(statistics.median(sum(each["cpu_seconds"][n] for n in COUNTED) for each in rounds), 2)
    found = {
        **rounds[0],
        "cpu_seconds": median,
        "together": together,
        "per_ten_million_orders": round(together * 1e7 / rounds[0]["orders"], 2),
        "of_rounds": [round(sum(each["cpu_seconds"][n] for n in COUNTED), 2) for each in rounds],
    }
    harness.keep("clv_pipeline", asked.customers, {k: v for k, v in found.items() if k != "customers"})
    print(json.dumps(found, indent=1))
    return 0 if found["per_ten_million_orders"] <= asked.most and all(each["finite"] for each in rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
