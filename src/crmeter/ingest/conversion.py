"""Turning the columns of a mapping into canonical types: how each is read is decided for the whole column, and said."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from crmeter.ingest.blanks import trimmed
from crmeter.ingest.configured import ConfiguredSource
from crmeter.ingest.formats import decide
from crmeter.ingest.validation import RAW
from crmeter.kernel.errors import Problem, UserError
from crmeter.model.rules import Rules
from crmeter.model.table import SQL_TYPES, Column, Kind, Table
from crmeter.warehouse.identifier import literal, quoted

_ATTRIBUTE_TYPES = {
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "DOUBLE": "DOUBLE",
    "FLOAT": "DOUBLE",
    "TIMESTAMP": "TIMESTAMP",
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), "BIGINT"),
}


@dataclass
class Conversion:
    """How the columns of one mapping become those of its table.

    ``inner`` are (name, SQL over the mapped rows), ``outer`` (name, SQL over those) of everything that is stored;
    ``formats`` what was decided per column, and ``said`` the same for the user.
    """

    given: tuple[str, ...]
    inner: list[tuple[str, str]] = field(default_factory=list)
    outer: list[tuple[str, str]] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    formats: list[tuple[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """Reads the columns of the rows that one mapping gave (``relation``, whose columns have ``types``)."""

    con: duckdb.DuckDBPyConnection
    relation: str
    types: dict[str, str]
    source: ConfiguredSource
    rules: Rules

    def convert(self, table: Table) -> Conversion:
        """Decide every column of ``table`` that the mapping gives."""
        found = Conversion(tuple(name for name in self.types if not name.startswith("_")))
        for column in table.columns:
            if column.name in self.types:
                self._column(found, table, column)
            found.outer += _stored(column, column.name in self.types, self.rules.timezone)
        canonical = {column.name for column in table.columns}
        for name in found.given:
            if name not in canonical:
                kind = _attribute_type(self.types[name])
                text = self._text(name) if kind == "VARCHAR" else f"CAST({quoted(name)} AS {kind})"
                found.attributes[name] = kind
                found.inner.append((name, text))
                found.outer.append((name, quoted(name)))
        return found

    def _column(self, found: Conversion, table: Table, column: Column) -> None:
        text = self._text(column.name)
        found.inner.append((RAW + column.name, text))
        if column.kind in (Kind.KEY, Kind.REF, Kind.TEXT):
            found.inner.append((column.name, text))
        elif column.kind is Kind.CURRENCY:
            found.inner.append((column.name, f"upper({text})"))
        else:
            try:
                found.inner.append((column.name, self._decided(found, table, column)))
            except UserError as error:
                found.problems.extend(error.problems)

    def _decided(self, found: Conversion, table: Table, column: Column) -> str:
        """SQL of the column in its type, by a decision over all its values; instants come out in UTC."""
        decision = decide(
            self.con,
            self.relation,
            column.name,
            column.kind,
            given=self._format(table, column),
            decimal_mark=self.source.decimal_mark,
        )
        found.formats.append((column.name, decision.format))
        found.said.append(decision.said)
        if column.kind is not Kind.INSTANT:
            return f"CAST({decision.sql} AS {SQL_TYPES[column.kind]})"
        return self._in_utc(decision.sql)

    def _in_utc(self, sql: str) -> str:
        """An instant in UTC; one that names no zone is in its source's, else the workspace's.

        The hour that a clock shows twice is taken as the later one, one that it skips as the time an hour on.
        """
        described = self.con.execute(f"DESCRIBE SELECT {sql} FROM {self.relation}").fetchall()
        if described[0][1] == "TIMESTAMP WITH TIME ZONE":
            return f"({sql}) AT TIME ZONE 'UTC'"
        zone = self.source.timezone or self.rules.timezone
        return f"CAST({sql} AS TIMESTAMP) AT TIME ZONE {literal(zone)} AT TIME ZONE 'UTC'"

    def _format(self, table: Table, column: Column) -> str | None:
        """What crmeter.toml says of the column's format."""
        own = self.source.formats.get(f"{table.name}.{column.name}")
        dated = column.kind in (Kind.INSTANT, Kind.DATE)
        return own or (self.source.date_format if dated else None)

    def _text(self, name: str) -> str:
        """A value as trimmed text; the whole numbers of a spreadsheet, 17.0, are 17 again."""
        value = quoted(name)
        if self.types[name] in ("DOUBLE", "FLOAT"):
            whole = f"{value} = trunc({value}) AND abs({value}) < 1e15"
            value = f"CASE WHEN {whole} THEN CAST(CAST({value} AS BIGINT) AS VARCHAR) ELSE CAST({value} AS VARCHAR) END"
        return trimmed(f"CAST({value} AS VARCHAR)")


def _attribute_type(given: str) -> str:
    """The type in which a custom attribute is kept."""
    return "DOUBLE" if given.startswith("DECIMAL") else _ATTRIBUTE_TYPES.get(given, "VARCHAR")


def _stored(column: Column, is_given: bool, zone: str) -> list[tuple[str, str]]:
    """The stored columns of ``column`` over converted rows: an instant is followed by its local business date."""
    name = quoted(column.name)
    if not is_given:
        name = f"CAST(NULL AS {SQL_TYPES[column.kind]})"
    found = [(column.name, name)]
    if column.kind is Kind.INSTANT:
        local = f"{name} AT TIME ZONE 'UTC' AT TIME ZONE {literal(zone)}" if is_given else "NULL"
        found.append((column.business_date, f"CAST({local} AS DATE)"))
    return found
