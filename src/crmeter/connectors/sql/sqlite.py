"""Tables of an SQLite file. SQLite lets any value stand in any column, so each column's type follows its values."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crmeter.connectors.sql.landing import BATCH, Rows, Tell, write_row
from crmeter.ingest.source import BadRow
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.warehouse.identifier import quoted

_MAGIC = b"SQLite format 3\0"
_LONGEST_VALUE = 1 << 26  # bytes; a larger one is refused
_MOST_ROWS = 100_000_000
_EXACT = 2**53  # beyond it doubles skip whole numbers
_WAIT = 10  # seconds for a program that is writing


class _Undecodable(str):
    """Text whose bytes are no UTF-8."""

    __slots__ = ()


def is_database(path: Path) -> bool:
    """Whether a file is an SQLite database, by its first bytes."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return _Undecodable(raw.decode("utf-8", "replace"))


@dataclass
class _Column:
    """What stood in a column: kinds of values, and how many bytes (blobs) that can't be kept."""

    name: str
    kinds: set[str] = field(default_factory=set)
    blobs: int = 0

    @property
    def type(self) -> str:
        if self.kinds and self.kinds <= {"int", "long"}:
            return "BIGINT"
        return "DOUBLE" if self.kinds and self.kinds <= {"int", "float"} else "VARCHAR"

    def cell(self, value: object) -> str | None:
        """A value as text; a blob is counted."""
        if value is None:
            return None
        if isinstance(value, str):
            self.kinds.add("text")
            return value
        if isinstance(value, int):
            self.kinds.add("int" if -_EXACT <= value <= _EXACT else "long")
            return str(value)
        if isinstance(value, float):
            self.kinds.add("float")
            return repr(value)
        self.blobs += 1
        return None


class SqliteTables:
    """The tables of one file, read as they stand at the first question."""

    def __init__(self, con: sqlite3.Connection, label: str) -> None:
        self._con, self._label = con, label

    def names(self) -> list[str]:
        """Every table that holds rows of its own; views are read only if they are named."""
        return [name for name, kind in self._listed() if kind == "table"]

    def readable(self) -> list[str]:
        """Every table and view."""
        return [name for name, kind in self._listed() if kind in ("table", "view", "virtual")]

    def notes(self) -> list[str]:
        """What is not read unless it is named."""
        views = [name for name, kind in self._listed() if kind == "view"]
        return [_views_left(self._label, views)] if views else []

    def _listed(self) -> list[tuple[str, str]]:
        rows = self._con.execute("SELECT name, type FROM pragma_table_list WHERE schema = 'main' ORDER BY name")
        return [(name, kind) for name, kind in rows if not name.startswith("sqlite_")]

    def read(self, table: str, raw: str, data: Path, tell: Tell) -> tuple[Rows, list[BadRow]]:
        """Write the rows of ``table`` in the order of its key to ``data``."""
        label = f"{self._label}/{table}"
        bad: list[BadRow] = []
        with closing(self._con.cursor()) as cursor, data.open("w", encoding="utf-8", newline="") as out:
            cursor.execute(f"SELECT * FROM {quoted(table)}{self._order(table)}")
            columns = [_Column(described[0]) for described in cursor.description]
            number = 0
            while batch := cursor.fetchmany(BATCH):
                for values in batch:
                    number += 1
                    cells = [column.cell(value) for column, value in zip(columns, values, strict=True)]
                    fault = _fault(columns, cells)
                    if fault:
                        bad.append(BadRow(raw, label, number, *fault))
                    else:
                        write_row(out, cells, number)
                tell(number)
                if number > _MOST_ROWS:
                    raise UserError.of(t("{file} has more than {count} rows.", file=label, count=_MOST_ROWS))
        rows = Rows(raw, label, [c.name for c in columns], [c.type for c in columns], data, number - len(bad))
        rows.notes.extend(_blob_notes(label, columns))
        return rows, bad

    def _order(self, table: str) -> str:
        """By the primary key, so that rows keep their numbers; a table without one has rows in order anyway."""
        keys = self._con.execute("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", [table]).fetchall()
        return f" ORDER BY {', '.join(quoted(name) for (name,) in keys)}" if keys else ""


def _fault(columns: list[_Column], cells: list[str | None]) -> tuple[str, str, str] | None:
    """Column, value and reason of what can't be landed; None where all is well."""
    if not any(cell is not None and (type(cell) is not str or "\0" in cell) for cell in cells):
        return None
    for column, cell in zip(columns, cells, strict=True):
        if isinstance(cell, _Undecodable):
            return column.name, cell[:200], t("bytes that can't be decoded")
        if cell is not None and "\0" in cell:
            return column.name, cell[:200].replace("\0", "␀"), t("a NUL byte")
    return None


def _blob_notes(label: str, columns: list[_Column]) -> Iterator[str]:
    binary = [f"{column.name} ({column.blobs:,})" for column in columns if column.blobs]
    if binary:
        yield t("{table}: binary values are left out: {columns}.", table=label, columns=", ".join(binary))


def _views_left(label: str, views: list[str]) -> str:
    return t("{file}: views are read only if tables names them: {names}.", file=label, names=", ".join(views[:10]))


@contextmanager
def opened(path: Path, label: str) -> Iterator[SqliteTables]:
    """The tables of the file, in one read transaction. Raises UserError for a file that is no database."""
    if path.stat().st_size and not is_database(path):
        raise _no_database(label)
    try:
        with closing(_connect(path)) as con:
            con.execute("BEGIN")
            yield SqliteTables(con, label)
    except (sqlite3.DatabaseError, sqlite3.InterfaceError, UnicodeDecodeError) as error:
        raise _problem(label, error) from None


def _connect(path: Path) -> sqlite3.Connection:
    con = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT, isolation_level=None)
    con.text_factory = _text
    con.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    for pragma in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON"):
        con.execute(f"PRAGMA {pragma}")
    return con


def _no_database(label: str) -> UserError:
    return UserError.of(
        t("{file} is no SQLite database.", file=label),
        next=t("Correct url for this source in crmeter.toml. Encrypted databases can't be read."),
    )


def _problem(label: str, error: Exception) -> UserError:
    said = str(error)
    makers: dict[str, Callable[[], UserError]] = {
        "not a database": lambda: _no_database(label),
        "locked": lambda: UserError.of(
            t("{file} is being written by another program.", file=label),
            next=t("Try again when it is done, or read a copy of the file."),
        ),
    }
    for part, make in makers.items():
        if part in said:
            return make()
    return UserError.of(
        t("{file} can’t be read.", file=label),
        said,
        t("If it was copied while a program was writing to it, copy it again."),
    )
