"""What a load did: the account of every row of every source and table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime

from crmeter.kernel.messages import t


@dataclass(frozen=True)
class TableCount:
    """The rows of one source for one table: read = accepted + quarantined + unchanged.

    ``accepted`` are new and changed ones, ``changed`` among them; ``gone`` were there before and are no longer
    delivered.
    """

    source: str
    table: str
    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    unchanged: int = 0
    changed: int = 0
    gone: int = 0

    @property
    def balances(self) -> bool:
        """Whether every row that was read is accounted for, once."""
        return self.read == self.accepted + self.quarantined + self.unchanged

    def __str__(self) -> str:
        return t(
            "{source}.{table}: read {read} = accepted {accepted} + quarantined {quarantined} + unchanged {unchanged}; "
            "changed {changed}, gone {gone}",
            **asdict(self),
        )


@dataclass(frozen=True)
class Note:
    """Something to know about the data: its ``kind``, how many rows, and of what."""

    kind: str
    table: str
    count: int
    text: str = ""
    source: str = ""

    def __str__(self) -> str:
        texts = {
            "implied_customers": lambda: t(
                "Customers known only because rows refer to them: {count} ({tables}).",
                count=self.count,
                tables=self.text,
            ),
            "dangling": lambda: t(
                "Rows of {table} whose {column} refers to nothing that is there: {count}.",
                count=self.count,
                table=self.table,
                column=self.text,
            ),
            "erased_customers": lambda: t(
                "Rows of erased customers that came again: {count} ({tables}). They are kept under pseudonyms, without "
                "personal data.",
                count=self.count,
                tables=self.text,
            ),
            "left_source": lambda: t(
                "Source {source} is no longer in crmeter.toml; rows gone: {count}.",
                source=self.source,
                count=self.count,
            ),
            "unread_records": lambda: t(
                "Records of {table}, a table that no mapping uses, that could not be read: {count}.",
                count=self.count,
                table=self.table,
            ),
            "holidays_unknown": lambda: t(
                "The holidays of {years} are not published: business hours count by the weekday there.", years=self.text
            ),
        }
        return texts[self.kind]() if self.kind in texts else self.text


@dataclass(frozen=True)
class LoadReport:
    """One run of ingest. ``load`` is the number now published; without ``is_new`` nothing had changed.

    ``formats`` say how each column was read.
    """

    load: int
    is_new: bool
    as_of: date
    history_start: date | None
    started_at: datetime
    finished_at: datetime
    tables: tuple[TableCount, ...]
    notes: tuple[Note, ...]
    formats: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """The report as a person reads it."""
        yield from map(str, self.tables)
        yield from map(str, self.notes)
        if self.is_new:
            yield t("Load {load} is published; the data reaches to {day}.", load=self.load, day=self.as_of)
        else:
            yield t("Nothing has changed; load {load} stays.", load=self.load)

    def as_json(self) -> dict[str, object]:
        """Plain values for ``--format json``."""
        plain = asdict(self)
        for name in ("as_of", "history_start", "started_at", "finished_at"):
            plain[name] = plain[name].isoformat() if plain[name] else None
        return plain
