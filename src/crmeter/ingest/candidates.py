"""Candidates: the valid rows of all sources for one table, one per key, ready to be believed."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from crmeter.ingest import quarantine, reasons
from crmeter.ingest.staging import Staged, widen
from crmeter.kernel.errors import Problem
from crmeter.kernel.messages import t
from crmeter.model.table import Table
from crmeter.warehouse import schema
from crmeter.warehouse.identifier import literal, quoted

_REPEATS = "repeats"


def relation(table: Table) -> str:
    """The temporary table of a table's candidates."""
    return quoted(f"staged_{table.name}")


def gather(con: duckdb.DuckDBPyConnection, table: Table, staged: list[Staged]) -> list[Problem]:
    """Bring the valid rows of all sources together; a key that comes again is refused.

    The first row by source, file and row is believed. Returns a problem for each mapping that multiplies its rows.
    """
    if table.open_ended:
        widen(con, table, staged)
    columns = schema.stored(con, table)
    own = {**columns, "_source": "VARCHAR", "_file": "VARCHAR", "_row": "BIGINT", "_id": "BIGINT", "_rank": "INTEGER"}
    if table.open_ended:
        own[schema.IMPLIED] = "BOOLEAN"
    described = ", ".join(f"{quoted(name)} {kind}" for name, kind in own.items())
    con.execute(f"CREATE TEMP TABLE {relation(table)} ({described})")
    for each in staged:
        quarantine.refuse_invalid(con, each)
        _add(con, table, each)
    return _without_repeats(con, table, staged) if staged else []


def _add(con: duckdb.DuckDBPyConnection, table: Table, staged: Staged) -> None:
    names = ", ".join(quoted(name) for name, _ in staged.conversion.outer)
    flag, value = (f", {schema.IMPLIED}", ", false") if table.open_ended else ("", "")
    con.execute(
        f"INSERT INTO {relation(table)} ({names}, _file, _row, _source, _id, _rank{flag}) "
        f"SELECT {names}, _file, _row, $source, rowid, $rank{value} FROM {staged.relation} WHERE _errors IS NULL",
        {"source": staged.source, "rank": staged.rank},
    )


def _without_repeats(con: duckdb.DuckDBPyConnection, table: Table, staged: list[Staged]) -> list[Problem]:
    """Refuse all but the first row of each key."""
    keys = ", ".join(map(quoted, table.keys))
    rows = relation(table)
    again = f"SELECT {keys} FROM {rows} GROUP BY ALL HAVING count(*) > 1"
    same = " AND ".join(f"s.{quoted(key)} IS NOT DISTINCT FROM k.{quoted(key)}" for key in table.keys)
    everything = ", ".join(f"s.{quoted(name)}" for name in schema.stored(con, table))
    by_key = ", ".join(f"s.{quoted(key)}" for key in table.keys)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {_REPEATS} AS SELECT s._id, s._source, s._file, s._row, {by_key}, "
        # equal places are told apart by content, so that the same input always keeps the same row
        f"row_number() OVER (PARTITION BY {by_key} ORDER BY s._rank, s._file, s._row, {everything}) AS nth, "
        f"first_value(s._source) OVER (PARTITION BY {by_key} ORDER BY s._rank) AS first_source, "
        f"count(*) OVER (PARTITION BY {by_key}, s._source, s._file, s._row) AS at_place, "
        f"row_number() OVER (PARTITION BY {by_key}, s._source) AS nth_of_source "
        f"FROM {rows} AS s JOIN ({again}) AS k ON {same}"
    )
    problems = [problem for each in staged if (problem := _multiplies(con, each))]
    reason = (
        f"CASE WHEN s.first_source = s._source THEN {literal(reasons.REPEATED)} "
        f"ELSE {literal(reasons.ELSEWHERE + ':')} || s.first_source END"
    )
    quarantine.refuse(con, table, ", ".join(table.keys), key_text(table), reason, f"{_REPEATS} AS s WHERE s.nth > 1")
    quarantine.take_out(con, table, rows)
    return problems


def key_text(table: Table) -> str:
    """SQL of the key of a row s as one text."""
    return f"concat_ws(', ', {', '.join(quarantine.value_of(key) for key in table.keys)})"


def _multiplies(con: duckdb.DuckDBPyConnection, staged: Staged) -> Problem | None:
    """A join that finds several partners gives one raw row several times.

    It is said of a mapping when more than half of its rows are repeats of a key, or more than half share both their key
    and the raw row they came from. Fewer repeats are taken for faults of the data and go to quarantine.
    """
    row = con.execute(
        "SELECT count(*) FILTER (nth_of_source > 1), count(*) FILTER (at_place > 1) "
        f"FROM {_REPEATS} WHERE _source = $source",
        {"source": staged.source},
    ).fetchone()
    repeats, multiplied = row or (0, 0)
    if 2 * max(repeats, multiplied) <= staged.read:
        return None
    return Problem(
        t("{path}: this mapping multiplies rows.", path=staged.assignment.mapping.path),
        t(
            "{repeats} of its {rows} rows repeat the key ({key}) of another row.",
            repeats=repeats,
            rows=staged.read,
            key=", ".join(staged.table.keys),
        ),
        t("Look for a JOIN that finds several partners for one row, or group the rows by the key."),
    )


def refuse_known_elsewhere(con: duckdb.DuckDBPyConnection, table: Table, sources: Sequence[str]) -> None:
    """Refuse keys that a source which is not being loaded delivered before (customers only implied give way)."""
    same = " AND ".join(f"s.{quoted(key)} IS NOT DISTINCT FROM m.{quoted(key)}" for key in table.keys)
    others = ", ".join(map(literal, (*sources, "")))
    quarantine.refuse(
        con,
        table,
        ", ".join(table.keys),
        key_text(table),
        f"{literal(reasons.ELSEWHERE + ':')} || m._source",
        f"{relation(table)} AS s JOIN {quoted(schema.BELIEVED, table.name)} AS m ON {same} "
        f"WHERE m._source NOT IN ({others})",
    )
