"""Rows that were read from a database become a raw table; a type that would change a value gives way to text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import duckdb

from crmeter.ingest.naming import unique_headers
from crmeter.ingest.source import RawTable
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.warehouse.identifier import quoted

Progress = Callable[[str, float | None], None]
Tell = Callable[[int], None]
NUMERIC = "NUMERIC"  # an exact number: as wide a DECIMAL as its values need
BATCH = 10_000
_LONGEST_LINE = 64_000_000  # bytes of one row
_DIGITS = 38  # of the widest DECIMAL
_DATED = ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE")


@dataclass
class Rows:
    """The rows of one table, written to ``data`` by us: every value quoted, NULL as nothing, the row number last.

    ``kinds`` are the DuckDB types that the database's own suggest, or NUMERIC.
    """

    name: str  # of the raw table
    label: str
    columns: list[str]
    kinds: list[str]
    data: Path
    rows: int = 0
    notes: list[str] = field(default_factory=list)


def write_row(out: TextIO, cells: Iterable[str | None], number: int) -> None:
    """One row of the file that :func:`land` reads."""
    quoted_cells = ["" if cell is None else '"' + cell.replace('"', '""') + '"' for cell in cells]
    out.write(f"{','.join(quoted_cells)},{number}\n")


def land(con: duckdb.DuckDBPyConnection, schema: str, rows: Rows) -> RawTable:
    """Create ``schema.name`` from what was read, each column in the type that keeps all its values."""
    columns = unique_headers(rows.columns)
    target = f"{quoted(schema)}.{quoted(rows.name)}"
    try:
        types = _types(con, rows)
        selected = [
            f"{_cast(f'c{place}', kind)} AS {quoted(name)}"
            for place, (name, kind) in enumerate(zip(columns, types, strict=True))
        ]
        con.execute(
            f"CREATE TABLE {target} AS SELECT {', '.join([*selected, '?::VARCHAR AS _file', '_row'])}"
            f" FROM {_relation(rows)}",
            [rows.label, str(rows.data)],
        )
    except duckdb.InvalidInputException:
        raise UserError.of(
            t("{table} holds a row of more than {size} MB, or text that is no UTF-8.", table=rows.label,
              size=_LONGEST_LINE // 1_000_000),
            next=t("Name the tables to read in tables of this source in crmeter.toml, without this one."),
        ) from None  # fmt: skip
    renamed = [f"{old} → {new}" for old, new in zip(rows.columns, columns, strict=True) if old != new]
    notes = [*rows.notes, *_told(rows, types)]
    if renamed:
        notes.append(t("{table}: columns got another name: {names}.", table=rows.label, names=", ".join(renamed)))
    return RawTable(rows.name, tuple(columns), rows.rows, (rows.label,), tuple(notes))


def _relation(rows: Rows) -> str:
    names = [*(f"c{place}" for place in range(len(rows.columns)))]
    shape = ", ".join([*(f"'{name}': 'VARCHAR'" for name in names), "'_row': 'BIGINT'"])
    return (
        "read_csv(?, auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
        "new_line = '\\n', "  # else a carriage return in a value is taken for one
        f"allow_quoted_nulls = false, columns = {{{shape}}}, max_line_size = {_LONGEST_LINE}, parallel = false)"
    )


def _cast(column: str, kind: str) -> str:
    return column if kind == "VARCHAR" else f"CAST({column} AS {kind})"


def _types(con: duckdb.DuckDBPyConnection, rows: Rows) -> list[str]:
    """The types to land in: text wherever one value would be lost or changed by the type."""
    asked = [
        f"({_question(f'c{place}', kind)})::VARCHAR" if kind != "VARCHAR" else "NULL"
        for place, kind in enumerate(rows.kinds)
    ]
    if not asked:
        return []
    found = con.execute(f"SELECT {', '.join(asked)} FROM {_relation(rows)}", [str(rows.data)]).fetchone()
    assert found is not None
    return list(map(_answer, rows.kinds, found))


def _question(column: str, kind: str) -> str:
    """SQL of what tells whether all values fit ``kind``; of NUMERIC, how many digits they have."""
    if kind == NUMERIC:
        plain = f"regexp_full_match({column}, '-?[0-9]+([.][0-9]+)?')"
        whole = f"length(regexp_extract({column}, '^-?([0-9]+)', 1))"
        behind = f"length(regexp_extract({column}, '[.]([0-9]+)$', 1))"
        return f"CASE WHEN bool_and({plain}) THEN max({whole}) || ' ' || max({behind}) END"
    fits = f"TRY_CAST({column} AS {kind}) IS NOT NULL"
    if kind in _DATED:  # no type of ours has them: the end of all days, and days before our era
        fits += f" AND isfinite(TRY_CAST({column} AS {kind})) AND NOT contains({column}, 'BC')"
    return f"coalesce(bool_and({column} IS NULL OR ({fits})), true)"


def _answer(kind: str, found: str | None) -> str:
    if kind == "VARCHAR":
        return kind
    if kind != NUMERIC:
        return kind if found == "true" else "VARCHAR"
    if found is None:
        return "VARCHAR"
    whole, behind = map(int, found.split())
    return f"DECIMAL({max(whole + behind, 1)}, {behind})" if whole + behind <= _DIGITS else "VARCHAR"


def _told(rows: Rows, types: list[str]) -> Iterator[str]:
    """Columns that had to become text."""
    given_up = [
        column
        for column, wanted, kind in zip(rows.columns, rows.kinds, types, strict=True)
        if wanted != "VARCHAR" and kind == "VARCHAR" and rows.rows
    ]
    if given_up:
        yield t("{table}: read as text, since not every value fits a type: {columns}.", table=rows.label,
                columns=", ".join(given_up))  # fmt: skip
