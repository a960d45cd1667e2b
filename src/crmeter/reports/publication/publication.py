"""What is published, whatever the format: two tables, and what they were made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Sequence[Any]


@dataclass(frozen=True)
class Table:
    """``columns`` are names with their DuckDB types; ``rows`` hold plain values in that order."""

    name: str
    columns: Mapping[str, str]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Publication:
    """The values, one row each, and the definitions, one row for each KPI and language. ``about`` says of which load,
    calendar and settings they are."""

    values: Table
    definitions: Table
    about: Mapping[str, Any]

    @property
    def tables(self) -> tuple[Table, Table]:
        return self.values, self.definitions
