"""Holding a checked mapping against the raw tables as they were landed: their columns and types, not their rows."""

from __future__ import annotations

import json

import duckdb

from crmeter.ingest.mapping.check import Mapping
from crmeter.ingest.mapping.faults import Faults, did_you_mean
from crmeter.ingest.mapping.syntax import Place, Text
from crmeter.kernel.messages import t


def bind(mapping: Mapping, con: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Raise UserError, with its place in the text, if DuckDB could not run the mapping on the raw tables of ``schema``.

    The text is bound on empty copies of the tables in a database of its own, so that places are those of the file.
    """
    faults = Faults(Text(mapping.path, mapping.text))
    with _empty_copy(mapping, con, schema) as scratch:
        try:
            scratch.execute(f"EXPLAIN {mapping.text}")
        except duckdb.Error as error:
            _tell(error, mapping, scratch, faults)
        else:
            _compare_columns(mapping, scratch, faults)
    faults.raise_all()


def _empty_copy(mapping: Mapping, con: duckdb.DuckDBPyConnection, schema: str) -> duckdb.DuckDBPyConnection:
    scratch = duckdb.connect(":memory:", config={"enable_external_access": "false"})
    for table in mapping.raw_tables:
        columns = con.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_catalog = current_database() AND table_schema = ? AND table_name = ?"
            " ORDER BY ordinal_position",
            [schema, table],
        ).fetchall()
        typed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns)
        scratch.execute(f"CREATE TABLE {quoted(table)} ({typed})")
    scratch.execute("SET errors_as_json = true")
    scratch.execute("SET lock_configuration = true")
    return scratch


def quoted(name: str) -> str:
    """An SQL identifier that means ``name``, whatever stands in it.

    >>> quoted("客戶 id")
    '"客戶 id"'
    """
    return '"' + name.replace('"', '""') + '"'


def _tell(error: duckdb.Error, mapping: Mapping, scratch: duckdb.DuckDBPyConnection, faults: Faults) -> None:
    """What DuckDB says, at the place it says it of."""
    _, _, rest = str(error).partition(": ")
    try:
        said = json.loads(rest)
    except ValueError:
        said = {"exception_message": rest}
    at = max(int(said.get("position") or 0) - len("EXPLAIN "), 0)
    place = faults.text.place(len(mapping.text.encode()[:at].decode(errors="ignore")))
    if said.get("error_subtype") == "COLUMN_NOT_FOUND":
        known = [name for table in mapping.raw_tables for name in scratch.table(quoted(table)).columns]
        unknown = str(said.get("name", ""))
        faults.add(
            place,
            t('There is no column "{name}" here.', name=unknown),
            next=did_you_mean(unknown, [name for name in known if name not in ("_file", "_row")]),
        )
        return
    message = " ".join(str(said["exception_message"]).split("\n\n")[0].split())
    faults.add(place, t("DuckDB cannot run this: {said}", said=message))


def _compare_columns(mapping: Mapping, scratch: duckdb.DuckDBPyConnection, faults: Faults) -> None:
    """An expression can make several columns (unnest of a struct): then the names are not those that were checked."""
    delivered = [name.lower() for name in scratch.sql(mapping.text).columns]
    if delivered != [name.lower() for name in mapping.columns]:
        faults.add(
            Place(mapping.path, 1, 1),
            t("The mapping delivers other columns than it names: {names}.", names=", ".join(delivered)),
            next=t("Write one expression AS one name for each column."),
        )
