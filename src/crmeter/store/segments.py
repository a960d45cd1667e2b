"""Saved segments: a name, and what it stands for. Who is in one is found out anew each time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.store.database import open_database, saying_what_is_wrong
from crmeter.store.evaluations import canonical_json
from crmeter.store.tables import SEGMENT


@dataclass(frozen=True)
class StoredSegment:
    """A segment as it was saved: the filters that hold of its customers, their group of buyers and their tier."""

    name: str
    saved_at: str
    where: tuple[str, ...]
    rfm: str | None
    tier: str | None


class SegmentStore:
    """The segments in the store at ``url`` (``sqlite:///path``), which is made where there is none."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)

    def add(self, name: str, where: Sequence[str], rfm: str | None, tier: str | None) -> None:
        """Save a segment. UserError where the name is taken."""
        definition = canonical_json({"where": list(where), "rfm": rfm, "tier": tier})
        saved_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with saying_what_is_wrong(self._engine.url):
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(SEGMENT).values(name=name, saved_at=saved_at, definition=definition))
            except IntegrityError as error:
                raise UserError.of(
                    t("There is already a segment “{name}”.", name=name),
                    next=t("Choose another name, or delete that one first: crmeter segments delete NAME"),
                ) from error

    def get(self, name: str) -> StoredSegment:
        """The segment of a name; UserError where there is none."""
        found = {segment.name: segment for segment in self.list()}
        if name not in found:
            near = get_close_matches(name, found, 1)
            raise UserError.of(
                t("There is no segment “{name}”.", name=name),
                t("The nearest is {near}.", near=near[0]) if near else "",
                t("“crmeter segments list” lists them."),
            )
        return found[name]

    def list(self) -> tuple[StoredSegment, ...]:
        """All segments by name."""
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            rows = connection.execute(select(SEGMENT).order_by(SEGMENT.c.name)).mappings().all()
        return tuple(_read(row["name"], row["saved_at"], row["definition"]) for row in rows)

    def delete(self, name: str) -> None:
        """Forget a segment; UserError where there is none."""
        self.get(name)
        with saying_what_is_wrong(self._engine.url), self._engine.begin() as connection:
            connection.execute(delete(SEGMENT).where(SEGMENT.c.name == name))


def _read(name: str, saved_at: str, definition: str) -> StoredSegment:
    told = json.loads(definition)
    return StoredSegment(name, saved_at, tuple(told["where"]), told["rfm"], told["tier"])
