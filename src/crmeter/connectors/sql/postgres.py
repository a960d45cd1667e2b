"""Tables of a PostgreSQL server, read in one read-only transaction that sees a single moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmeter.connectors.sql.address import Shown, secrets, shown
from crmeter.connectors.sql.landing import NUMERIC, Rows, Tell
from crmeter.ingest.source import BadRow
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.warehouse.identifier import quoted

if TYPE_CHECKING:
    import psycopg

_WAIT = 15  # seconds for a server to answer
_TELL_EVERY = 10_000
_SETTINGS = (
    "SET TimeZone = 'UTC'",
    "SET DateStyle = 'ISO, YMD'",
    "SET IntervalStyle = 'iso_8601'",
    "SET client_encoding = 'UTF8'",
    "SET synchronize_seqscans = off",  # rows without a key keep their order, and so their numbers
)
_TYPES = {
    **dict.fromkeys(("int2", "int4", "int8"), "BIGINT"),
    **dict.fromkeys(("float4", "float8"), "DOUBLE"),
    **dict.fromkeys(("numeric", "money"), NUMERIC),
    "bool": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
}
_LISTED = """
SELECT c.relname, c.relkind IN ('r', 'p') AND NOT c.relispartition, has_table_privilege(c.oid, 'SELECT')
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm') ORDER BY c.relname
"""
_COLUMNS = """
SELECT a.attname, coalesce(base.typname, own.typname), own.typcategory,
       (SELECT array_position(i.indkey::int2[], a.attnum) FROM pg_index AS i
        WHERE i.indrelid = a.attrelid AND i.indisprimary)
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_type AS own ON own.oid = a.atttypid LEFT JOIN pg_type AS base ON base.oid = nullif(own.typbasetype, 0)
WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


@dataclass(frozen=True)
class _Column:
    name: str
    type: str
    category: str  # A: an array
    key: int | None  # its place in the primary key

    @property
    def is_binary(self) -> bool:
        return self.type == "bytea"

    @property
    def selected(self) -> str:
        """What is asked for: exact numbers as such, lists as JSON."""
        if self.category == "A":
            return f"to_json({quoted(self.name)})::text"
        return f"{quoted(self.name)}::numeric" if self.type == "money" else quoted(self.name)

    @property
    def kind(self) -> str:
        return "VARCHAR" if self.category == "A" else _TYPES.get(self.type, "VARCHAR")


class PostgresTables:
    """The tables of one schema, as they stand at the first question."""

    def __init__(self, con: psycopg.Connection[Any], schema: str) -> None:
        self._con, self._schema = con, schema
        self._listed: list[tuple[str, bool, bool]] = con.execute(_LISTED, [schema]).fetchall()

    def names(self) -> list[str]:
        """Every table that may be read; views are read only if they are named."""
        return [name for name, is_table, allowed in self._listed if is_table and allowed]

    def readable(self) -> list[str]:
        """Every table and view that may be read."""
        return [name for name, _, allowed in self._listed if allowed]

    def notes(self) -> list[str]:
        """What is not read."""
        views = [name for name, is_table, allowed in self._listed if allowed and not is_table]
        closed = [name for name, _, allowed in self._listed if not allowed]
        said = []
        if views:
            said.append(t("{file}: views are read only if tables names them: {names}.", file=self._schema,
                          names=", ".join(views[:10])))  # fmt: skip
        if closed:
            said.append(t("{file}: the user of url may not read: {names}.", file=self._schema,
                          names=", ".join(closed[:10])))  # fmt: skip
        return said

    def read(self, table: str, raw: str, data: Path, tell: Tell) -> tuple[Rows, list[BadRow]]:
        """Write the rows of ``table`` in the order of its key to ``data``."""
        columns = [_Column(*row) for row in self._con.execute(_COLUMNS, [self._schema, table]).fetchall()]
        kept = [column for column in columns if not column.is_binary]
        label = f"{self._schema}.{table}"
        rows = Rows(raw, label, [c.name for c in kept], [c.kind for c in kept], data)
        with self._con.cursor() as cursor, data.open("wb") as out:
            statement = self._statement(table, kept, columns)
            with cursor.copy(statement.encode()) as copy:
                for row in copy:  # libpq hands out whole rows, one at a time
                    out.write(row)
                    rows.rows += 1
                    if rows.rows % _TELL_EVERY == 0:
                        tell(rows.rows)
        tell(rows.rows)
        binary = [column.name for column in columns if column.is_binary]
        if binary:
            rows.notes.append(t("{table}: binary values are left out: {columns}.", table=label,
                                columns=", ".join(binary)))  # fmt: skip
        return rows, []

    def _statement(self, table: str, kept: list[_Column], columns: list[_Column]) -> str:
        keys = sorted((column for column in columns if column.key is not None), key=lambda column: column.key or 0)
        order = f"ORDER BY {', '.join(quoted(column.name) for column in keys)}" if keys else ""
        selected = ", ".join([*(column.selected for column in kept), f"row_number() OVER ({order})"])
        forced = ", FORCE_QUOTE *" if kept else ""
        return (
            f"COPY (SELECT {selected} FROM {quoted(self._schema, table)}) TO STDOUT "
            f"(FORMAT csv, NULL '', ENCODING 'UTF8'{forced})"
        )


@contextmanager
def opened(source: str, url: str, schema: str | None) -> Iterator[PostgresTables]:
    """The tables of ``schema`` (the server's default if None) in one transaction that can write nothing.

    Raises UserError without the driver, where the server does not let us in, and where it fails while reading.
    """
    try:
        import psycopg
    except ImportError:
        raise UserError.of(
            t("Source “{source}” needs the PostgreSQL driver, which is not installed.", source=source),
            next=t("Install it: pip install 'crmeter[postgres]'"),
        ) from None
    place = shown(url)
    try:
        with psycopg.connect(url, connect_timeout=_WAIT, application_name="crmeter") as con:
            con.isolation_level, con.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
            for setting in _SETTINGS:
                con.execute(setting.encode())
            if schema is None:
                row = con.execute("SELECT current_schema()").fetchone()
                schema = str(row[0]) if row and row[0] else "public"
            yield PostgresTables(con, schema)
            con.rollback()
    except psycopg.Error as error:
        raise _problem(source, url, place, error) from None


def _problem(source: str, url: str, place: Shown, error: psycopg.Error) -> UserError:
    """What a person can do about it; what the driver says, without a secret."""
    said = " ".join(str(error).split())
    for secret in secrets(url):
        said = said.replace(secret, "•••")
    what = t("Source “{source}”: the database {database} on {host} can’t be read.", source=source,
             database=place.database, host=place.host)  # fmt: skip
    return UserError.of(what, said, _next(said.lower()))


def _next(said: str) -> str:
    if "password" in said or "authentication" in said or "role" in said:
        return t('Check user and password in url; a password belongs into the environment: url = "env:CRM_URL".')
    if any(part in said for part in ("timeout", "timed out", "refused", "resolve", "translate host", "unreachable")):
        return t("Check that the server runs, that this machine may reach it, and host and port in url.")
    if "permission denied" in said:
        return t("Let the user of url read these tables, or name others in tables.")
    return t("Check url of this source in crmeter.toml.")
