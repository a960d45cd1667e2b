"""A day of changes carried into what is derived, against deriving all of it anew.

    python -m benchmarks.increments [--customers 100000] [--rounds 3] [--most 0.2]

0.05% of the rows of orders, contracts, cases, answers, leads and opportunities are new, late, corrected or gone, and
the horizon is a day later. Both sides begin with the same rows, in turns; the medians of their CPU seconds are divided.
Afterwards every derived table of the one is held against that of the other. Exits with 1 where a row differs.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import company, harness
from benchmarks.harness import cpu_seconds
from benchmarks.warehouses import connected, warehouse_of
from crmeter.model.tables import BY_NAME
from crmeter.warehouse import derive
from crmeter.warehouse.advance import Advance

TABLES = {  # the column whose day says how late a row is
    "order": "ordered",
    "subscription": "started",
    "case": "opened",
    "survey_response": "invited",
    "lead": "created",
    "opportunity": "created",
}
SHARE = 0.0005
KINDS = ("new", "late", "corrected", "gone")
NEXT_DAY = company.END + timedelta(days=1)


def change(con: duckdb.DuckDBPyConnection) -> int:
    """Make a second load of a day of changes; how many rows changed."""
    changed = 0
    for table, event in TABLES.items():
        key, name = BY_NAME[table].keys[0], f'"{table}"'
        draw = f"(hash({key}) % 1000000) / 1000000.0"
        for kind, below in zip(KINDS, (SHARE * (i + 1) / 4 for i in range(4)), strict=True):
            chosen = f"{draw} >= {below - SHARE / 4} AND {draw} < {below}"
            con.execute(f"CREATE OR REPLACE TEMP TABLE chosen AS FROM main.{name} WHERE {chosen}")
            [(rows,)] = con.execute("SELECT count(*) FROM chosen").fetchall()
            changed += rows
            if kind in ("corrected", "gone"):
                con.execute(f"INSERT INTO history.{name} BY NAME SELECT *, 2 AS _until FROM chosen")
                con.execute(f"DELETE FROM main.{name} WHERE {key} IN (SELECT {key} FROM chosen)")
            if kind == "corrected" and table in ("order", "opportunity"):
                con.execute("UPDATE chosen SET amount = amount * 1.1")
            if kind == "new":
                at = f"TIMESTAMP '{company.END} 10:00:00'"
                con.execute(f"UPDATE chosen SET {event}_at = {at}, {event}_on = DATE '{company.END}'")
            if kind in ("new", "late"):
                con.execute(f"UPDATE chosen SET {key} = {key} || '-{kind}'")
            if kind != "gone":
                con.execute(f"INSERT INTO main.{name} BY NAME SELECT * REPLACE (2 AS _load) FROM chosen")
    return changed


def anew(con: duckdb.DuckDBPyConnection) -> None:
    derive.refresh(con, company.RULES, NEXT_DAY)
    derive.roll_up(con, company.RULES, NEXT_DAY)


def carried_on(con: duckdb.DuckDBPyConnection) -> None:
    Advance(con, company.RULES, 2, company.END, NEXT_DAY).run()


SIDES: dict[str, Callable[[duckdb.DuckDBPyConnection], None]] = {"anew": anew, "carried on": carried_on}


def differing(one: Path, two: Path) -> list[str]:
    """The derived tables of two warehouses whose rows are not the same."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{one}' AS one (READ_ONLY)")
        con.execute(f"ATTACH '{two}' AS two (READ_ONLY)")
        names = con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'one' AND schema_name = 'derived' ORDER BY 1"
        ).fetchall()
        rows = "SELECT count(*), sum(hash(each)) FROM {}.derived.{} AS each"
        return [
            name
            for (name,) in names
            if len({con.execute(rows.format(side, name)).fetchall()[0] for side in ("one", "two")}) > 1
        ]


def measured(customers: int, rounds: int, tables: Sequence[str] = ()) -> dict[str, Any]:
    """The ratio, the CPU seconds of each side, how many rows changed, and which derived tables differ afterwards."""
    path = warehouse_of(customers, tables)
    spent: dict[str, list[float]] = {side: [] for side in SIDES}
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        start, ends = Path(folder) / "start.duckdb", {side: Path(folder) / f"{side}.duckdb" for side in SIDES}
        shutil.copyfile(path, start)
        with duckdb.connect(str(start)) as con:
            changed = change(con)
        for _ in range(rounds):
            for side, run in SIDES.items():
                shutil.copyfile(start, ends[side])
                with connected(ends[side], read_only=False) as con:
                    before = cpu_seconds()
                    run(con)
                    spent[side].append(cpu_seconds() - before)
        different = differing(*ends.values())
    medians = {side: statistics.median(seconds) for side, seconds in spent.items()}
    return {
        "changed": changed,
        "ratio": medians["carried on"] / medians["anew"],
        "seconds": spent,
        "differ": different,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders-only", action="store_true", help="a company of nothing but customers and orders")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=float, default=0.2, help="the ratio above which the run fails")
    asked = parser.parse_args()
    found = measured(asked.customers, asked.rounds, ("order",) if asked.orders_only else ())
    print(
        f"{found['changed']} rows changed; "
        + ", ".join(f"{side}: {statistics.median(seconds):.2f} CPU s" for side, seconds in found["seconds"].items())
    )
    print(f"ratio {found['ratio']:.3f}; derived tables that differ: {', '.join(found['differ']) or 'none'}")
    harness.keep("increments-orders" if asked.orders_only else "increments", asked.customers, found)
    return 1 if found["differ"] or found["ratio"] > asked.most else 0


if __name__ == "__main__":
    sys.exit(main())
