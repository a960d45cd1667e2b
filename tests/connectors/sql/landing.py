"""Lands the tables of a database and gives back what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from crmeter.connectors.sql import SqlSource
from crmeter.ingest.source import BadRow, RawTable


@dataclass
class Landed:
    con: duckdb.DuckDBPyConnection
    tables: list[RawTable]
    bad: list[BadRow]

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """The rows by number; instants as naive UTC."""
        zoned = [name for name, kind in self.types(table).items() if kind == "TIMESTAMP WITH TIME ZONE"]
        naive = ", ".join(f'"{name}" AT TIME ZONE \'UTC\' AS "{name}"' for name in zoned)
        shown = f"* REPLACE ({naive})" if naive else "*"
        return self.con.execute(f'SELECT {shown} FROM raw_s."{table}" ORDER BY _row').fetchall()

    def types(self, table: str) -> dict[str, str]:
        return {str(row[0]): str(row[1]) for row in self.con.execute(f'DESCRIBE raw_s."{table}"').fetchall()}

    def table(self, name: str) -> RawTable:
        return next(table for table in self.tables if table.name == name)

    @property
    def notes(self) -> str:
        return "\n".join(note for table in self.tables for note in table.notes)


@contextmanager
def landed(root: Path, url: str, **settings: Any) -> Iterator[Landed]:
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        tables, bad = SqlSource("crm", root, url, **settings).land(con, "raw_s", lambda text, share: None)
        yield Landed(con, tables, bad)
