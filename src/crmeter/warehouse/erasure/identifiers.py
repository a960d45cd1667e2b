"""Identifiers: in which columns they stand, and putting pseudonyms in their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import duckdb

from crmeter.model.table import Kind
from crmeter.model.tables import BY_NAME, DELIVERED
from crmeter.warehouse import schema
from crmeter.warehouse.erasure.register import Entry, Register
from crmeter.warehouse.identifier import literal, quoted

CUSTOMER = "customer"
SUBMISSION = "submission"  # of a survey: no table of its own
IDS = "erased_id"
"""Temporary: the identifiers to be replaced, as they stand in the rows at hand (kind, id, pseudonym)."""

Relations = Mapping[str, Sequence[str]]
"""Of each table the relations (SQL text) that hold rows of it."""

WHOLE: Relations = {
    table.name: tuple(quoted(where, table.name) for where in (schema.BELIEVED, schema.HISTORY)) for table in DELIVERED
}
"""All that is believed and was believed."""


@dataclass(frozen=True)
class Place:
    """A column that holds identifiers, in the rows r where ``where`` is true."""

    table: str
    column: str
    where: str = "true"


@lru_cache
def places(kind: str) -> tuple[Place, ...]:
    """Every column in which identifiers of a kind stand: the key, references to it, objects of actions in the CRM."""
    if kind == SUBMISSION:
        return (Place("survey_response", "submission_id"),)
    referring = (
        Place(table.name, column.name)
        for table in DELIVERED
        for column in table.columns
        if column.kind is Kind.REF and column.to == kind
    )
    others = ", ".join(literal(name) for name in BY_NAME if name != CUSTOMER)
    # what a CRM calls its customers is not known; what has the name of another table is none
    acted_on = f"lower(coalesce(r.object_kind, '')) NOT IN ({others})"
    if kind != CUSTOMER:
        acted_on = f"lower(r.object_kind) = {literal(kind)}"
    return (Place(kind, BY_NAME[kind].keys[0]), *referring, Place("usage", "object_id", acted_on))


def note(con: duckdb.DuckDBPyConnection, ids: Iterable[tuple[str, str, str]]) -> None:
    """Start with these identifiers: kind, id, pseudonym."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE {IDS} (kind VARCHAR, id VARCHAR, pseudonym VARCHAR)")
    add(con, ids)


def add(con: duckdb.DuckDBPyConnection, ids: Iterable[tuple[str, str, str]]) -> None:
    """Note more identifiers."""
    kinds, found, pseudonyms = ([*column] for column in zip(*ids, strict=True)) if (ids := [*ids]) else ([], [], [])
    con.execute(
        f"INSERT INTO {IDS} SELECT unnest($kinds::VARCHAR[]), unnest($found::VARCHAR[]), unnest($names::VARCHAR[])",
        {"kinds": kinds, "found": found, "names": pseudonyms},
    )


def recognise(
    con: duckdb.DuckDBPyConnection, register: Register, entries: Sequence[Entry], relations: Relations
) -> None:
    """Note those identifiers in ``relations`` that are known by the hashes of ``entries``."""
    note(con, ())
    for kind in dict.fromkeys(entry.kind for entry in entries):
        own = [entry for entry in entries if entry.kind == kind]
        texts = " UNION ".join(
            f"SELECT r.{quoted(place.column)} AS id FROM {relation} AS r WHERE {place.where} "
            f"AND list_contains($sizes, strlen(r.{quoted(place.column)}))"
            for place in places(kind)
            for relation in relations.get(place.table, ())
        )
        if texts:
            con.execute(
                f"INSERT INTO {IDS} SELECT $kind, id, pseudonym FROM ({texts}) JOIN "
                "(SELECT unnest($hashes) AS hash, unnest($names) AS pseudonym) ON hash = sha256($key || id)",
                {
                    "kind": kind,
                    "key": register.key,
                    "sizes": sorted({entry.trace.size for entry in own}),
                    "hashes": [entry.trace.hash for entry in own],
                    "names": [entry.pseudonym for entry in own],
                },
            )


def replace(con: duckdb.DuckDBPyConnection, relations: Relations) -> None:
    """Put the pseudonyms in the place of the identifiers that are noted."""
    kinds = [row[0] for row in con.execute(f"SELECT DISTINCT kind FROM {IDS} ORDER BY kind").fetchall()]
    for kind in kinds:
        for place in places(kind):
            for relation in relations.get(place.table, ()):
                name = quoted(place.column)
                con.execute(
                    f"UPDATE {relation} AS r SET {name} = m.pseudonym FROM {IDS} AS m "
                    f"WHERE m.kind = $kind AND r.{name} = m.id AND {place.where}",
                    {"kind": kind},
                )
