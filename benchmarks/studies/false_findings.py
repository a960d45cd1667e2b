"""What evaluations of demo companies without stories find that is not there: risks by trend, and roots of weaknesses.

A company without stories still grows, so that it has findings; none of them has a root, and a trend that gets worse is
there by chance alone. Counted over the last full quarters of several companies.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from crmeter.demo import create
from crmeter.evaluation.evaluate import Scope, evaluate
from crmeter.evaluation.events import events_in_data
from crmeter.warehouse.duck import reading
from tests.demo.believed import AS_OF, RULES, build

SEEDS, CUSTOMERS = range(1, 5), 4_000
QUARTERS = ("2025-Q2", "2025-Q3", "2025-Q4")
DIMENSIONS = tuple(f"customer.{name}" for name in ("channel", "team", "onboarding", "region", "segment", "kind"))


def study(seeds: Any = SEEDS, quarters: tuple[str, ...] = QUARTERS) -> dict[str, Any]:
    """How many evaluations there were, and what each found of which kind."""
    kinds: Counter[str] = Counter()
    roots: Counter[str] = Counter()
    trends: list[dict[str, Any]] = []
    supported: list[dict[str, Any]] = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            create(folder, seed=seed, customers=CUSTOMERS, stories=())
            build(folder, folder / "warehouse.duckdb")
            with reading(folder / "warehouse.duckdb") as warehouse:
                for quarter in quarters:
                    period = RULES.calendar.parse(quarter, AS_OF)
                    scope = Scope(period, dimensions=DIMENSIONS, events=events_in_data(warehouse))
                    document = evaluate(warehouse, RULES, scope, name="quiet", id="1")
                    where = {"seed": seed, "quarter": quarter}
                    for found in document["findings"]:
                        kinds[found["kind"]] += 1
                        if found["kind"] == "weakness" and found["drivers"]["looked_for"]:
                            roots[found["root"]["kind"]] += 1
                            speaks = [test for test in found["root"]["tests"] if test["supports"]]
                            supported += [{**where, "kpi": found["kpi"], **speaks[0]}] if speaks else []
                        if found.get("risk") == "worsening_trend":
                            trends.append({**where, "kpi": found["kpi"], "p": found["p"]})
    return {
        "evaluations": len(list(seeds)) * len(quarters),
        "findings": dict(kinds),
        "roots_of_explained_weaknesses": dict(roots),
        "supported": supported,
        "trends": trends,
    }
