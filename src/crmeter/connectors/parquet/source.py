"""A source of Parquet files that are read where they lie: only what its mappings ask for is ever read, nothing is
copied."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from crmeter.connectors.parquet import faults, views
from crmeter.connectors.parquet.bucket import SCHEME, Access, Bucket, Object
from crmeter.connectors.parquet.listing import Found, Listing, in_bucket, in_folder, version
from crmeter.connectors.parquet.objects import Reading, filesystem
from crmeter.connectors.parquet.tables import grouped, partitions
from crmeter.ingest.source import BadRow, RawTable
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t
from crmeter.warehouse.identifier import literal, quoted

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
Progress = Callable[[str, float | None], None]


@dataclass
class ParquetSource:
    """Parquet files at ``path``: folders, files or patterns of this machine (below ``root``, the workspace, unless they
    start with a slash), or of a bucket (``s3://bucket/…``), which is reached by ``access``.

    See :func:`crmeter.connectors.parquet.tables.grouped` for the tables they become; ``tables`` names them. From
    ``land`` to ``close`` the source knows which files it has listed, so that what changes meanwhile is noticed.
    """

    name: str
    root: Path
    path: tuple[str, ...]
    tables: Mapping[str, str] = field(default_factory=dict)
    access: Access = field(default_factory=Access)
    _files: list[Found] = field(default_factory=list, repr=False)
    _tables: dict[str, list[Found]] = field(default_factory=dict, repr=False)
    _reading: Reading | None = field(default=None, repr=False)
    _buckets: dict[str, Bucket] = field(default_factory=dict, repr=False)

    def land(
        self, con: duckdb.DuckDBPyConnection, schema: str, progress: Progress
    ) -> tuple[list[RawTable], list[BadRow]]:
        """See :class:`crmeter.ingest.source.Source`: views, whose rows are read when they are asked for."""
        progress(t("Looking for the files of source “{source}”", source=self.name), None)
        listings = self._listed()
        self._tables = found = grouped(self.name, listings, self.tables)
        self._files = list({file.path: file for files in found.values() for file in files}.values())
        self._open(con)
        con.execute("SET parquet_metadata_cache = true")
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
        landed: list[RawTable] = []
        problems: list[Problem] = []
        for place, (name, files) in enumerate(found.items()):
            progress(t("Looking into the files of {table}", table=name), place / len(found))
            try:
                given = partitions(self.name, name, files)
                landed.append(views.create(con, schema, name, self._footers(con, files), given, self._label()))
            except UserError as error:
                problems += error.problems
        if problems:
            self.check()  # what was not reached is at fault for the rest
        raise_if_any(problems)
        return landed, []

    def _footers(self, con: duckdb.DuckDBPyConnection, files: Sequence[Found]) -> list[views.Footer]:
        try:
            return views.footers(con, files)
        except (duckdb.Error, UserError):
            self.check()  # what was not reached is not damaged
            raise

    def _listed(self) -> list[Listing]:
        """What each path leads to; all problems at once."""
        listings: list[Listing] = []
        problems: list[Problem] = []
        for path in self.path:
            try:
                listings.append(self._list(path))
            except UserError as error:
                problems += error.problems
        raise_if_any(problems)
        return listings

    def _list(self, path: str) -> Listing:
        if "://" in path:
            name = path.removeprefix(SCHEME).partition("/")[0]
            if not path.startswith(SCHEME) or not _BUCKET.fullmatch(name):
                raise _no_bucket(path)
            bucket = self._buckets.setdefault(name, Bucket(self.name, name, self.access))
            return in_bucket(self.name, bucket, path, self._scheme)
        return in_folder(self.name, self.root, path)

    @property
    def _scheme(self) -> str:
        """Under which DuckDB knows the objects of this source, and no other's."""
        return f"s3-{self.name.replace('_', '-')}"

    def _open(self, con: duckdb.DuckDBPyConnection) -> None:
        """Let DuckDB read the objects that were listed."""
        objects: dict[str, tuple[Bucket, Object]] = {}
        for file in self._files:
            if file.object is not None:
                bucket = file.label.removeprefix(SCHEME).partition("/")[0]
                objects[file.path] = (self._buckets[bucket], file.object)
        if objects:
            self._reading = Reading(objects)
            con.register_filesystem(filesystem(self._scheme, self._reading))

    def _label(self) -> str:
        """SQL of a file's name for people."""
        path = views.PATH
        cases = "".join(
            f"WHEN starts_with({path}, {literal(before)}) THEN {literal(after)} || substr({path}, {len(before) + 1}) "
            for before, after in ((f"{self.root.as_posix()}/", ""), (f"{self._scheme}://", SCHEME))
        )
        return f"CASE {cases}ELSE {path} END"

    @property
    def reads(self) -> Sequence[str]:
        """The paths that the views read."""
        return [file.path for file in self._files]

    def check(self) -> None:
        """UserError where a file could not be read, or is no more what was listed."""
        if self._reading is not None and self._reading.failure is not None:
            raise self._reading.failure
        for file in self._files:
            if file.object is None and not _is_same(file):
                raise faults.changed(file.label)

    def find_damage(self, con: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> None:
        """UserError where a file of these raw tables cannot be read to its end."""
        views.find_damage(con, [file for table in tables for file in self._tables[table]])

    def close(self) -> None:
        """Let go of connections; the views are of no use any more."""
        for bucket in self._buckets.values():
            bucket.close()


def _no_bucket(path: str) -> UserError:
    return UserError.of(
        t('The path "{path}" names no bucket.', path=path),
        t("A store is always written as s3://; what endpoint names says which one it is."),
        t("Write for example: {line}", line='path = "s3://bucket/folder"'),
    )


def _is_same(file: Found) -> bool:
    try:
        return version(Path(file.path)) == file.version
    except OSError:
        return False
