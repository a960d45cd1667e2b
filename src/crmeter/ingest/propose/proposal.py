"""What is proposed, how sure it is and why, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.kernel.messages import t


def level(confidence: float) -> str:
    """``sure``, ``likely`` or ``unsure``."""
    if confidence >= 0.85:
        return "sure"
    return "likely" if confidence >= 0.6 else "unsure"


@dataclass(frozen=True)
class ColumnProposal:
    """One canonical column (or custom attribute) and the expression that gives it.

    ``confidence`` is between 0 and 1, ``others`` are raw columns that could have been meant as well.
    """

    column: str
    expression: str
    raw: tuple[str, ...]
    confidence: float
    why: str
    others: tuple[str, ...] = ()

    @property
    def level(self) -> str:
        return level(self.confidence)


@dataclass(frozen=True)
class TableProposal:
    """The mapping of one canonical table. Not ``complete``: a required column was not found, so it cannot be loaded."""

    table: str
    raw_table: str
    confidence: float
    columns: tuple[ColumnProposal, ...]
    missing: tuple[str, ...]  # required canonical columns that nothing was found for
    not_found: tuple[str, ...]  # the other canonical columns that nothing was found for
    unused: tuple[str, ...]  # raw columns that went nowhere
    notes: tuple[str, ...]
    sql: str

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def level(self) -> str:
        return level(self.confidence)

    def column(self, name: str) -> ColumnProposal | None:
        """The proposal for one canonical column, None if it was not found."""
        return next((column for column in self.columns if column.column == name), None)


@dataclass(frozen=True)
class Leftover:
    """A raw table that no mapping was proposed for, and why."""

    raw_table: str
    reason: str


@dataclass(frozen=True)
class Join:
    """Files that differ only by a date or number in their names: for ``[sources.X.tables]``."""

    table: str
    pattern: str
    files: tuple[str, ...]

    def as_text(self) -> str:
        """One line for a person."""
        return t("{count} files belong together as {table}: {pattern}", count=len(self.files), table=self.table,
                 pattern=self.pattern)  # fmt: skip


@dataclass(frozen=True)
class Proposals:
    """All that is proposed for one source."""

    tables: tuple[TableProposal, ...]
    leftovers: tuple[Leftover, ...]
    joins: tuple[Join, ...] = ()

    def table(self, name: str) -> TableProposal | None:
        """The proposal for one canonical table, None if there is none."""
        return next((table for table in self.tables if table.table == name), None)
