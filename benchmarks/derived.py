"""Spells, on which all counting of customers rests: the statement of the product against SQL by hand.

    python -m benchmarks.derived [--customers 100000] [--rounds 3]

Both read the same tables and leave a table. What else is derived of every load has no counterpart by hand; what all of
it takes together is the side ``anew`` of :mod:`benchmarks.increments`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import harness
from benchmarks.warehouses import connected, warehouse_of

_COLUMNS = "customer_id, started_on, ended_on, number::BIGINT, spells::BIGINT"


def ours(path: Path) -> Callable[[], list[str]]:
    from benchmarks import company
    from crmeter.model.spells import spells
    from crmeter.warehouse.engines.embedded import DuckDB

    def run() -> list[str]:
        with connected(path) as con:
            engine = DuckDB(con)
            rows = engine.to_sql(spells(engine.tables(), company.RULES, company.END))
            con.execute(f"CREATE TEMP TABLE spells AS {rows}")
            return _left(con)

    return run


def by_hand(path: Path) -> Callable[[], list[str]]:
    statements = (harness.HERE / "spells.sql").read_text("utf-8").split(";\n")

    def run() -> list[str]:
        with connected(path) as con:
            for statement in filter(str.strip, statements):
                con.execute(statement)
            return _left(con)

    return run


def _left(con: Any) -> list[str]:
    """A checksum of the rows, whatever their order: it costs both sides the same."""
    sql = f"SELECT count(*), sum(hash({_COLUMNS})) FROM spells"
    return [str(each) for each in con.execute(sql).fetchall()[0]]


SIDES: dict[str, Callable[[Path], Callable[[], list[str]]]] = {"ours": ours, "by hand": by_hand}


def measured(path: Path, rounds: int) -> dict[str, Any]:
    left = [SIDES[name](path)() for name in SIDES]
    print(f"spells: {left[0][0]} of ours, {'the same' if left[0] == left[1] else 'not the same'} by hand")
    sides = {name: partial(harness.side, "benchmarks.derived", "--side", name, "--warehouse", path) for name in SIDES}
    runs = harness.take_turns(sides, rounds)
    medians = harness.medians(runs)
    ratio = medians["ours"]["cpu"] / medians["by hand"]["cpu"]
    return {"ratio": ratio, "different": int(left[0] != left[1]), "medians": medians, "runs": runs}


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
    found = measured(warehouse_of(asked.customers), asked.rounds)
    print(f"ratio {found['ratio']:.2f}")
    harness.keep("spells", asked.customers, found)
    return int(found["different"])


if __name__ == "__main__":
    sys.exit(main())
