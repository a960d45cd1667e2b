"""The history of the canonical tables: which rows were believed from which load to which.

``main`` holds what is believed now, each row with the load since which it is (``_load``); ``history`` holds what was
believed before, each row also with the load that ended it (``_until``). What was known at load L is the rows of main
with _load <= L and those of history with _load <= L < _until.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from crmeter.model.table import Kind, Table
from crmeter.warehouse import schema
from crmeter.warehouse.identifier import quoted

_FATES = "_fates"


@dataclass(frozen=True)
class Merged:
    """What became of one source's rows of one table. ``accepted`` are new and changed rows, ``changed`` among them."""

    accepted: int = 0
    unchanged: int = 0
    changed: int = 0
    gone: int = 0


def merge(
    con: duckdb.DuckDBPyConnection, table: Table, staged: str, load: int, sources: Sequence[str]
) -> dict[str, Merged]:
    """Make the rows of ``staged`` the ones believed since ``load``, and end those that are no longer so.

    ``staged`` (SQL text of a relation) is the whole of what ``sources`` deliver for ``table``: the stored columns,
    ``_source``, ``_file``, ``_row``; keys are unique. A row of these sources that is not in it is gone. Rows are the
    same if all their stored columns are; where they stood in a file does not matter, and a row that another source
    delivers now is gone from the one and new in the other.
    """
    content = list(schema.stored(con, table))
    _decide_fates(con, table, staged, content, sources)
    ended = f"rowid IN (SELECT id FROM {_FATES} WHERE fate <> 'same')"
    believed, past = quoted(schema.BELIEVED, table.name), quoted(schema.HISTORY, table.name)
    own = [*content, "_source", "_file", "_row", *((schema.IMPLIED,) if table.open_ended else ())]
    names = ", ".join(map(quoted, own))
    con.execute(
        f"INSERT INTO {past} ({names}, _load, _until) SELECT {names}, _load, $load FROM {believed} WHERE {ended}",
        {"load": load},
    )
    con.execute(f"DELETE FROM {believed} WHERE {ended}")
    con.execute(
        f"INSERT INTO {believed} ({names}, _load) SELECT {names}, $load FROM {staged} AS s "
        f"WHERE NOT EXISTS (SELECT 1 FROM {believed} AS m WHERE {_same_key(table)})",
        {"load": load},
    )
    counts = _counts(con, staged, sources)
    con.execute(f"DROP TABLE {_FATES}")
    return counts


def _decide_fates(
    con: duckdb.DuckDBPyConnection, table: Table, staged: str, content: Sequence[str], sources: Sequence[str]
) -> None:
    """For each believed row of ``sources``: is it gone, delivered by another of them, changed, or the same?"""
    differs = " OR ".join(f"m.{quoted(name)} IS DISTINCT FROM s.{quoted(name)}" for name in content)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {_FATES} AS "
        "SELECT m.rowid AS id, m._source AS was, s._source AS now, "
        "CASE WHEN s._source IS NULL THEN 'gone' WHEN s._source <> m._source THEN 'moved' "
        f"WHEN {differs} THEN 'changed' ELSE 'same' END AS fate "
        f"FROM {quoted(schema.BELIEVED, table.name)} AS m LEFT JOIN {staged} AS s ON {_same_key(table)} "
        "WHERE list_contains($sources, m._source)",
        {"sources": list(sources)},
    )


def _same_key(table: Table) -> str:
    """That s and m are the same row; parts of a joint key may be null."""
    tests = []
    for name in table.keys:
        equal = "=" if table.column(name).kind is Kind.KEY else "IS NOT DISTINCT FROM"
        tests.append(f"m.{quoted(name)} {equal} s.{quoted(name)}")
    return " AND ".join(tests)


def _counts(con: duckdb.DuckDBPyConnection, staged: str, sources: Sequence[str]) -> dict[str, Merged]:
    rows = con.execute(
        "SELECT source, coalesce(delivered, 0), coalesce(same, 0), coalesce(changed, 0), coalesce(gone, 0) "
        "FROM (SELECT unnest($sources::VARCHAR[]) AS source) "
        f"LEFT JOIN (SELECT _source, count(*) AS delivered FROM {staged} GROUP BY ALL) ON _source = source "
        "LEFT JOIN (SELECT now, count(*) FILTER (fate = 'same') AS same, "
        f"count(*) FILTER (fate = 'changed') AS changed FROM {_FATES} GROUP BY ALL) ON now = source "
        f"LEFT JOIN (SELECT was, count(*) AS gone FROM {_FATES} WHERE fate IN ('gone', 'moved') GROUP BY ALL) "
        "ON was = source",
        {"sources": list(sources)},
    ).fetchall()
    return {
        source: Merged(accepted=delivered - same, unchanged=same, changed=changed, gone=gone)
        for source, delivered, same, changed, gone in rows
    }


def holds_rows_of(con: duckdb.DuckDBPyConnection, table: Table, sources: Sequence[str]) -> bool:
    """Whether rows of any of ``sources`` are believed in ``table``."""
    row = con.execute(
        f"SELECT 1 FROM {quoted(schema.BELIEVED, table.name)} WHERE list_contains($sources, _source) LIMIT 1",
        {"sources": list(sources)},
    ).fetchone()
    return row is not None


def known_at(con: duckdb.DuckDBPyConnection, table: Table, load: int, catalog: str | None = None) -> str:
    """SQL text of the rows of ``table`` as they were known at ``load``: its stored columns, where they came from, and
    ``_load``. With ``catalog`` it can be read from another database than its own."""
    within = (catalog,) if catalog else ()
    names = ", ".join(map(quoted, [*schema.stored(con, table), *(name for name, _ in schema.PROVENANCE)]))
    now, past = (quoted(*within, where, table.name) for where in (schema.BELIEVED, schema.HISTORY))
    return (
        f"(SELECT {names} FROM {now} WHERE _load <= {load:d} UNION ALL BY NAME "
        f"SELECT {names} FROM {past} WHERE _load <= {load:d} AND _until > {load:d})"
    )
