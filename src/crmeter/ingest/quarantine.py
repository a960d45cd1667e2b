"""Quarantine: rows that are not believed, each with every reason why not. Nothing is dropped without a line here."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from crmeter.ingest import reasons
from crmeter.ingest.landing import Landed
from crmeter.ingest.staging import Staged
from crmeter.model.table import Table
from crmeter.warehouse.identifier import literal, quoted

REFUSED = "refused"
"""Temporary: one line per row and reason. ``id`` names a row of a source and table; below 0 those never landed."""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Start with nothing refused."""
    con.execute(
        f'CREATE TEMP TABLE {REFUSED} (id BIGINT, source VARCHAR, "table" VARCHAR, file VARCHAR, "row" BIGINT, '
        '"column" VARCHAR, value VARCHAR, reason VARCHAR)'
    )


def refuse_landed(con: duckdb.DuckDBPyConnection, landed: Landed, readers: dict[str, list[str]]) -> None:
    """Records that could not be landed count against each table that is filled from their raw table (``readers``).

    Those of a raw table that no mapping reads are kept under its own name.
    """
    lines = [
        (-number, landed.source.name, table, bad.file, bad.row, bad.column, bad.value, bad.reason)
        for number, bad in enumerate(landed.bad, 1)
        for table in readers.get(bad.table, [bad.table])
    ]
    if lines:
        values = {f"c{i}": list(column) for i, column in enumerate(zip(*lines, strict=True))}
        con.execute(f"INSERT INTO {REFUSED} SELECT {', '.join(f'unnest($c{i})' for i in range(8))}", values)


def refuse_invalid(con: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Rows that failed a check of :mod:`validation`."""
    con.execute(
        f'INSERT INTO {REFUSED} SELECT id, $source, $table, _file, _row, e."column", e.value, e.reason FROM '
        f"(SELECT rowid AS id, _file, _row, unnest(_errors) AS e FROM {staged.relation} WHERE _errors IS NOT NULL)",
        {"source": staged.source, "table": staged.table.name},
    )


def refuse(con: duckdb.DuckDBPyConnection, table: Table, column: str, value: str, reason: str, rows: str) -> None:
    """Refuse the staged ``rows`` (SQL of a relation s with _id, _source, _file, _row) for one reason.

    ``value`` and ``reason`` are SQL over s.
    """
    con.execute(
        f"INSERT INTO {REFUSED} SELECT s._id, s._source, {literal(table.name)}, s._file, s._row, {literal(column)}, "
        f"{value}, {reason} FROM {rows}"
    )


def take_out(con: duckdb.DuckDBPyConnection, table: Table, staged: str) -> None:
    """Remove the refused rows from ``staged``."""
    con.execute(
        f"DELETE FROM {staged} AS s WHERE EXISTS (SELECT 1 FROM {REFUSED} AS r "
        'WHERE r.id = s._id AND r.source = s._source AND r."table" = $table)',
        {"table": table.name},
    )


def counts(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """How many rows of each (source, table) are refused."""
    rows = con.execute(f'SELECT source, "table", count(DISTINCT id) FROM {REFUSED} GROUP BY ALL').fetchall()
    return {(source, table): count for source, table, count in rows}


def differs(con: duckdb.DuckDBPyConnection, sources: Sequence[str]) -> bool:
    """Whether other rows are refused now than in the load before."""
    content = 'source, "table", file, "row", "column", value, reason'
    before = f"SELECT {content} FROM meta.quarantine WHERE list_contains($sources, source)"
    now = f"SELECT {content} FROM {REFUSED}"
    row = con.execute(
        f"SELECT EXISTS (({before}) EXCEPT ALL ({now})) OR EXISTS (({now}) EXCEPT ALL ({before}))",
        {"sources": list(sources)},
    ).fetchone()
    return bool(row and row[0])


def keep(con: duckdb.DuckDBPyConnection, load: int, sources: Sequence[str]) -> None:
    """Put what is refused in the place of what was refused of these sources before."""
    con.execute("DELETE FROM meta.quarantine WHERE list_contains($sources, source)", {"sources": list(sources)})
    con.execute(
        f'INSERT INTO meta.quarantine SELECT $load, source, "table", file, "row", "column", value, reason '
        f'FROM {REFUSED} ORDER BY source, "table", file, "row", id',
        {"load": load},
    )


def no_such(table: str) -> str:
    """The reason, as SQL, for a reference to a row of ``table`` that does not exist."""
    return literal(f"{reasons.NO_SUCH}:{table}")


def value_of(column: str) -> str:
    return f"CAST(s.{quoted(column)} AS VARCHAR)"
