"""How far the data reaches: the day from which nothing is known any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

from crmeter.model.rules import Rules
from crmeter.model.table import Kind
from crmeter.model.tables import DELIVERED
from crmeter.warehouse import schema
from crmeter.warehouse.identifier import quoted


def data_horizon(con: duckdb.DuckDBPyConnection, rules: Rules, now: datetime) -> date:
    """The start of the local day after the newest event that was past at ``now``, or what the workspace sets.

    Planned dates never count. Data of nothing but planned dates (contracts alone) reaches to the newest past one; no
    data at all reaches to the day of the load.
    """
    if rules.as_of is not None:
        return rules.as_of
    today = now.astimezone(ZoneInfo(rules.timezone)).date()
    for planned in (False, True):
        newest = _newest(con, now, today, planned=planned)
        if newest is not None:
            return newest + timedelta(days=1)
    return today


def _newest(con: duckdb.DuckDBPyConnection, now: datetime, today: date, *, planned: bool) -> date | None:
    parts = " UNION ALL ".join(_newest_of_columns(planned))
    # $instant and $today stand in every part, whichever of the two it uses
    row = con.execute(
        f"SELECT max(newest) FROM ({parts})",
        {"instant": now.astimezone(ZoneInfo("UTC")).replace(tzinfo=None), "today": today},
    ).fetchone()
    newest: date | None = row[0] if row else None
    return newest


def _newest_of_columns(planned: bool) -> Iterator[str]:
    yield "SELECT NULL::DATE AS newest WHERE $instant::TIMESTAMP IS NULL AND $today::DATE IS NULL"
    for table in DELIVERED:
        rows = quoted(schema.BELIEVED, table.name)
        for column in table.columns:
            name = quoted(column.name)
            if column.planned is not planned:
                continue
            if column.kind is Kind.INSTANT:
                yield f"SELECT max({quoted(column.business_date)}) FROM {rows} WHERE {name} <= $instant::TIMESTAMP"
            elif column.kind is Kind.DATE:
                yield f"SELECT max({name}) FROM {rows} WHERE {name} <= $today::DATE"
