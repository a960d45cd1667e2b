"""A mapping in the making: one raw table looked at as one canonical table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from crmeter.ingest.propose.profile import Evidence, Profile
from crmeter.ingest.source import RawTable
from crmeter.kernel.messages import t
from crmeter.model.table import Table


@dataclass
class Item:
    """What is to stand in one canonical column."""

    expression: str
    raw: tuple[str, ...]
    confidence: float
    why: str
    others: tuple[str, ...] = ()

    def also(self, said: str) -> None:
        """One more thing to say of it."""
        self.why = t("{why}; {said}", why=self.why, said=said)


@dataclass
class Draft:
    """The columns found so far, and what the SELECT needs besides them."""

    table: Table
    raw: RawTable
    evidence: Evidence
    items: dict[str, Item] = field(default_factory=dict)
    where: list[tuple[str, str]] = field(default_factory=list)  # condition, what it is for
    group_by: str = ""  # the raw key of rows that are lines of one thing
    last_of: str = ""  # the raw column of which only the last row of each value counts
    branches: list[dict[str, Item]] = field(default_factory=list)  # further SELECTs: what differs from ``items``
    branch_where: list[list[tuple[str, str]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    confidence: float = 0.0
    second: bool = False  # a further mapping of a raw table: what it does not use is no loss

    @property
    def profiles(self) -> dict[str, Profile]:
        """The raw columns by name."""
        return self.evidence.profiles[self.raw.name]

    def raw_of(self, column: str) -> str:
        """The raw column that a canonical one was found in, empty if none."""
        item = self.items.get(column)
        return item.raw[0] if item and item.raw else ""

    def used(self) -> set[str]:
        """Every raw column that goes somewhere."""
        items = [*self.items.values(), *(item for branch in self.branches for item in branch.values())]
        return {name for item in items for name in item.raw}

    def free(self, skip: Iterable[str] = ()) -> list[str]:
        """The raw columns that go nowhere yet."""
        taken = self.used() | set(skip)
        return [name for name in self.raw.columns if name not in taken]

    @property
    def missing(self) -> tuple[str, ...]:
        """Required canonical columns that nothing stands in."""
        return tuple(c.name for c in self.table.columns if c.required and c.name not in self.items)


def literal(text: str) -> str:
    """A text as an SQL literal.

    >>> print(literal("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"


def among(expression: str, values: Iterable[str]) -> str:
    """The condition that an expression is one of some texts."""
    return f"{expression} IN ({', '.join(literal(value) for value in values)})"
