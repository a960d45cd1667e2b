"""Building on a PostgreSQL server: one transaction, so that readers see the tables before or after."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmeter.ingest.formats.clean import BLANKS
from crmeter.ingest.in_place.site import AMOUNT, CLEAN, MOMENT, NUMBER, WHOLE, WITH_OFFSET, Built, Shape
from crmeter.warehouse.engines import postgres_session
from crmeter.warehouse.engines.engine import ServerError
from crmeter.warehouse.identifier import literal, quoted

if TYPE_CHECKING:
    import psycopg

_KINDS = {
    **dict.fromkeys(("int2", "int4", "int8"), "BIGINT"),
    **dict.fromkeys(("float4", "float8"), "DOUBLE"),
    "numeric": "DECIMAL",
    "bool": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMPTZ",
}
_WORDS = {"VARCHAR": "TEXT", "DOUBLE": "DOUBLE PRECISION", "DECIMAL": "NUMERIC"}
_TEMPORARY = "pg_temp"


@contextmanager
def at(url: str) -> Iterator[PostgresSite]:
    """A session of the server at ``url``, in one transaction up to what it publishes."""
    with postgres_session.connected(url) as con:
        yield PostgresSite(con)


@dataclass(frozen=True)
class PostgresSite:
    """See :class:`crmeter.ingest.in_place.site.Site`."""

    con: psycopg.Connection[Any]
    dialect: str = "postgres"

    def shape(self, schema: str) -> Shape:
        found = postgres_session.found(self.con, schema)
        return {
            table: {name: _KINDS.get(c.type, "VARCHAR") for name, c in columns.items()}
            for table, columns in found.items()
        }

    def standing(self, schema: str) -> Collection[str]:
        return self.shape(schema)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql.encode()).fetchall()

    def scratch(self, name: str, sql: str, *, again: bool = True) -> Mapping[str, str]:
        import psycopg

        try:
            with self.con.transaction():  # what fails is undone alone
                self.con.execute(f"DROP TABLE IF EXISTS {quoted(_TEMPORARY, name)}".encode())
                self.con.execute(f"CREATE TEMP TABLE {quoted(name)} AS {sql}".encode())
                self.con.execute(f"ANALYZE {quoted(_TEMPORARY, name)}".encode())
        except psycopg.Error as error:
            raise ServerError(str(error)) from error
        [(schema,)] = self.rows("SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()")
        return self.shape(schema)[name]

    def drop(self, name: str) -> None:
        self.con.execute(f"DROP TABLE {quoted(_TEMPORARY, name)}".encode())

    def path(self, schema: str, table: str) -> tuple[str, ...]:
        return schema, table

    def named(self, schema: str, table: str) -> str:
        return quoted(schema, table)

    def literal(self, text: str) -> str:
        return literal(text)

    def text(self, value: str, kind: str) -> str:
        if kind == CLEAN:
            return value
        plain = f"CAST({value} AS TEXT)"
        if kind == "DOUBLE":  # whole numbers without .0, as they are written elsewhere
            whole = f"{value} = trunc({value}) AND abs({value}) < 9007199254740992"
            plain = f"CASE WHEN {whole} THEN CAST(CAST({value} AS BIGINT) AS TEXT) ELSE {plain} END"
        return f"nullif(btrim({plain}, {literal(BLANKS)}), '')"

    def matches(self, text: str, pattern: str) -> str:
        return f"{text} ~ {literal(pattern)}"

    def replaced(self, text: str, pattern: str, by: str) -> str:
        return f"regexp_replace({text}, {literal(pattern)}, {literal(by)})"

    def moment(self, value: str, kind: str, zone: str) -> str:
        if kind == "TIMESTAMPTZ":
            return f"({value} AT TIME ZONE 'UTC')"
        if kind in ("TIMESTAMP", "DATE"):
            return _utc(f"CAST({value} AS TIMESTAMP)", zone)
        text = self.text(value, kind)
        exact = f"(CAST({text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')"
        local = _utc(f"CAST({text} AS TIMESTAMP)", zone)
        either = f"CASE WHEN {self.matches(text, WITH_OFFSET)} THEN {exact} ELSE {local} END"
        return f"CASE WHEN {self._is_moment(text)} THEN {either} END"

    def _is_moment(self, text: str) -> str:
        """Whether a text is ISO 8601 of a day that there is; CASE keeps the cast from any other text."""
        last = f"extract(day FROM CAST(substr({text}, 1, 7) || '-01' AS DATE) + INTERVAL '1 month' - INTERVAL '1 day')"
        there_is = f"CAST(substr({text}, 9, 2) AS INTEGER) <= {last}"
        return f"CASE WHEN {self.matches(text, MOMENT)} THEN {there_is} ELSE false END"

    def day_of(self, instant: str, zone: str) -> str:
        return f"CAST({instant} AT TIME ZONE 'UTC' AT TIME ZONE {literal(zone)} AS DATE)"

    def day(self, value: str, kind: str, zone: str) -> str:
        if kind == "TIMESTAMPTZ":
            return self.day_of(self.moment(value, kind, zone), zone)
        if kind in ("TIMESTAMP", "DATE"):
            return f"CAST({value} AS DATE)"
        text = self.text(value, kind)
        local = f"CAST(CAST({text} AS TIMESTAMPTZ) AT TIME ZONE {literal(zone)} AS DATE)"
        plain = f"CAST(substr({text}, 1, 10) AS DATE)"
        either = f"CASE WHEN {self.matches(text, WITH_OFFSET)} THEN {local} ELSE {plain} END"
        return f"CASE WHEN {self._is_moment(text)} THEN {either} END"

    def money(self, value: str, kind: str) -> str:
        if kind in ("BIGINT", "DECIMAL", "DOUBLE"):
            return f"CASE WHEN abs({value}) < 1e14 THEN CAST({value} AS NUMERIC(18,4)) END"
        text = self.text(value, kind)
        return f"CASE WHEN {self.matches(text, AMOUNT)} THEN CAST({text} AS NUMERIC(18,4)) END"

    def number(self, value: str, kind: str) -> str:
        if kind in ("BIGINT", "DECIMAL", "DOUBLE"):
            number = f"CAST({value} AS DOUBLE PRECISION)"
            return f"CASE WHEN {number} = {number} AND abs({number}) < 'Infinity' THEN {number} END"
        text = self.text(value, kind)
        return f"CASE WHEN {self.matches(text, NUMBER)} THEN CAST({text} AS DOUBLE PRECISION) END"

    def whole(self, value: str, kind: str) -> str:
        if kind in ("BIGINT", "DECIMAL", "DOUBLE"):
            return f"CASE WHEN {value} = trunc({value}) AND abs({value}) < 1e18 THEN CAST({value} AS BIGINT) END"
        text = self.text(value, kind)
        return f"CASE WHEN {self.matches(text, WHOLE)} THEN CAST(CAST({text} AS NUMERIC) AS BIGINT) END"

    def typed(self, value: str, kind: str) -> str:
        return f"CAST({value} AS {_WORDS.get(kind, kind)})"

    def attribute(self, value: str, kind: str) -> str:
        if kind == "TIMESTAMPTZ":
            return f"({value} AT TIME ZONE 'UTC')"
        kept = "DOUBLE PRECISION" if kind == "DECIMAL" else _WORDS.get(kind, kind)
        return self.text(value, kind) if kind == "VARCHAR" else f"CAST({value} AS {kept})"

    def publish(self, schema: str, load: int, tables: Sequence[Built]) -> None:
        self.con.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}".encode())
        for table in tables:
            place = quoted(schema, table.name)
            self.con.execute(f"DROP TABLE IF EXISTS {place}".encode())
            self.con.execute(f"CREATE TABLE {place} AS {table.sql}".encode())
        self.con.commit()


def _utc(naive: str, zone: str) -> str:
    """The instant of a local time: the first one where the clocks say it twice, as in every other load."""
    late = f"({naive} AT TIME ZONE {literal(zone)})"
    early = f"({late} - INTERVAL '1 hour')"
    first = f"CASE WHEN {early} AT TIME ZONE {literal(zone)} = {naive} THEN {early} ELSE {late} END"
    return re.sub(r"\s+", " ", f"(({first}) AT TIME ZONE 'UTC')")
