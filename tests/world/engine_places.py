"""The designed company's canonical tables on every engine, as the owner of a server would make them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import duckdb
import psycopg

from crmeter.model.rules import Rules
from crmeter.model.tables import TABLES
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.engines import clickhouse_session, server
from crmeter.warehouse.engines.clickhouse import word
from crmeter.warehouse.identifier import quoted
from tests.postgres_server import Server, running
from tests.world.engine import RULES
from tests.world.rows import AS_OF

COUNTED = replace(RULES, as_of=AS_OF)
SCHEMA = "crm"
RATES = [  # one that holds until the next, one for a week, one the other way round, and an inverse that gives way
    {"on": day, "from_currency": one, "to_currency": two, "rate": rate}
    for day, one, two, rate in (
        ("2025-07-01", "USD", "TWD", "29.7351"),
        ("2025-07-04", "USD", "TWD", "30.1257"),
        ("2025-08-10", "TWD", "USD", "0.0331"),
        ("2025-08-15", "USD", "TWD", "31.3333"),
        ("2025-08-15", "TWD", "USD", "0.05"),
    )
]


class Place(Protocol):
    """Where the canonical tables lie in SCHEMA."""

    def reading(self, rules: Rules, schema: str = SCHEMA) -> AbstractContextManager[Warehouse]:
        """The tables opened for measuring."""


@dataclass(frozen=True)
class OnPostgres:
    """A PostgreSQL server. The texts on it have the order of a language, as on most servers; it has no library for
    that order, so that any comparison that is not one of code points fails there."""

    server: Server

    def reading(self, rules: Rules, schema: str = SCHEMA) -> AbstractContextManager[Warehouse]:
        return server.reading(self.server.url(), schema, rules)


@contextmanager
def on_postgres(con: duckdb.DuckDBPyConnection) -> Iterator[Place]:
    with running() as found:
        to_postgres(con, found.url(), SCHEMA)
        yield OnPostgres(found)


def to_postgres(con: duckdb.DuckDBPyConnection, url: str, schema: str) -> None:
    types = {"VARCHAR": 'TEXT COLLATE "unicode"', "DOUBLE": "DOUBLE PRECISION"}
    with psycopg.connect(url) as to:
        to.execute(f"CREATE SCHEMA {quoted(schema)}".encode())
        for table in TABLES:
            described = ", ".join(f"{quoted(name)} {types.get(kind, kind)}" for name, kind in table.stored)
            to.execute(f"CREATE TABLE {quoted(schema, table.name)} ({described})".encode())
            names = ", ".join(quoted(name) for name, _ in table.stored)
            with to.cursor() as cursor, cursor.copy(f"COPY {quoted(schema, table.name)} FROM STDIN".encode()) as rows:
                for row in con.execute(f"SELECT {names} FROM {quoted('main', table.name)}").fetchall():
                    rows.write_row(row)


@dataclass(frozen=True)
class OnClickHouse:
    """ClickHouse in this process."""

    client: Any

    @contextmanager
    def reading(self, rules: Rules, schema: str = SCHEMA) -> Iterator[Warehouse]:
        with clickhouse_session.session(self.client, schema) as engine:
            yield server.derived(engine, rules)


@contextmanager
def on_clickhouse(con: duckdb.DuckDBPyConnection) -> Iterator[Place]:
    import clickhouse_connect

    client = clickhouse_connect.get_client(interface="chdb")
    try:
        to_clickhouse(con, client, SCHEMA)
        yield OnClickHouse(client)
        client.command(f"DROP DATABASE {quoted(SCHEMA)}")
    finally:
        client.close()


def to_clickhouse(con: duckdb.DuckDBPyConnection, client: Any, database: str) -> None:
    client.command(f"CREATE DATABASE {quoted(database)}")
    for table in TABLES:
        types = [word(kind) for _, kind in table.stored]
        names = [name for name, _ in table.stored]
        described = ", ".join(f"{quoted(name)} {kind}" for name, kind in zip(names, types, strict=True))
        client.command(f"CREATE TABLE {quoted(database, table.name)} ({described}) ENGINE = Memory")
        chosen = ", ".join(map(quoted, names))
        if rows := con.execute(f"SELECT {chosen} FROM {quoted('main', table.name)}").fetchall():
            client.insert(quoted(table.name), rows, names, database=quoted(database), column_type_names=types)


PLACES: Mapping[str, Callable[[duckdb.DuckDBPyConnection], AbstractContextManager[Place]]] = {
    "postgres": on_postgres,
    "clickhouse": on_clickhouse,
}
