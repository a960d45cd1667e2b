"""A raw table as a view on its files: nothing is copied, and a mapping reads only the columns and parts it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from crmeter.connectors.parquet.listing import Found
from crmeter.ingest.naming import unique_headers
from crmeter.ingest.source import RawTable
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t
from crmeter.warehouse.identifier import literal, quoted

PATH = "_path_of_row"  # the column that holds the path of the file
_NUMBER = "file_row_number"  # DuckDB's own column of where a row stands in its file
_TOLD = 20  # damaged files, columns
_ALIKE = 0.5  # share of the columns of the first file that each other one has


@dataclass(frozen=True)
class Footer:
    """What a file says of itself: its rows, and its columns with their types ('' of nested ones)."""

    file: Found
    rows: int
    columns: dict[str, str]


def footers(con: duckdb.DuckDBPyConnection, files: Sequence[Found]) -> list[Footer]:
    """What the files say of themselves; UserError with those that are damaged or no Parquet."""
    try:
        return _footers(con, files)
    except duckdb.Error:
        looked = "SELECT count(*) FROM parquet_schema($1)"
        raise_if_any(problem for file in files if (problem := _damage(con, file, looked)))
        raise


def find_damage(con: duckdb.DuckDBPyConnection, files: Sequence[Found]) -> None:
    """UserError where a file cannot be read to its end, though it says well what is in it."""
    whole = "SELECT bit_xor(hash(rows)) FROM read_parquet([$1]) AS rows"
    for file in files:
        raise_if_any(filter(None, [_damage(con, file, whole)]))


def _footers(con: duckdb.DuckDBPyConnection, files: Sequence[Found]) -> list[Footer]:
    paths = [file.path for file in files]
    rows = dict(con.execute("SELECT file_name, num_rows FROM parquet_file_metadata($1)", [paths]).fetchall())
    columns: dict[str, dict[str, str]] = {path: {} for path in paths}
    inner: dict[str, int] = dict.fromkeys(paths, 0)  # parts of nested columns that are still to come
    schema = "SELECT file_name, name, duckdb_type, num_children, column_id FROM parquet_schema($1)"
    for path, name, kind, children, place in con.execute(schema, [paths]).fetchall():
        if place == 0:  # the root of the tree
            continue
        if inner[path]:
            inner[path] += (children or 0) - 1
            continue
        columns[path][name] = "" if children else str(kind)
        inner[path] = children or 0
    return [Footer(file, rows[file.path], columns[file.path]) for file in files]


def _damage(con: duckdb.DuckDBPyConnection, file: Found, sql: str) -> Problem | None:
    try:
        con.execute(sql, [file.path]).fetchall()
    except duckdb.Error as error:
        said = str(error).splitlines()[0].replace(file.path, file.label)
        return Problem(t("{file} is no Parquet file, or it is damaged.", file=file.label), said,
                       t("Write it again, or take it away."))  # fmt: skip
    return None


def create(
    con: duckdb.DuckDBPyConnection, schema: str, name: str, found: Sequence[Footer], given: Sequence[str], label: str
) -> RawTable:
    """Create the view ``schema.name``; ``given`` are the columns in the names of folders, ``label`` the SQL of a file's
    name for people over PATH."""
    _refuse_strangers(name, found)
    paths = ", ".join(literal(each.file.path) for each in found)
    read = (
        f"read_parquet([{paths}], union_by_name = true, filename = {literal(PATH)}, "
        # what stands in the name of a folder stays as it stands there: 007 is no 7
        f"hive_partitioning = {'true' if given else 'false'}, hive_types_autocast = false)"
    )
    try:
        described = con.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()
    except duckdb.Error as error:
        raise UserError.of(
            t('The files of the table "{table}" do not go together.', table=name),
            str(error).splitlines()[0],
            t("Write them again with the same columns, or name two tables."),
        ) from error
    kept = {column.casefold() for each in found for column in each.columns} | {column.casefold() for column in given}
    names = [(column, kind) for column, kind, *_ in described if column.casefold() in kept]
    columns = unique_headers([column for column, _ in names])
    listed = [f"{quoted(own)} AS {quoted(shown)}" for (own, _), shown in zip(names, columns, strict=True)]
    con.execute(
        f"CREATE VIEW {quoted(schema, name)} AS SELECT {', '.join(listed)}, "
        f"{label} AS _file, {_NUMBER} + 1 AS _row FROM {read}"
    )
    notes = tuple(_notes(name, found, dict(names)))
    return RawTable(name, tuple(columns), sum(f.rows for f in found), tuple(f.file.label for f in found), notes)


def _refuse_strangers(name: str, found: Sequence[Footer]) -> None:
    """Files that are hardly of one table, and a column that takes the place of ours."""
    first = found[0]
    wanted = {column.casefold() for column in first.columns}
    for each in found:
        here = {column.casefold() for column in each.columns}
        if _NUMBER in here:
            raise UserError.of(
                t("{file} has a column {column}.", file=each.file.label, column=_NUMBER),
                t("DuckDB has one of that name itself, which says where a row stands."),
                t('Give it another name, or use kind = "files".'),
            )
        if len(wanted & here) < _ALIKE * max(len(wanted), len(here)):
            raise UserError.of(
                t('{one} and {other} have few columns in common, but would be one table, "{table}".',
                  one=first.file.label, other=each.file.label, table=name),
                next=t("Let path name the folder above without a pattern: then each file and folder in it is a table. "
                       "Or name the tables: tables = {example}.", example='{ orders = "orders_*.parquet" }'),
            )  # fmt: skip


def _notes(name: str, found: Sequence[Footer], types: dict[str, str]) -> list[str]:
    """What files differ in: columns that some lack, and columns of several types."""
    notes = []
    here = [{c.casefold(): k for c, k in each.columns.items()} for each in found]
    for column, kind in types.items():
        own = column.casefold()
        lacking = [each.file.label for each, columns in zip(found, here, strict=True) if own not in columns]
        if lacking and len(lacking) < len(found):
            more = f" (+{len(lacking) - 1})" if len(lacking) > 1 else ""
            notes.append(t("{file} has no column {columns}.", file=lacking[0] + more, columns=column))
        kinds = sorted({columns[own] for columns in here if columns.get(own)})
        if len(kinds) > 1:
            notes.append(
                t("{table}: the column {column} has different types in its files ({types}), and is read as {kind}.",
                  table=name, column=column, types=", ".join(kinds), kind=kind)
            )  # fmt: skip
    return notes[:_TOLD]
