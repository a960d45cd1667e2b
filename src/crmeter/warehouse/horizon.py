"""Where the history of purchases begins, and how far the data reaches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

from crmeter.model.rules import Rules
from crmeter.model.table import Kind
from crmeter.model.tables import DELIVERED
from crmeter.warehouse.engines.embedded import on
from crmeter.warehouse.engines.engine import Engine
from crmeter.warehouse.identifier import quoted


def history_start(where: Engine | duckdb.DuckDBPyConnection) -> date | None:
    """The business date of the first sale that does not only invoice a subscription; None where there is none."""
    engine = on(where)
    orders = engine.named("main", "order")
    [(first,)] = engine.execute(f"SELECT min(ordered_on) FROM {orders} WHERE kind = 'sale' AND subscription_id IS NULL")
    found: date | None = first
    return found


def data_horizon(where: Engine | duckdb.DuckDBPyConnection, rules: Rules, now: datetime) -> date:
    """The start of the local day after the newest event that was past at ``now``, or what the workspace sets.

    Planned dates never count. Data of nothing but planned dates (contracts alone) reaches to the newest past one; no
    data at all reaches to the day of the load.
    """
    if rules.as_of is not None:
        return rules.as_of
    today = now.astimezone(ZoneInfo(rules.timezone)).date()
    for planned in (False, True):
        newest = _newest(on(where), now, today, planned=planned)
        if newest is not None:
            return newest + timedelta(days=1)
    return today


def _newest(engine: Engine, now: datetime, today: date, *, planned: bool) -> date | None:
    parts = " UNION ALL ".join(_newest_of_columns(engine, planned))
    values = {"instant": now.astimezone(ZoneInfo("UTC")).replace(tzinfo=None), "today": today}
    used = {name: value for name, value in values.items() if f"${name}" in parts}
    [(found,)] = engine.execute(f"SELECT max(newest) FROM ({parts}) AS each_column", used)
    newest: date | None = found
    return newest


def _newest_of_columns(engine: Engine, planned: bool) -> Iterator[str]:
    for table in DELIVERED:
        rows = engine.named("main", table.name)
        for column in table.columns:
            name = quoted(column.name)
            if column.planned is not planned:
                continue
            if column.kind is Kind.INSTANT:
                newest = f"max({quoted(column.business_date)}) AS newest"
                yield f"SELECT {newest} FROM {rows} WHERE {name} <= $instant"
            elif column.kind is Kind.DATE:
                yield f"SELECT max({name}) AS newest FROM {rows} WHERE {name} <= $today"
