"""How new the rows of a table are, and how late they usually come."""

from __future__ import annotations

from typing import Any

from crmeter.model.table import Kind
from crmeter.model.tables import BY_NAME
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.identifier import quoted

NEARLY_ALL = 0.98
BACK = 400  # days that are looked back for what is usual
LEAST_GAP = 3  # days without a row are nothing yet


def lateness_of(warehouse: Warehouse, name: str) -> dict[str, Any] | None:
    """``newest``: the newest day of the table's rows or of anything that came from the same sources; ``gap``: the days
    between two days with rows that are seldom exceeded; ``late``: the days after the data horizon by which nearly all
    rows had come that a later load brought. None for a table without rows that have a day."""
    day = _day_of(name)
    if day is None:
        return None
    rows, on = quoted("main", name), quoted(day)
    parameters = {"back": BACK, "share": NEARLY_ALL, "as_of": warehouse.load.as_of}
    [(newest, gap)] = warehouse.execute(
        f"WITH days AS (SELECT DISTINCT {on} AS d FROM {rows} "
        f"WHERE {on} < $as_of AND {on} >= $as_of - $back::INTEGER), "
        "gaps AS (SELECT d, d - lag(d) OVER (ORDER BY d) AS g FROM days) "
        "SELECT max(d), quantile_cont(g, $share) FROM gaps",
        parameters,
    )
    if newest is None:
        return None
    [(arrived,)] = warehouse.execute(
        f"SELECT max(newest_on) FROM main.arrival WHERE source IN (SELECT DISTINCT _source FROM {rows}) "
        "AND load = (SELECT max(load) FROM main.arrival)"
    )
    # rows that were not there at the load before, though its horizon was past their day
    [(late,)] = warehouse.execute(
        f"SELECT quantile_cont(greatest(b.as_of - r.{on}, 0), $share) FROM {rows} AS r "
        "JOIN meta.load AS l ON l.load = r._load "
        "JOIN meta.load AS b ON b.load = (SELECT max(load) FROM meta.load WHERE load < l.load) "
        f"WHERE r.{on} < $as_of AND r.{on} >= $as_of - $back::INTEGER",
        parameters,
    )
    return {
        "newest": max(newest, arrived) if arrived else newest,
        "gap": max(LEAST_GAP, int(gap or 0)),
        "late": min(int(late or 0), BACK),
    }


def _day_of(name: str) -> str | None:
    """The column with the day on which a row of a table happened: its first date that is no plan."""
    for column in BY_NAME[name].columns:
        if column.planned:
            continue
        if column.kind is Kind.INSTANT:
            return column.business_date
        if column.kind is Kind.DATE:
            return column.name
    return None
