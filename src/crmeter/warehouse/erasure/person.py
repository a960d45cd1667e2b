"""A person: every customer that is counted as the same, and the texts that tell who it is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import duckdb

from crmeter.model.table import Kind
from crmeter.model.tables import DELIVERED
from crmeter.model.tables.customer import CUSTOMER as CUSTOMERS
from crmeter.warehouse import schema
from crmeter.warehouse.erasure.contents import belonging
from crmeter.warehouse.erasure.identifiers import CUSTOMER, IDS, SUBMISSION, WHOLE, Relations
from crmeter.warehouse.identifier import quoted

_LETTER = re.compile(r"[^\W\d_]")
_WIDE = re.compile(r"[\u3400-\u9fff\uac00-\ud7af\u3040-\u30ff]")
LONG = 16  # bytes of a comment from which on it is one person's


@dataclass(frozen=True)
class Texts:
    """What tells who somebody is: ``whole`` a cell that is nothing else, ``within`` wherever it stands in a text. All
    in small letters."""

    whole: tuple[str, ...]
    within: tuple[str, ...]


NO_TEXTS = Texts((), ())


def customers_of(con: duckdb.DuckDBPyConnection, customer: str) -> tuple[str, ...]:
    """The customer and all that were merged with it, whoever into whom; empty if there is no such customer."""
    own = "SELECT customer_id, merged_into FROM main.customer"
    past = "SELECT customer_id, merged_into FROM history.customer ANTI JOIN main.customer USING (customer_id)"
    known = con.execute(
        "SELECT 1 FROM (SELECT customer_id FROM main.customer UNION ALL SELECT customer_id FROM history.customer) "
        "WHERE customer_id = $id LIMIT 1",
        {"id": customer},
    ).fetchone()
    if not known:
        return ()
    merges = con.execute(f"FROM ({own} UNION {past}) WHERE merged_into IS NOT NULL").fetchall()
    beside: dict[str, set[str]] = defaultdict(set)
    for one, other in merges:
        beside[one].add(other)
        beside[other].add(one)
    found, open_ends = {customer}, [customer]
    while open_ends:
        further = beside[open_ends.pop()] - found
        found |= further
        open_ends += further
    return (customer, *sorted(found - {customer}))


def nearest(con: duckdb.DuckDBPyConnection, customer: str) -> str | None:
    """The id spelt most like one that there is none of."""
    row = con.execute(
        "SELECT customer_id FROM main.customer ORDER BY levenshtein(customer_id, $id), customer_id LIMIT 1",
        {"id": customer},
    ).fetchone()
    return row[0] if row else None


def texts_of(con: duckdb.DuckDBPyConnection, relations: Relations = WHOLE, others: Relations = WHOLE) -> Texts:
    """The texts of the customers that are noted, from the rows of ``relations``. A name that one of the ``others`` has
    too tells nobody apart, nor does a custom attribute."""
    ids = {row[0] for row in con.execute(f"SELECT id FROM {IDS} WHERE kind = '{CUSTOMER}'").fetchall()}
    # a bare number, or a short id, stands in raw rows for anything
    whole = {each.lower() for each in ids if len(each) >= 4 and not each.isdecimal()}
    names = set(_own(con, relations, "name", ids, others))
    addresses = {each for column in ("email", "phone") for each in _values(con, relations, column)}
    whole |= names | addresses
    within = {each for each in addresses if len(each) >= 6} | {each for each in names if _is_telling(each)}
    for attribute in schema.attributes(con, CUSTOMERS):
        texts = _own(con, relations, attribute, ids, others)
        whole |= {each for each in texts if len(each) >= 4 and _LETTER.search(each)}
    for table in DELIVERED:
        theirs = belonging(table, relations, noted=True)
        for column in table.columns if theirs and table is not CUSTOMERS else ():
            if column.personal:
                for relation in relations.get(table.name, ()):
                    rows = con.execute(
                        f"SELECT DISTINCT lower(trim(r.{quoted(column.name)})) FROM {relation} AS r WHERE {theirs}"
                    ).fetchall()
                    whole |= {row[0] for row in rows if row[0] and len(row[0].encode()) >= LONG}
    return Texts(tuple(sorted(whole - {""})), tuple(sorted(within)))


def _is_telling(name: str) -> bool:
    return len(name) >= (3 if _WIDE.search(name) else 6)


def _values(con: duckdb.DuckDBPyConnection, relations: Relations, column: str) -> Iterator[str]:
    for relation in relations.get(CUSTOMER, ()):
        rows = con.execute(
            f"SELECT DISTINCT lower(trim(CAST(r.{quoted(column)} AS VARCHAR))) FROM {relation} AS r "
            f"WHERE r.customer_id IN (SELECT id FROM {IDS} WHERE kind = '{CUSTOMER}')"
        ).fetchall()
        yield from (row[0] for row in rows if row[0])


def _own(
    con: duckdb.DuckDBPyConnection, relations: Relations, column: str, ids: Collection[str], others: Relations
) -> list[str]:
    """The values of a column that nobody else has."""
    found = sorted(set(_values(con, relations, column)))
    shared: set[str] = set()
    for relation in others.get(CUSTOMER, ()) if found else ():
        rows = con.execute(
            f"SELECT DISTINCT lower(trim(CAST({quoted(column)} AS VARCHAR))) AS value FROM {relation} "
            "WHERE NOT list_contains($ids, customer_id) AND list_contains($found, value)",
            {"ids": sorted(ids), "found": found},
        ).fetchall()
        shared |= {row[0] for row in rows}
    return [each for each in found if each not in shared]


def keys_that_tell(con: duckdb.DuckDBPyConnection, texts: Texts, relations: Relations = WHOLE) -> list[tuple[str, str]]:
    """Keys of the person's rows in other tables, as (kind, key), that hold the customer's id or a text of theirs: an
    order C17-2, an answer of ann@example.com."""
    found: set[tuple[str, str]] = set()
    for table in DELIVERED:
        theirs = belonging(table, relations, noted=True)
        if theirs is None or table is CUSTOMERS:
            continue
        columns = {table.name: table.keys[0]} if not table.key else {}
        if table.name == "survey_response":
            columns[SUBMISSION] = "submission_id"
        for kind, column in columns.items():
            for relation in relations.get(table.name, ()):
                rows = con.execute(
                    f"SELECT DISTINCT r.{quoted(column)} AS key FROM {relation} AS r WHERE {theirs} AND "
                    f"(EXISTS (SELECT 1 FROM {IDS} AS m WHERE m.kind = '{CUSTOMER}' AND regexp_matches(key, "
                    "'(^|[^0-9A-Za-z])' || regexp_escape(m.id) || '([^0-9A-Za-z]|$)')) "
                    "OR len(list_filter($within::VARCHAR[], lambda told: contains(lower(key), told))) > 0)",
                    {"within": list(texts.within)},
                ).fetchall()
                found |= {(kind, row[0]) for row in rows if row[0] is not None}
    return sorted(found)


def mentions(con: duckdb.DuckDBPyConnection, texts: Texts, relations: Relations = WHOLE) -> dict[str, int]:
    """Where a name, an address or a number still stands within another text, as ``table.column`` → rows: what others
    said, titles, products. They are not touched, since nobody can tell what else they say."""
    counts: dict[str, int] = {}
    if not texts.within:
        return counts
    for table in DELIVERED:
        columns = [c.name for c in table.columns if c.kind in (Kind.TEXT, Kind.KEY, Kind.REF)]
        if table is CUSTOMERS:
            columns += [name for name, kind in schema.attributes(con, CUSTOMERS).items() if kind == "VARCHAR"]
        tests = [
            f"len(list_filter($within::VARCHAR[], lambda erased_text: contains(lower({quoted(c)}), erased_text))) > 0"
            for c in columns
        ]
        for relation in relations.get(table.name, ()) if tests else ():
            row = con.execute(
                f"SELECT {', '.join(f'count(*) FILTER ({test})' for test in tests)} FROM {relation}",
                {"within": list(texts.within)},
            ).fetchone()
            for column, rows in zip(columns, row or (), strict=True):
                if rows:
                    name = f"{table.name}.{column}"
                    counts[name] = counts.get(name, 0) + rows
    return counts
