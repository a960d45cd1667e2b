"""What a load delivers of people who were erased: kept under their pseudonyms, without what tells who they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from crmeter.model.tables import BY_NAME, DELIVERED
from crmeter.warehouse import schema
from crmeter.warehouse.erasure import identifiers, raw
from crmeter.warehouse.erasure.contents import belonging, count, empty
from crmeter.warehouse.erasure.erase import catch_up, ensure_known, named, record
from crmeter.warehouse.erasure.identifiers import Relations
from crmeter.warehouse.erasure.person import keys_that_tell, texts_of
from crmeter.warehouse.erasure.register import Entry, Register
from crmeter.warehouse.identifier import literal, quoted


@dataclass(frozen=True)
class Checked:
    """The rows that one mapping gave for a table, each with its place among the raw rows of ``source``."""

    source: str
    table: str
    relation: str


@dataclass
class Incoming:
    """Erased people in one load. ``is_behind`` where the warehouse had to be brought up to the register first."""

    con: duckdb.DuckDBPyConnection
    register: Register
    is_behind: bool
    _new: list[Entry] = field(default_factory=list)
    _held_back: bool = False

    @property
    def has_changed(self) -> bool:
        """Whether what was believed before may read otherwise now."""
        return self.is_behind or self._held_back

    @classmethod
    def into(cls, con: duckdb.DuckDBPyConnection, warehouse: Path) -> Incoming:
        """Before anything is loaded; UserError where the register is not there that should be."""
        register = Register.beside(warehouse)
        ensure_known(con, register)
        return cls(con, register, catch_up(con, register))

    def hold_back(self, candidates: Relations, checked: Sequence[Checked]) -> Mapping[str, int]:
        """Erase from the rows that are about to be believed (``candidates``), and from the raw rows they came from;
        how many rows were theirs, by table."""
        if not self.register.entries:
            return {}
        everything = {**candidates}
        for each in checked:
            everything[each.table] = (*everything.get(each.table, ()), each.relation)
        identifiers.recognise(self.con, self.register, self.register.entries, everything)
        texts = texts_of(self.con, candidates, candidates)
        self._note_new_keys(keys_that_tell(self.con, texts, candidates))
        beside = {t.name: (*candidates.get(t.name, ()), quoted(schema.BELIEVED, t.name)) for t in DELIVERED}
        rows = count(self.con, candidates, beside)
        raw.link(self.con, self.register, texts, [*self._origins(checked, beside)])
        raw.empty_raw(self.con)
        empty(self.con, candidates, beside)
        identifiers.replace(self.con, everything)
        self._held_back = bool(rows)
        return rows

    def _origins(self, checked: Sequence[Checked], beside: Relations) -> Sequence[raw.Origin]:
        found = []
        for each in checked:
            theirs = belonging(BY_NAME[each.table], beside)
            if theirs:
                found.append(raw.Origin(each.relation, theirs, source=literal(each.source)))
        return found

    def _note_new_keys(self, keys: Sequence[tuple[str, str]]) -> None:
        """Keys of new rows that tell who it is, such as a further order C17-3."""
        known = set(self.con.execute(f"SELECT kind, id FROM {identifiers.IDS}").fetchall())
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        for kind in dict.fromkeys(kind for kind, _ in keys):
            fresh = named(kind, [key for of, key in keys if of == kind and (of, key) not in known])
            identifiers.add(self.con, fresh)
            self._new += [Entry(kind, self.register.trace(key), name, at, "") for _, key, name in fresh]

    def forget_refused(self, lines: str) -> None:
        """Empty the values of refused rows of theirs in the relation ``lines``."""
        if self.register.entries:
            raw.empty_quarantine(self.con, lines)

    def keep(self) -> None:
        """What was learnt by this load, before it is published."""
        if self._new:
            record(self.con, self._new)
            self.register.with_entries(self._new, ()).save()
