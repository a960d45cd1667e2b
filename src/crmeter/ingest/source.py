"""What a connector is: something with a name that lands raw tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import duckdb


@dataclass(frozen=True)
class RawTable:
    """One landed table. ``columns`` keep the header's spelling (repeats _2, _3) and leave out _file and _row."""

    name: str  # snake case
    columns: tuple[str, ...]
    rows: int
    files: tuple[str, ...]  # as in _file: relative to the workspace, a.zip/inner.csv, book.xlsx/Sheet
    notes: tuple[str, ...] = ()  # what a user should know: columns that one of several joined files lacks


@dataclass(frozen=True)
class BadRow:
    """A record that could not even be landed: wrong number of fields, undecodable bytes, a stray quote."""

    table: str
    file: str
    row: int
    column: str
    value: str
    reason: str


class Source(Protocol):
    """Where raw rows come from."""

    @property
    def name(self) -> str:
        """The source's name in crmeter.toml."""
        ...

    def land(
        self, con: duckdb.DuckDBPyConnection, schema: str, progress: Callable[[str, float | None], None]
    ) -> tuple[list[RawTable], list[BadRow]]:
        """Create ``schema."table"`` for every raw table; nothing that was read is left unaccounted.

        ``progress`` is told what is being read and how far it is (0 to 1, None if unknown). Raises UserError, with all
        problems of all files, where something can't be read at all; then no table is to be trusted.
        """
        ...


@runtime_checkable
class InPlace(Source, Protocol):
    """A source that copies nothing: its raw tables are views, whose rows are read while mappings run."""

    @property
    def reads(self) -> Sequence[str]:
        """The paths that the views read; no other may be opened."""
        ...

    def check(self) -> None:
        """UserError where something could not be read, or is not any more what it was when it was listed."""
        ...

    def find_damage(self, con: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> None:
        """UserError where a file of these raw tables cannot be read to its end: after a mapping of them has failed."""
        ...

    def close(self) -> None:
        """Let go of what is open; the views are of no use any more."""
        ...
