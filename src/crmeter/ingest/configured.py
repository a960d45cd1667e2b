"""A source as the workspace sets it up: where its rows come from, and how its texts are to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crmeter.ingest.source import InPlace, Source


@dataclass(frozen=True)
class ConfiguredSource:
    """A source and what crmeter.toml says of it.

    ``timezone`` of instants that name none (None: the workspace's), ``date_format`` of all its dates, ``decimal_mark``
    of its numbers; ``formats`` of single columns, keyed ``table.column``, go before ``date_format``.
    """

    source: Source
    timezone: str | None = None
    date_format: str | None = None
    decimal_mark: str | None = None
    formats: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def schema(self) -> str:
        """The schema of the warehouse that holds its raw tables."""
        return f"raw_{self.name}"

    @property
    def in_place(self) -> InPlace | None:
        """The source, where its rows are read while mappings run."""
        return self.source if isinstance(self.source, InPlace) else None
