"""Pieces become raw tables: one each, or several joined by header where the settings say so."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from crmeter.connectors.files.piece import Piece
from crmeter.ingest.source import RawTable
from crmeter.kernel.messages import t

_LONGEST_LINE = 64_000_000  # bytes; a record is at most a mega of characters, doubled quotes included


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def land_table(con: duckdb.DuckDBPyConnection, schema: str, name: str, pieces: Sequence[Piece]) -> RawTable:
    """Create ``schema.name`` from ``pieces``; columns are matched by header, one that a piece lacks is NULL there."""
    columns = _columns(pieces)
    target = f"{quoted(schema)}.{quoted(name)}"
    declared = [f"{quoted(column)} {kind}" for column, kind in columns.items()]
    con.execute(f"CREATE OR REPLACE TABLE {target} ({', '.join([*declared, '_file VARCHAR', '_row BIGINT'])})")
    spelled = {column.lower(): column for column in columns}
    for piece in pieces:
        here = [spelled[column.lower()] for column in piece.columns]
        into = ", ".join([*map(quoted, here), "_file", "_row"])
        values = ", ".join(
            f"CAST(c{place} AS {columns[column]})" for place, column in zip(_places(piece), here, strict=True)
        )
        con.execute(
            f"INSERT INTO {target} ({into}) SELECT {values}{', ' if values else ''}?, _row FROM {_relation(piece)}",
            [piece.label, str(piece.data)],
        )
    rows = sum(piece.rows for piece in pieces)
    return RawTable(name, tuple(columns), rows, tuple(piece.label for piece in pieces), _notes(pieces, columns))


def _places(piece: Piece) -> list[int]:
    return piece.places or list(range(len(piece.columns)))


def _relation(piece: Piece) -> str:
    """The rows of a piece, its columns named c0, c1 … and _row."""
    width = piece.width or len(piece.columns)
    names = [f"c{place}" for place in range(width)]
    if piece.is_parquet:
        return f"read_parquet(?) AS piece({', '.join([*names, '_row'])})"
    types = dict.fromkeys(names, "VARCHAR")
    types.update(zip((f"c{place}" for place in _places(piece)), piece.types, strict=True))
    shape = ", ".join(f"'{column}': '{kind}'" for column, kind in [*types.items(), ("_row", "BIGINT")])
    return (
        f"read_csv(?, auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
        "new_line = '\\n', "  # else a carriage return in a value is taken for one
        f"columns = {{{shape}}}, max_line_size = {_LONGEST_LINE}, parallel = {str(piece.parallel).lower()})"
    )


def _columns(pieces: Sequence[Piece]) -> dict[str, str]:
    """Every column with its type, in the order first seen; text where two pieces differ in its type."""
    found: dict[str, str] = {}
    spelled: dict[str, str] = {}
    for piece in pieces:
        for column, kind in zip(piece.columns, piece.types, strict=True):
            name = spelled.setdefault(column.lower(), column)
            found[name] = kind if found.get(name, kind) == kind else "VARCHAR"
    return found


def _notes(pieces: Sequence[Piece], columns: dict[str, str]) -> tuple[str, ...]:
    """Which columns some of the joined files lack."""
    notes: list[str] = []
    for piece in pieces:
        notes.extend(piece.notes)
        here = {column.lower() for column in piece.columns}
        missing = [column for column in columns if column.lower() not in here]
        if missing:
            notes.append(t("{file} has no column {columns}.", file=piece.label, columns=", ".join(missing)))
    return tuple(notes)
