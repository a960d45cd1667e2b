"""A source that is a database: its tables, read in one transaction, each landed as it stood at that moment."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import duckdb

from crmeter.connectors.sql import sqlite
from crmeter.connectors.sql.address import SQLITE, database_file
from crmeter.connectors.sql.landing import Progress, Rows, Tell, land
from crmeter.ingest.naming import snake
from crmeter.ingest.source import BadRow, RawTable
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t
from crmeter.warehouse.identifier import quoted


class Tables(Protocol):
    """The tables of a database in one transaction."""

    def names(self) -> list[str]:
        """The tables that are read where none is named."""
        ...

    def readable(self) -> list[str]:
        """The tables and views that may be named."""
        ...

    def notes(self) -> list[str]:
        """What a user should know of tables that are not read."""
        ...

    def read(self, table: str, raw: str, data: Path, tell: Tell) -> tuple[Rows, list[BadRow]]:
        """Write the rows of ``table`` to ``data``."""
        ...


@dataclass(frozen=True)
class SqlSource:
    """The database at ``url``: ``sqlite:///PATH`` below ``root`` (the workspace), or ``postgresql://…``.

    ``tables`` (raw name → table or view) are those that are read, all tables if it is empty; ``schema`` is that of a
    server, its default if None. ``url`` may hold a password: it is kept out of every text, and of the representation.
    """

    name: str
    root: Path
    url: str = field(repr=False)
    schema: str | None = None
    tables: Mapping[str, str] = field(default_factory=dict)
    scratch: Path | None = None

    def land(
        self, con: duckdb.DuckDBPyConnection, schema: str, progress: Progress
    ) -> tuple[list[RawTable], list[BadRow]]:
        """See :class:`crmeter.ingest.source.Source`."""
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
        landed: list[RawTable] = []
        refused: list[BadRow] = []
        with self._opened() as tables, _folder(self.scratch) as folder:
            chosen = self._chosen(tables)
            for place, (raw, table) in enumerate(chosen.items()):
                share = place / len(chosen)
                progress(t("Reading {file}", file=table), share)
                tell = _Told(table, share, progress)
                rows, bad = tables.read(table, raw, folder / "rows.csv", tell)
                if not landed and not self.tables:
                    rows.notes.extend(tables.notes())
                landed.append(land(con, schema, rows))
                refused.extend(bad)
        return landed, refused

    def _opened(self) -> AbstractContextManager[Tables]:
        if self.url.startswith(SQLITE):
            path = database_file(self.root, self.url)
            return sqlite.opened(path, path.relative_to(self.root).as_posix())
        from crmeter.connectors.sql import postgres

        return postgres.opened(self.name, self.url, self.schema)

    def _chosen(self, tables: Tables) -> dict[str, str]:
        """Raw name → table. Raises UserError where a named one is not there, or two would have one name."""
        wanted = {snake(raw) or "table": table for raw, table in self.tables.items()}
        known = tables.readable()
        problems = [_missing(self.name, table, known) for table in wanted.values() if table not in known]
        if not self.tables:
            for table in tables.names():
                raw = snake(table) or "table"
                if raw in wanted:
                    problems.append(_same_name(self.name, raw, wanted[raw], table))
                wanted[raw] = table
            if not wanted:
                problems.append(_empty(self.name))
        raise_if_any(problems)
        return wanted


class _Told:
    """Tells how many rows of a table have been read."""

    def __init__(self, table: str, share: float, progress: Progress) -> None:
        self._table, self._share, self._progress = table, share, progress

    def __call__(self, rows: int) -> None:
        self._progress(t("Reading {file}: {count} rows", file=self._table, count=rows), self._share)


@contextmanager
def _folder(scratch: Path | None) -> Iterator[Path]:
    """A folder for the rows of one table at a time."""
    try:
        with tempfile.TemporaryDirectory(prefix="crmeter-", dir=scratch) as folder:
            yield Path(folder)
    except OSError as error:
        import errno

        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise UserError.of(
            t("The disk is full."),
            t("Tables are read into {folder} first.", folder=tempfile.gettempdir()),
            t("Free some space, or set TMPDIR to a folder on a larger disk."),
        ) from None


def _missing(source: str, table: str, known: list[str]) -> Problem:
    there = ", ".join(known[:20]) + ("…" if len(known) > 20 else "")
    return Problem(
        t('Source “{source}” has no table "{table}".', source=source, table=table),
        next=t("There are: {names}.", names=there or "–"),
    )


def _same_name(source: str, raw: str, one: str, other: str) -> Problem:
    return Problem(
        t('{one} and {other} would both become the raw table "{table}".', one=one, other=other, table=raw),
        t("One would replace the other."),
        t("Name each in [sources.{source}.tables] of crmeter.toml: {example}", source=source,
          example=f'{raw}_2 = "{other}"'),
    )  # fmt: skip


def _empty(source: str) -> Problem:
    return Problem(
        t("The database of source “{source}” holds no table.", source=source),
        next=t("Check url and schema of [sources.{source}] in crmeter.toml.", source=source),
    )
