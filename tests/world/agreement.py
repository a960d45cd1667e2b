"""The engine and the independent SQL on any loaded workspace: where they differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

import duckdb

from crmeter.app.settings import Workspace
from crmeter.kernel.period import Period
from crmeter.kpis import CATALOGUE
from crmeter.warehouse.duck import reading
from tests.world.measured import Measured
from tests.world.witness import witnessed

BY_THE_CLOCK = ("business",)  # variants whose statement is told the hours of the designed company


def differing(
    workspace: Workspace, periods: Sequence[Period], leaving_out: Sequence[str] = ()
) -> tuple[dict[tuple[str, str], tuple[object, ...]], int]:
    """(KPI, first day) → (engine, SQL, reason), and how many values that are defined were compared."""
    rules = workspace.rules
    kpis = [k for k in CATALOGUE if not k.variant.startswith(BY_THE_CLOCK) and k.id not in leaving_out]
    known = {kpi.id for kpi in kpis}
    found: dict[tuple[str, str], tuple[object, ...]] = {}
    compared = 0
    with reading(workspace.warehouse) as warehouse:
        measured = Measured(warehouse, rules, kpis, tuple(periods))
        values = {period: measured.values(period) for period in periods}
        as_of = warehouse.load.as_of
    with duckdb.connect(str(workspace.warehouse), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        for period in periods:
            said = witnessed(
                con,
                period.start,
                period.end,
                measures={kpi.measure for kpi in kpis},
                as_of=as_of,
                currency=rules.currency,
                inactivity_days=rules.inactivity_days,
            )
            for name, value in values[period].items():
                if name.partition("[")[0] in known:
                    compared += value.value is not None
                    if not _near(value.value, said.get(name)):
                        found[name, str(period.start)] = (value.value, said.get(name), value.reason)
    return found, compared


def _near(one: float | None, two: float | None) -> bool:
    """Prices at rates are rounded by both, to four decimals, but not in the same order."""
    if one is None or two is None:
        return one is two
    return math.isclose(one, two, rel_tol=1e-7, abs_tol=1e-9)
