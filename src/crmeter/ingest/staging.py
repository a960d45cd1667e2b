"""Staging: the rows of one mapping, converted and checked, before they are held against other rows."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from crmeter.ingest import validation
from crmeter.ingest.assignment import Assignment
from crmeter.ingest.conversion import Conversion, Reader
from crmeter.ingest.mapping import bind
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.model.rules import Rules
from crmeter.model.table import Table
from crmeter.warehouse import schema
from crmeter.warehouse.identifier import quoted

_MAPPED = "mapped"
_CONVERTED = "converted"


@dataclass(frozen=True)
class Staged:
    """The rows of one source for one table. ``relation`` holds them all, converted, with ``_errors`` of each.

    A row is named by its rowid there. ``rank`` is the source's place in crmeter.toml: where two sources deliver the
    same key, the first one's row is believed.
    """

    assignment: Assignment
    relation: str
    rank: int
    read: int
    conversion: Conversion

    @property
    def source(self) -> str:
        return self.assignment.source

    @property
    def table(self) -> Table:
        return self.assignment.table


def stage(con: duckdb.DuckDBPyConnection, assignment: Assignment, rank: int, rules: Rules) -> Staged:
    """Run one mapping, decide how its columns are read and check every row; UserError if it cannot be done."""
    types = _run(con, assignment)
    reader = Reader(con, _MAPPED, types, assignment.landed.source, rules)
    conversion = reader.convert(assignment.table)
    if conversion.problems:
        raise UserError(*conversion.problems)
    relation = f"checked_{rank}_{assignment.table.name}"
    _check(con, assignment.table, conversion, relation)
    con.execute(f"DROP TABLE {_MAPPED}")
    row = con.execute(f"SELECT count(*) FROM {quoted(relation)}").fetchone()
    return Staged(assignment, quoted(relation), rank, row[0] if row else 0, conversion)


def _run(con: duckdb.DuckDBPyConnection, assignment: Assignment) -> dict[str, str]:
    """Fill ``mapped`` with what the mapping gives; its columns with their types."""
    bind(assignment.mapping, con, assignment.landed.source.schema)
    names = ", ".join(map(quoted, (*assignment.mapping.columns, "_file", "_row")))
    try:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {_MAPPED} AS SELECT * FROM ({assignment.select}) AS given ({names})")
    except duckdb.Error as error:
        in_place = assignment.landed.source.in_place
        if in_place:
            in_place.check()
        if isinstance(error, (duckdb.OutOfMemoryException, duckdb.IOException)):
            raise
        if in_place and not isinstance(error, (duckdb.ConversionException, duckdb.OutOfRangeException)):
            in_place.find_damage(con, assignment.mapping.raw_tables)
        raise UserError.of(
            t("The mapping {path} fails: {error}", path=assignment.mapping.path, error=str(error).splitlines()[0]),
            next=t("Correct the SELECT; crmeter map --check tries it."),
        ) from error
    described = con.execute(f"DESCRIBE {_MAPPED}").fetchall()
    return {name: kind for name, kind, *_ in described}


def _check(con: duckdb.DuckDBPyConnection, table: Table, conversion: Conversion, relation: str) -> None:
    inner = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in conversion.inner)
    outer = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in conversion.outer)
    errors = validation.errors(validation.checks(table, conversion.given))
    # a table of its own: in one query the engine would work out every conversion once for each check that names it
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {_CONVERTED} AS "
        f"SELECT {inner}, CAST(_file AS VARCHAR) AS _file, CAST(_row AS BIGINT) AS _row FROM {_MAPPED}"
    )
    con.execute(
        f"CREATE TEMP TABLE {quoted(relation)} AS SELECT {outer}, _file, _row, {errors} AS _errors FROM {_CONVERTED}"
    )
    con.execute(f"DROP TABLE {_CONVERTED}")


def attribute_types(staged: list[Staged]) -> dict[str, str]:
    """The custom attributes that the sources give, with their types; text where they do not agree."""
    found: dict[str, tuple[str, str]] = {}
    for each in staged:
        for name, kind in each.conversion.attributes.items():
            known = found.setdefault(name.casefold(), (name, kind))
            if known[1] != kind:
                found[name.casefold()] = (known[0], "VARCHAR")
    return dict(found.values())


def widen(con: duckdb.DuckDBPyConnection, table: Table, staged: list[Staged]) -> None:
    """Give ``table`` the columns that new custom attributes need."""
    schema.add_attributes(con, table, attribute_types(staged))
