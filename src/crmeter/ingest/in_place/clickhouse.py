"""Building on a ClickHouse server: new tables beside the old ones, which change names in one statement at the end."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crmeter.ingest.formats.clean import BLANKS
from crmeter.ingest.in_place.site import AMOUNT, CLEAN, MOMENT, NUMBER, WHOLE, WITH_OFFSET, Built, Shape
from crmeter.warehouse.engines import clickhouse_session
from crmeter.warehouse.engines.clickhouse import word
from crmeter.warehouse.engines.clickhouse_sql import INSTANT
from crmeter.warehouse.engines.engine import ServerError
from crmeter.warehouse.identifier import quoted

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

_MONEY = "Nullable(Decimal(18, 4))"
_BLANK = f"[{''.join(f'{chr(92)}x{{{ord(sign):x}}}' for sign in BLANKS)}]+"  # trim would take bytes for signs
_AROUND = f"^{_BLANK}|{_BLANK}$"


@contextmanager
def at(url: str) -> Iterator[ClickHouseSite]:
    """A session of the server at ``url``."""
    with clickhouse_session.connected(url) as client:
        site = ClickHouseSite(client)
        try:
            yield site
        finally:
            site.clear()


@dataclass(frozen=True)
class ClickHouseSite:
    """See :class:`crmeter.ingest.in_place.site.Site`."""

    client: Client
    dialect: str = "clickhouse"
    made: set[str] = field(default_factory=set)

    def shape(self, schema: str) -> Shape:
        found = clickhouse_session.found(self.client, schema)
        return {table: {name: _kind(c.type) for name, c in columns.items()} for table, columns in found.items()}

    def standing(self, schema: str) -> Collection[str]:
        return self.shape(schema)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.client.query(sql).result_rows]

    def scratch(self, name: str, sql: str, *, again: bool = True) -> Mapping[str, str]:
        from clickhouse_connect.driver.exceptions import Error

        if name in self.made:
            self.drop(name)
        try:
            self.client.command(f"CREATE TEMPORARY TABLE {quoted(name)} ENGINE = Memory AS {sql}")
        except Error as error:
            raise ServerError(str(error)) from error
        self.made.add(name)
        described = self.rows(f"DESCRIBE TABLE {quoted(name)}")
        return {column: _kind(clickhouse_session.Column(column, kind).type) for column, kind, *_ in described}

    def clear(self) -> None:
        """Drop the temporary tables now, and not when the server ends the session."""
        for name in sorted(self.made):
            self.drop(name)

    def drop(self, name: str) -> None:
        self.client.command(f"DROP TEMPORARY TABLE {quoted(name)}")
        self.made.remove(name)

    def path(self, schema: str, table: str) -> tuple[str, ...]:
        return schema, table

    def named(self, schema: str, table: str) -> str:
        return clickhouse_session.quoted_there(schema, table)

    def literal(self, text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"

    def text(self, value: str, kind: str) -> str:
        if kind == CLEAN:
            return value
        found = f"CAST({value} AS Nullable(String))"
        return f"nullIf(replaceRegexpAll({found}, {self.literal(_AROUND)}, ''), '')"

    def matches(self, text: str, pattern: str) -> str:
        return f"match({text}, {self.literal(pattern)})"

    def replaced(self, text: str, pattern: str, by: str) -> str:
        return f"replaceRegexpOne({text}, {self.literal(pattern)}, {self.literal(by)})"

    def moment(self, value: str, kind: str, zone: str) -> str:
        name = self.literal(zone)
        if kind == "TIMESTAMPTZ":
            return f"CAST({value} AS Nullable({INSTANT}))"
        text = self.text(value, kind)
        exact = f"toTimeZone(parseDateTime64BestEffortOrNull({text}, 6, 'UTC'), 'UTC')"
        there = f"parseDateTime64BestEffortOrNull({text}, 6, {name})"
        local = f"toTimeZone({there}, 'UTC')"
        # a time that the clocks skipped is read as if they had not been put forward, as in every other load
        skipped = f"toString({there}) != toString({exact})"
        found = f"if({skipped}, {local} + toIntervalHour(1), {local})"
        either = f"if({self.matches(text, WITH_OFFSET)}, {exact}, {found})"
        return f"CAST(if({self.matches(text, MOMENT)}, {either}, NULL) AS Nullable({INSTANT}))"

    def day_of(self, instant: str, zone: str) -> str:
        return f"CAST(toDate32(toTimeZone({instant}, {self.literal(zone)})) AS Nullable(Date32))"

    def day(self, value: str, kind: str, zone: str) -> str:
        if kind == "DATE":
            return f"CAST({value} AS Nullable(Date32))"
        if kind == "TIMESTAMPTZ":
            return self.day_of(self.moment(value, kind, zone), zone)
        text = self.text(value, kind)
        local = self.day_of(f"parseDateTime64BestEffortOrNull({text}, 6, 'UTC')", zone)
        plain = f"toDate32(parseDateTime64BestEffortOrNull(substring({text}, 1, 10), 6, 'UTC'))"
        either = f"if({self.matches(text, WITH_OFFSET)}, {local}, {plain})"
        return f"CAST(if({self.matches(text, MOMENT)}, {either}, NULL) AS Nullable(Date32))"

    def money(self, value: str, kind: str) -> str:
        if kind == "DOUBLE":
            steps = f"trunc({value} * 10000 + if({value} < 0, -0.5, 0.5))"
            exact = f"toDecimal64({steps}, 0) * toDecimal64('0.0001', 4)"
            return f"CAST(if(abs({value}) < 1e14, {exact}, NULL) AS {_MONEY})"
        if kind in ("BIGINT", "DECIMAL"):
            return (
                f"CAST(if(abs({value}) < 1e14, round(CAST({value} AS Nullable(Decimal(38, 9))), 4), NULL) AS {_MONEY})"
            )
        text = self.text(value, kind)
        exact = f"round(toDecimal128OrNull(assumeNotNull({text}), 9), 4)"
        return f"CAST(if({self.matches(text, AMOUNT)}, {exact}, NULL) AS {_MONEY})"

    def number(self, value: str, kind: str) -> str:
        if kind in ("BIGINT", "DECIMAL", "DOUBLE"):
            number = f"CAST({value} AS Nullable(Float64))"
            return f"if(isFinite({number}), {number}, NULL)"
        text = self.text(value, kind)
        return (
            f"CAST(if({self.matches(text, NUMBER)}, toFloat64OrNull(assumeNotNull({text})), NULL) AS Nullable(Float64))"
        )

    def whole(self, value: str, kind: str) -> str:
        if kind in ("BIGINT", "DECIMAL", "DOUBLE"):
            return f"CAST(if({value} = trunc({value}) AND abs({value}) < 1e18, {value}, NULL) AS Nullable(Int64))"
        text = self.text(value, kind)
        exact = f"toDecimal128OrNull(assumeNotNull({text}), 9)"
        return f"CAST(if({self.matches(text, WHOLE)}, {exact}, NULL) AS Nullable(Int64))"

    def typed(self, value: str, kind: str) -> str:
        return f"CAST({value} AS {word(kind)})"

    def attribute(self, value: str, kind: str) -> str:
        if kind == "TIMESTAMPTZ":
            return f"CAST({value} AS Nullable({INSTANT}))"
        if kind == "VARCHAR":
            return self.text(value, kind)
        return f"CAST({value} AS {word('DOUBLE' if kind == 'DECIMAL' else kind)})"

    def publish(self, schema: str, load: int, tables: Sequence[Built]) -> None:
        database = clickhouse_session.quoted_there(schema)
        self.client.command(f"CREATE DATABASE IF NOT EXISTS {database}")
        there = self.shape(schema)
        for table in tables:
            new = self.named(schema, f"{table.name}__new")
            self.client.command(f"DROP TABLE IF EXISTS {new}")
            self.client.command(f"CREATE TABLE {new} ENGINE = MergeTree ORDER BY tuple() AS {table.sql}")
        renamed: list[str] = []
        for table in tables:
            old, new, kept = (
                self.named(schema, each) for each in (f"{table.name}__old", f"{table.name}__new", table.name)
            )
            if table.name in there:
                self.client.command(f"DROP TABLE IF EXISTS {old}")
                renamed.append(f"{kept} TO {old}")
            renamed.append(f"{new} TO {kept}")
        self.client.command(f"RENAME TABLE {', '.join(renamed)}")
        for table in tables:
            self.client.command(f"DROP TABLE IF EXISTS {self.named(schema, f'{table.name}__old')}")


def _kind(written: str) -> str:
    """The family of a type, as DuckDB calls it."""
    families = {"Int": "BIGINT", "UInt": "BIGINT", "Float": "DOUBLE", "Decimal": "DECIMAL", "DateTime": "TIMESTAMPTZ"}
    exact = {"Bool": "BOOLEAN", "Date": "DATE", "Date32": "DATE"}
    return exact.get(written) or next(
        (kind for start, kind in families.items() if written.startswith(start)), "VARCHAR"
    )
