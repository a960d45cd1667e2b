"""The canonical tables that lie in a database of a ClickHouse server, opened for measuring."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from crmeter.model.tables import TABLES
from crmeter.warehouse.engines import canonical
from crmeter.warehouse.engines.clickhouse import SETTINGS, ClickHouse, word
from crmeter.warehouse.engines.engine import ServerError

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

SCHEMA = "default"  # the database, unless another is named
_WAIT = 15  # seconds for a server to answer at all
_WORK = 3600  # seconds that one statement may take, and that a session is kept without one
_COLUMNS = """
SELECT table, name, type FROM system.columns WHERE database = {database:String} ORDER BY table, position
"""
_SIGNED = ("Int8", "Int16", "Int32", "Int64")
_WHOLE = (*_SIGNED, "UInt8", "UInt16", "UInt32")
_FITTING = {  # the types whose values are values of the canonical type, each and exactly; a pattern
    "VARCHAR": r"String|FixedString\(\d+\)|UUID|Enum(8|16)\(.*\)",
    "BIGINT": "|".join(_WHOLE),
    "DOUBLE": "|".join((*_WHOLE, "Float32", "Float64", r"Decimal\(\d+, \d+\)")),
    "BOOLEAN": "Bool",
    "DATE": "Date|Date32",
    "TIMESTAMP": r"DateTime(\('[^']*'\))?|DateTime64\([0-6](, '[^']*')?\)",
    "DECIMAL(18,4)": "|".join((*_WHOLE, r"Decimal\(\d+, [0-4]\)")),
}


@dataclass(frozen=True)
class Column:
    """A column as it lies there."""

    name: str
    written: str

    @property
    def type(self) -> str:
        """Its type without what says that it may be null or repeats often."""
        found = self.written
        while inner := re.fullmatch(r"(?:Nullable|LowCardinality)\((.*)\)", found):
            found = inner[1]
        return found

    def fits(self, kind: str) -> bool:
        return re.fullmatch(_FITTING[kind], self.type) is not None

    def selected(self, kind: str) -> str:
        name = quoted_there(self.name)
        if self.type.startswith("FixedString"):  # shorter values are filled up with zeros
            name = f"toStringCutToZero({name})"
        return f"CAST({name} AS {word(kind)})"


def quoted_there(*parts: str) -> str:
    """A name as ClickHouse writes it, where a backslash has a meaning of its own.

    >>> print(quoted_there("crm", "a" + chr(92) + "b"))
    "crm"."a\\\\b"
    """
    return ".".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)


@contextmanager
def connected(url: str) -> Iterator[Client]:
    """A session of a server. Raises ServerError where it does not let us in, or does not do what is asked of it."""
    import clickhouse_connect
    from clickhouse_connect.driver.exceptions import Error

    try:
        client = clickhouse_connect.get_client(**_options(url), settings={"session_timeout": _WORK})
    except (Error, ValueError) as error:
        raise ServerError(str(error)) from error
    try:
        for name, value in SETTINGS.items():
            client.set_client_setting(name, value)
        yield client
    except Error as error:
        raise ServerError(str(error)) from error
    finally:
        client.close()


@contextmanager
def opened(url: str, schema: str | None) -> Iterator[ClickHouse]:
    """A session that shows the canonical tables of a database: ``schema``, else that of the address.

    Raises UserError where the tables do not have the canonical columns, and what :func:`connected` does.
    """
    with connected(url) as client, session(client, schema or database_of(url)) as engine:
        yield engine


def database_of(url: str) -> str:
    """The database that an address names."""
    return str(_options(url)["database"])


@contextmanager
def session(client: Client, database: str) -> Iterator[ClickHouse]:
    """The engine of a client, whose temporary tables are gone at the end."""
    for name, value in SETTINGS.items():
        client.set_client_setting(name, value)
    engine = shown(client, database)
    try:
        yield engine
    finally:
        engine.clear()


def shown(client: Client, database: str) -> ClickHouse:
    """The canonical tables of ``database``: their SELECTs with the canonical columns and types."""
    there = found(client, database)
    canonical.check(database, there)
    views, columns = {}, {}
    for table in TABLES:
        known = there.get(table.name)
        rows = f"FROM {quoted_there(database, table.name)}" if known else "WHERE false"
        views[table.name] = f"SELECT {', '.join(canonical.selected(table, known or {}, _null))} {rows}"
        columns[table.name] = list(canonical.columns(table, known or {}))
    return ClickHouse(client, views, columns)


def found(client: Client, database: str) -> dict[str, dict[str, Column]]:
    """The tables and views of a database that may be read, and their columns."""
    there: dict[str, dict[str, Column]] = {}
    for table, name, written in client.query(_COLUMNS, {"database": database}).result_rows:
        if "\\" not in name:  # in names it has a meaning of its own there
            there.setdefault(table, {})[name] = Column(name, written)
    return there


def _null(kind: str) -> str:
    return f"CAST(NULL AS {word(kind)})"


def _options(url: str) -> dict[str, Any]:
    """What the driver is to be told: of an address only who, where and whether encrypted, no option of its own."""
    parts = urlsplit(url)
    given = parse_qs(parts.query, strict_parsing=bool(parts.query))
    unknown = sorted(set(given) - {"secure", "verify"})
    if unknown:
        raise ValueError(f"unknown options: {', '.join(unknown)}")
    flags = {name: values[0].lower() in ("1", "true", "yes") for name, values in given.items()}
    secure = flags.get("secure", parts.port in (443, 8443))
    return {
        "host": unquote(parts.hostname or "localhost"),
        "port": parts.port or (8443 if secure else 8123),
        "interface": "https" if secure else "http",
        "verify": flags.get("verify", True),
        "username": unquote(parts.username or "default"),
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.lstrip("/")) or SCHEMA,
        "compress": False,  # nothing but results comes over
        "connect_timeout": _WAIT,
        "send_receive_timeout": _WORK,
    }
