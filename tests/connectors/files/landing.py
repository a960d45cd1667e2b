"""Lands files of a temporary workspace and gives back what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from crmeter.connectors.files import FileSource
from crmeter.ingest.source import BadRow, RawTable


@dataclass
class Landed:
    con: duckdb.DuckDBPyConnection
    tables: list[RawTable]
    bad: list[BadRow]

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        return self.con.execute(f'SELECT * FROM raw_s."{table}" ORDER BY _file, _row').fetchall()

    def types(self, table: str) -> dict[str, str]:
        return {str(row[0]): str(row[1]) for row in self.con.execute(f'DESCRIBE raw_s."{table}"').fetchall()}


@contextmanager
def landed(root: Path, *paths: str, **settings: Any) -> Iterator[Landed]:
    with duckdb.connect() as con:
        tables, bad = FileSource("s", root, paths, **settings).land(con, "raw_s", lambda text, share: None)
        yield Landed(con, tables, bad)
