"""What reading one file or one sheet gives, before it becomes (part of) a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from crmeter.ingest.source import BadRow


@dataclass(frozen=True)
class Readable:
    """A file on disk that can be read now: ``label`` is its name for people, ``name`` the one its table comes from."""

    path: Path
    label: str
    name: str
    ending: str


@dataclass
class Piece:
    """Rows of one file or sheet, written to ``data`` by us: a plain csv without header, or a parquet file.

    ``data`` holds ``columns`` in order and then the row number.
    """

    table: str
    label: str
    columns: list[str]
    types: list[str]  # DuckDB types
    data: Path
    rows: int
    places: list[int] = field(default_factory=list)  # where in ``data`` the columns stand, if not side by side
    width: int = 0  # columns of ``data`` without the row number, if more than ``columns``
    parallel: bool = True  # no line breaks inside values
    bad: list[BadRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what of the file is not in it

    @property
    def is_parquet(self) -> bool:
        return self.data.suffix == ".parquet"
