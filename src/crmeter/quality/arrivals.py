"""How new the newest event of each source was when it was loaded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import duckdb

from crmeter.model.rules import Rules
from crmeter.model.table import Kind
from crmeter.model.tables import DELIVERED
from crmeter.quality.results import SOURCE
from crmeter.warehouse.identifier import quoted


def keep(con: duckdb.DuckDBPyConnection, load: int, rules: Rules, as_of: date) -> None:
    """Write the first and the newest event of every source that has rows into ``arrival``, with the horizon of the
    load. A source without any event has neither.

    Planned dates are no events, nor is what lies behind the horizon. Of a day without a time the end counts.
    """
    horizon = _midnight(as_of, rules)
    for source, first_at, newest_at, first_on, newest_on in _spans(con, as_of, horizon):
        firsts = [first_at, _midnight(first_on, rules) if first_on else None]
        lasts = [newest_at, _midnight(newest_on + timedelta(days=1), rules) if newest_on else None]
        con.execute(
            "INSERT INTO main.arrival (load, source, first_at, first_on, newest_at, newest_on, horizon_at, horizon_on, "
            "_source, _load) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(load, source),
                *_instant(min((at for at in firsts if at), default=None), rules),
                *_instant(max((at for at in lasts if at), default=None), rules),
                *_instant(horizon, rules),
                *(SOURCE, load),
            ],
        )


def _spans(
    con: duckdb.DuckDBPyConnection, as_of: date, horizon: datetime
) -> list[tuple[str, datetime | None, datetime | None, date | None, date | None]]:
    """Of each source the first and the newest instant, and the first and the last day that stands without a time."""
    return con.execute(
        "SELECT source, min(first_at), max(newest_at), min(first_on), max(newest_on) "
        f"FROM ({' UNION ALL '.join(_events())}) WHERE source <> '' GROUP BY source ORDER BY source",
        {"horizon": horizon, "as_of": as_of},
    ).fetchall()


def _events() -> Iterator[str]:
    """The sources of each table's rows, and the ends of its instants and days; rows that a load implies are of none."""
    none = "NULL::TIMESTAMP AS first_at, NULL::TIMESTAMP AS newest_at, NULL::DATE AS first_on, NULL::DATE AS newest_on"
    for table in DELIVERED:
        rows = quoted("main", table.name)
        yield f"SELECT DISTINCT _source AS source, {none} FROM {rows}"
        for column in table.columns:
            name = quoted(column.name)
            ends = f"min({name}), max({name})"
            if column.planned:
                continue
            if column.kind is Kind.INSTANT:
                yield f"SELECT _source, {ends}, NULL, NULL FROM {rows} WHERE {name} < $horizon GROUP BY _source"
            elif column.kind is Kind.DATE:
                yield f"SELECT _source, NULL, NULL, {ends} FROM {rows} WHERE {name} < $as_of GROUP BY _source"


def _midnight(day: date, rules: Rules) -> datetime:
    """The instant (UTC) at which a local day begins."""
    return datetime.combine(day, time(), ZoneInfo(rules.timezone)).astimezone(UTC).replace(tzinfo=None)


def _instant(at: datetime | None, rules: Rules) -> tuple[datetime | None, date | None]:
    """An instant with its business date, as it is stored."""
    return at, at and at.replace(tzinfo=UTC).astimezone(ZoneInfo(rules.timezone)).date()
