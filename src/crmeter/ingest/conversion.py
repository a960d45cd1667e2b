"""Turning the columns of a mapping into canonical types: how each is read is decided for the whole column, and said."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from crmeter.ingest.configured import ConfiguredSource
from crmeter.ingest.formats import decide
from crmeter.ingest.validation import RAW
from crmeter.kernel.errors import Problem, UserError
from crmeter.model.rules import Rules
from crmeter.model.table import SQL_TYPES, Column, Kind, Table
from crmeter.warehouse.identifier import quoted

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
        """Decide every column of ``table`` that the mapping gives; the others are null."""
        found = Conversion(tuple(name for name in self.types if not name.startswith("_")))
        for column in table.columns:
            if column.name in self.types:
                try:
                    self._column(found, table, column)
                except UserError as error:
                    found.problems.extend(error.problems)
            else:
                found.outer.extend((name, f"CAST(NULL AS {kind})") for name, kind in column_types(column))
        canonical = {column.name for column in table.columns}
        for name in found.given:
            if name not in canonical:
                self._attribute(found, name)
        return found

    def _column(self, found: Conversion, table: Table, column: Column) -> None:
        """Keys and texts lose the blanks around them, so that ``"VIP "`` and ``"VIP"`` are one; empty is null."""
        setting = f"{table.name}.{column.name}"
        dated = column.kind in (Kind.INSTANT, Kind.DATE)
        decision = decide(
            self.con,
            self.relation,
            column.name,
            column.kind,
            given=self.source.formats.get(setting) or (self.source.date_format if dated else None),
            decimal_mark=self.source.decimal_mark,
            # a plain date is the same day everywhere; only instants have a zone
            zone=(self.source.timezone if column.kind is Kind.INSTANT else None) or self.rules.timezone,
            business_zone=self.rules.timezone,
            choices=column.choices,
            setting=setting,
        )
        found.formats.append((column.name, decision.format))
        if decision.said:
            found.said.append(decision.said)
        found.inner.append((RAW + column.name, f"CASE WHEN NOT {decision.missing} THEN {self._text(column.name)} END"))
        for (name, kind), sql in zip(column_types(column), (decision.sql, decision.date_sql), strict=False):
            found.inner.append((name, f"CAST({sql} AS {kind})"))
            found.outer.append((name, quoted(name)))

    def _attribute(self, found: Conversion, name: str) -> None:
        kind = _attribute_type(self.types[name])
        found.attributes[name] = kind
        found.inner.append((name, self._text(name) if kind == "VARCHAR" else f"CAST({quoted(name)} AS {kind})"))
        found.outer.append((name, quoted(name)))

    def _text(self, name: str) -> str:
        """A value as text without blanks around it."""
        return decide(self.con, self.relation, name, Kind.TEXT).sql


def column_types(column: Column) -> list[tuple[str, str]]:
    """The stored columns of ``column`` with their types: an instant is followed by its business date."""
    own = [(column.name, SQL_TYPES[column.kind])]
    return [*own, (column.business_date, "DATE")] if column.kind is Kind.INSTANT else own


def _attribute_type(given: str) -> str:
    """The type in which a custom attribute is kept."""
    return "DOUBLE" if given.startswith("DECIMAL") else _ATTRIBUTE_TYPES.get(given, "VARCHAR")
