"""How a KPI is measured: the statements that are run for it, and what they read."""

from __future__ import annotations

from collections import Counter
from typing import Any

from crmeter.app.measuring import believed, the_period
from crmeter.app.settings import Workspace
from crmeter.metrics import Request, measure
from crmeter.model.cubes import CUBE
from crmeter.model.rollups import ROLLUPS
from crmeter.warehouse.lineage import pretty, tables_named


def plan(workspace: Workspace, kpi_id: str, *, period: str | None = None) -> dict[str, Any]:
    """The statements that measure a KPI for a period (the last full quarter if none is given), as plain values.

    ``scans`` says how often each table of the warehouse is read; what is read again from kept rows is no scan.
    ``rollups`` names those of them that hold sums by customer and month, and the table whose rows they stand for;
    ``cubes`` those that hold sums of customers by month and attributes.
    UserError where there is no such KPI or nothing is loaded.
    """
    [kpi] = workspace.catalogue.chosen([kpi_id])
    with believed(workspace) as warehouse:
        whole = the_period(workspace.rules, warehouse.load.as_of, period, None, None)
        with warehouse.recording() as statements:
            measure(warehouse, workspace.rules, Request([kpi], [whole], (kpi.always_by,)))
    told = [
        {
            "number": number,
            "reads": tables_named(statement.sql),
            "keeps": statement.kept,
            "rows": statement.rows,
            "sql": pretty(statement.sql),
        }
        for number, statement in enumerate(statements, 1)
    ]
    scans = Counter(name for statement in statements for name in tables_named(statement.sql))
    return {
        "kpi": kpi.id,
        "period": workspace.rules.calendar.name(whole),
        "scans": dict(sorted(scans.items())),
        "rollups": {r.name: r.population.table for r in ROLLUPS.values() if r.name in scans},
        "cubes": [CUBE] if CUBE in scans else [],
        "statements": told,
    }
