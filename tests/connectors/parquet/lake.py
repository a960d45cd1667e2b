"""Parquet files of a test, and what a source makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from crmeter.connectors.parquet import Access, Key, ParquetSource
from crmeter.ingest.source import RawTable
from crmeter.kernel.errors import UserError
from crmeter.warehouse.identifier import literal
from crmeter.warehouse.publish import SAFE, lock_down
from tests.s3_server import S3


def write(path: Path, select: str) -> Path:
    """The rows of a SELECT as a Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        con.execute(f"COPY ({select}) TO {literal(str(path))} (FORMAT parquet, ROW_GROUP_SIZE 2048)")
    return path


def body(folder: Path, select: str) -> bytes:
    """The same as the bytes of an object."""
    return write(folder / "object.parquet", select).read_bytes()


def access(s3: S3, **other: Any) -> Access:
    """The way to a server, with its own key."""
    given = {"id": s3.access_key, "secret": s3.secret_key, **other}
    return Access(f"http://{s3.endpoint}", s3.region, "path", Key(**given))


@dataclass
class Landed:
    con: duckdb.DuckDBPyConnection
    source: ParquetSource
    tables: list[RawTable]

    @property
    def names(self) -> list[str]:
        return sorted(table.name for table in self.tables)

    def table(self, name: str) -> RawTable:
        return next(table for table in self.tables if table.name == name)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()


@contextmanager
def landed(root: Path, *path: str, **settings: Any) -> Iterator[Landed]:
    """What a source named lake makes of ``path``, on a connection that is locked as that of a load is."""
    source = ParquetSource("lake", root, path, **settings)
    try:
        with duckdb.connect(config=SAFE) as con:
            con.execute("SET TimeZone = 'UTC'")
            tables, bad = source.land(con, "raw_lake", lambda text, share: None)
            assert not bad
            lock_down(con, source.reads)
            yield Landed(con, source, tables)
    finally:
        source.close()


def refused(root: Path, *path: str, **settings: Any) -> UserError:
    """What is said where a source cannot land."""
    try:
        with landed(root, *path, **settings):
            pass
    except UserError as error:
        return error
    raise AssertionError("nothing was refused")
