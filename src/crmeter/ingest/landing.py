"""Landing: the raw rows of all sources, as they came, each source in its own schema of the warehouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from crmeter.ingest.configured import ConfiguredSource
from crmeter.ingest.source import BadRow, RawTable
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t
from crmeter.warehouse.identifier import quoted

Progress = Callable[[str, float | None], None]


@dataclass(frozen=True)
class Landed:
    """What one source delivered; ``bad`` are records that could not be made rows of a raw table."""

    source: ConfiguredSource
    tables: tuple[RawTable, ...]
    bad: tuple[BadRow, ...]

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """The columns of each raw table."""
        return {table.name: table.columns for table in self.tables}


def land(con: duckdb.DuckDBPyConnection, sources: Sequence[ConfiguredSource], progress: Progress) -> list[Landed]:
    """Land every source anew; UserError with the problems of all of them."""
    landed: list[Landed] = []
    problems: list[Problem] = []
    for source in sources:
        drop_raw(con, source.name)
    con.execute("CHECKPOINT")  # the room of the old raw rows is used again
    for source in sources:
        con.execute(f"CREATE SCHEMA {quoted(source.schema)}")
        try:
            tables, bad = source.source.land(con, source.schema, progress)
        except UserError as error:
            problems.extend(error.problems)
            continue
        if not tables:
            problems.append(_nothing(source))
        landed.append(Landed(source, tuple(tables), tuple(bad)))
    raise_if_any(problems)
    return landed


def paths_in_place(landed: Sequence[Landed]) -> list[str]:
    """What the raw tables that are views still have to read."""
    return [path for each in landed if each.source.in_place for path in each.source.in_place.reads]


def leave(con: duckdb.DuckDBPyConnection, landed: Sequence[Landed]) -> None:
    """Take away the raw tables that are views, once all mappings have run; UserError where what they read has changed
    meanwhile."""
    for each in landed:
        if each.source.in_place:
            each.source.in_place.check()
            drop_raw(con, each.source.name)


@contextmanager
def closing(sources: Sequence[ConfiguredSource]) -> Iterator[None]:
    """Let go of what sources hold open, at the end of the block."""
    try:
        yield
    finally:
        for source in sources:
            if source.in_place:
                source.in_place.close()


def drop_raw(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """Remove the raw rows of a source."""
    con.execute(f"DROP SCHEMA IF EXISTS {quoted(f'raw_{source}')} CASCADE")


def _nothing(source: ConfiguredSource) -> Problem:
    return Problem(
        t("Source “{source}” delivers no table.", source=source.name),
        next=t("Check the path of [sources.{source}] in crmeter.toml.", source=source.name),
    )
