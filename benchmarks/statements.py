"""Where the CPU time of the panel goes: in which statements, and in what is done around them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import harness, panel
from benchmarks.warehouses import connected

_TABLE = re.compile(r'"?(?:main|derived)"?\."(\w+)"|"(kept_\d+)"')
MOST = 12  # statements that are told


class Timed:
    """A connection of DuckDB that notes the CPU seconds of each statement, with those of fetching its rows."""

    def __init__(self, con: Any) -> None:
        self._con = con
        self.spent: list[tuple[str, float]] = []

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> Timed:
        before = harness.cpu_seconds()
        self._con.execute(sql, parameters)
        self.spent.append((sql, harness.cpu_seconds() - before))
        return self

    def fetchall(self) -> Any:
        return self._fetched(self._con.fetchall)

    def fetchnumpy(self) -> Any:
        return self._fetched(self._con.fetchnumpy)

    def _fetched(self, fetch: Any) -> Any:
        before = harness.cpu_seconds()
        rows = fetch()
        sql, seconds = self.spent[-1]
        self.spent[-1] = sql, seconds + harness.cpu_seconds() - before
        return rows

    @property
    def description(self) -> Any:
        return self._con.description


def profile(path: Path) -> dict[str, Any]:
    """CPU seconds of the panel: of DuckDB, of planning (all else until everything is measured), of making the values;
    and of the dearest statements, by the tables they read."""

    from benchmarks import company
    from crmeter.kernel.calendar import Calendar
    from crmeter.kernel.period import Grain
    from crmeter.kpis import CATALOGUE
    from crmeter.metrics.request import Request, measure
    from crmeter.warehouse.duck import Warehouse
    from crmeter.warehouse.engines.embedded import DuckDB

    kpis = [kpi for kpi in CATALOGUE if kpi.id in panel.KPIS and kpi.id not in panel.TOTAL_ONLY]
    periods = list(Calendar().split(company.START, company.END, Grain.MONTH))
    slices = ((), *((name,) for name in panel.ATTRIBUTES))
    with connected(path) as con:
        con.execute("SET TimeZone = 'UTC'")
        timed = Timed(con)
        warehouse = Warehouse(DuckDB(timed))  # type: ignore[arg-type]
        _ = warehouse.tables, warehouse.load, warehouse.coverage
        timed.spent.clear()
        before = harness.cpu_seconds()
        found = measure(warehouse, company.RULES, Request(kpis, periods, slices))
        spent = list(timed.spent)
        measured = harness.cpu_seconds()
        for kpi in kpis:
            for names in slices:
                for period in periods:
                    found.values(kpi, period, names)
        done = harness.cpu_seconds()
    inside = sum(seconds for _, seconds in spent)
    return {
        "duckdb": inside,
        "planning": measured - before - inside,
        "values": done - measured,
        "statements": len(spent),
        "dearest": [
            {"reads": tables_of(sql), "cpu": round(seconds, 3)}
            for sql, seconds in sorted(spent, key=lambda each: -each[1])[:MOST]
        ],
    }


def tables_of(sql: str) -> str:
    """The tables a statement reads: those of the warehouse, and how many that were kept before.

    >>> tables_of('SELECT 1 FROM "main"."order" JOIN "kept_1" ON true')
    'order, 1 kept'
    """
    found = [one or two for one, two in _TABLE.findall(sql)]
    kept = {name for name in found if name.startswith("kept_")} - {found[0] if sql.startswith("CREATE") else ""}
    named = dict.fromkeys(name for name in found if not name.startswith("kept_"))
    return ", ".join([*named, *([f"{len(kept)} kept"] if kept else [])])
