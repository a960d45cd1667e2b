"""Raw rows and quarantine: which are the person's, and what is left of them.

Nobody says which column of a raw table holds what. A raw row is taken to be the person's where a believed row of theirs
comes from it, where the id stands in it, or where one of its cells is or holds a text that tells who it is. Too many
rows may be emptied so, never a number changed: raw rows are not counted, and come anew with every load.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import duckdb

from crmeter.model.tables import DELIVERED
from crmeter.warehouse import schema
from crmeter.warehouse.erasure.contents import belonging
from crmeter.warehouse.erasure.identifiers import CUSTOMER, IDS, WHOLE
from crmeter.warehouse.erasure.person import Texts
from crmeter.warehouse.erasure.register import Register
from crmeter.warehouse.identifier import literal, quoted

LINKED = "erased_raw"
"""Temporary: the raw rows that are the person's (source, name, id, file, row)."""

_PLACES = "erased_place"
_SAMPLE = 500  # rows of a table by which the columns of ids are known
_PREFIX = "raw_"


@dataclass(frozen=True)
class RawTable:
    """A raw table of the warehouse, with the types of its columns."""

    source: str
    name: str
    columns: dict[str, str]

    @property
    def relation(self) -> str:
        return quoted(_PREFIX + self.source, self.name)


@dataclass(frozen=True)
class Origin:
    """Rows whose place among the raw rows is known: ``relation`` has customer_id, _source, _file, _row in the rows r
    where ``where`` is true; ``theirs`` says which are the person's."""

    relation: str
    theirs: str
    where: str = "true"
    source: str = "r._source"


def raw_tables(con: duckdb.DuckDBPyConnection) -> list[RawTable]:
    """Every raw table there is."""
    rows = con.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database() AND starts_with(schema_name, $prefix) "
        "ORDER BY schema_name, table_name, column_index",
        {"prefix": _PREFIX},
    ).fetchall()
    found: dict[tuple[str, str], dict[str, str]] = {}
    for of, name, column, kind in rows:
        found.setdefault((of.removeprefix(_PREFIX), name), {})[column] = kind
    return [RawTable(source, name, columns) for (source, name), columns in found.items()]


def believed_origins() -> Iterator[Origin]:
    """Believed rows that were new or changed in the newest load of their source: only their places are still true."""
    newest = "(r._source, r._load) IN (SELECT (source, max(load)) FROM meta.load_table GROUP BY source)"
    for table in DELIVERED:
        theirs = belonging(table, WHOLE, noted=True)
        if theirs:
            yield Origin(quoted(schema.BELIEVED, table.name), theirs, newest)


def link(con: duckdb.DuckDBPyConnection, register: Register, texts: Texts, origins: Sequence[Origin]) -> None:
    """Find the person's raw rows."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {LINKED} (source VARCHAR, name VARCHAR, id BIGINT, file VARCHAR, row BIGINT)"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE {_PLACES} (source VARCHAR, file VARCHAR, row BIGINT)")
    for origin in origins:
        con.execute(
            f"INSERT INTO {_PLACES} SELECT DISTINCT {origin.source}, r._file, r._row FROM {origin.relation} AS r "
            f"WHERE {origin.where} AND {origin.theirs}"
        )
    tables = raw_tables(con)
    headers = _id_headers(con, tables, origins)
    for table in tables:
        _link_one(con, register, texts, table, [c for c in table.columns if c.casefold() in headers])


def _link_one(
    con: duckdb.DuckDBPyConnection, register: Register, texts: Texts, table: RawTable, ids: Sequence[str]
) -> None:
    columns = [name for name in table.columns if name not in ("_file", "_row")]
    cells = [f"lower(trim(CAST({quoted(name)} AS VARCHAR)))" for name in columns]
    given: dict[str, object] = {"source": table.source}
    parts = [f"SELECT r.rowid AS id FROM {table.relation} AS r SEMI JOIN {_PLACES} AS p "
             "ON p.source = $source AND p.file = r._file AND p.row = r._row"]  # fmt: skip
    for name in ids:
        parts.append(
            f"SELECT r.rowid FROM {table.relation} AS r SEMI JOIN {IDS} AS m "
            f"ON m.kind = '{CUSTOMER}' AND m.id = trim(CAST(r.{quoted(name)} AS VARCHAR))"
        )
    if register.traces:
        given |= {"key": register.key, "sizes": sorted({each.size for each in register.traces})}
        given["hashes"] = [each.hash for each in register.traces]
        for cell in cells:
            hashed = f"CASE WHEN list_contains($sizes, strlen({cell})) THEN sha256($key || {cell}) END"
            parts.append(
                f"SELECT id FROM (SELECT rowid AS id, {hashed} AS hash FROM {table.relation}) "
                "WHERE hash IN (SELECT unnest($hashes))"
            )
    if texts.within and cells:
        given["within"] = list(texts.within)
        line = f"lower(concat_ws(chr(31), {', '.join(cells)}))"
        parts.append(
            f"SELECT id FROM (SELECT rowid AS id, {line} AS line FROM {table.relation}) "
            "WHERE len(list_filter($within::VARCHAR[], lambda text: contains(line, text))) > 0"
        )
    con.execute(
        f"INSERT INTO {LINKED} SELECT $source, {literal(table.name)}, r.rowid, r._file, r._row "
        f"FROM {table.relation} AS r WHERE r.rowid IN ({' UNION '.join(parts)})",
        given,
    )


def _id_headers(con: duckdb.DuckDBPyConnection, tables: Iterable[RawTable], origins: Sequence[Origin]) -> set[str]:
    """The headers of raw columns in which customers' ids stand as they are: known by some rows of each table."""
    samples = " UNION ALL ".join(
        f"(SELECT {origin.source} AS source, r._file AS file, r._row AS row, r.customer_id AS id "
        f"FROM {origin.relation} AS r WHERE {origin.where} AND r.customer_id IS NOT NULL LIMIT {_SAMPLE})"
        for origin in origins
    )
    found: set[str] = set()
    if not samples:
        return found
    con.execute(f"CREATE OR REPLACE TEMP TABLE erased_sample AS {samples}")
    for table in tables:
        columns = [name for name in table.columns if name not in ("_file", "_row")]
        same = [f"count(*) FILTER (trim(CAST(r.{quoted(c)} AS VARCHAR)) = s.id)" for c in columns]
        [(rows, *counts)] = con.execute(
            f"SELECT {', '.join(('count(*)', *same))} FROM erased_sample AS s JOIN {table.relation} AS r "
            "ON s.source = $source AND s.file = r._file AND s.row = r._row",
            {"source": table.source},
        ).fetchall()
        found |= {c.casefold() for c, count in zip(columns, counts, strict=True) if rows and 2 * count > rows}
    return found


def empty_raw(con: duckdb.DuckDBPyConnection) -> None:
    """Empty the raw rows that are linked; where the id stood, the pseudonym stands."""
    ids = con.execute(f"SELECT id, pseudonym FROM {IDS} WHERE kind = '{CUSTOMER}'").fetchall()
    given = {"ids": [row[0] for row in ids], "names": [row[1] for row in ids]}
    touched = set(con.execute(f"SELECT DISTINCT source, name FROM {LINKED}").fetchall())
    for table in raw_tables(con):
        if (table.source, table.name) not in touched:
            continue
        values = []
        for name, kind in table.columns.items():
            if name not in ("_file", "_row"):
                is_text = kind == "VARCHAR"
                named = f"list_extract($names, list_position($ids::VARCHAR[], trim({quoted(name)})))"
                values.append(f"{quoted(name)} = {named if is_text and ids else 'NULL'}")
        con.execute(
            f"UPDATE {table.relation} SET {', '.join(values)} WHERE rowid IN "
            f"(SELECT id FROM {LINKED} WHERE source = $source AND name = {literal(table.name)})",
            {"source": table.source, **(given if any("$names" in value for value in values) else {})},
        )


def empty_quarantine(con: duckdb.DuckDBPyConnection, lines: str) -> int:
    """Empty the values of refused rows that are the person's, in the relation ``lines``; how many.

    A record that never became a raw row might be anybody's: from the first erasure on its value is not kept. Where it
    stands and why it was refused is.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE erased_line (source VARCHAR, file VARCHAR, row BIGINT, is_theirs BOOLEAN)"
    )
    told = f'SELECT DISTINCT source, file, "row" AS row FROM {lines} WHERE value IS NOT NULL AND source = $source'
    for table in raw_tables(con):
        con.execute(
            f"INSERT INTO erased_line SELECT DISTINCT q.source, q.file, q.row, l.id IS NOT NULL FROM ({told}) AS q "
            f"JOIN {table.relation} AS r ON r._file = q.file AND r._row = q.row "
            f"LEFT JOIN {LINKED} AS l ON l.source = q.source AND l.name = {literal(table.name)} AND l.id = r.rowid",
            {"source": table.source},
        )
    keep = "SELECT 1 FROM erased_line AS k WHERE k.source = q.source AND k.file = q.file AND k.row = q.row"
    row = con.execute(
        f"UPDATE {lines} AS q SET value = NULL WHERE value IS NOT NULL "
        f"AND (NOT EXISTS ({keep} AND NOT k.is_theirs) OR EXISTS ({keep} AND k.is_theirs))"
    ).fetchone()
    return row[0] if row else 0


def linked(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, int], tuple[str, ...]]:
    """How many raw rows of each raw table are the person's, and the files they stand in."""
    counts = con.execute(f"SELECT source || '.' || name, count(*) FROM {LINKED} GROUP BY ALL ORDER BY ALL").fetchall()
    files = con.execute(f"SELECT DISTINCT file FROM {LINKED} WHERE file IS NOT NULL ORDER BY ALL").fetchall()
    return dict(counts), tuple(row[0] for row in files)


def files_in_place(con: duckdb.DuckDBPyConnection) -> set[str]:
    """The files that the person's believed rows came from, of sources whose raw rows are not kept here."""
    kept = [table.source for table in raw_tables(con)]
    found: set[str] = set()
    for table in DELIVERED:
        theirs = belonging(table, WHOLE, noted=True)
        if theirs:
            rows = con.execute(
                f"SELECT DISTINCT r._file FROM {quoted(schema.BELIEVED, table.name)} AS r WHERE {theirs} "
                "AND r._file IS NOT NULL AND NOT list_contains($kept::VARCHAR[], r._source)",
                {"kept": kept},
            ).fetchall()
            found.update(row[0] for row in rows)
    return found


def was_refused(con: duckdb.DuckDBPyConnection, customer: str) -> bool:
    """Whether a customer of that id was refused, so that it stands among the raw rows alone."""
    for table in raw_tables(con):
        columns = [name for name in table.columns if name not in ("_file", "_row")]
        cells = ", ".join(f"trim(CAST(r.{quoted(name)} AS VARCHAR))" for name in columns)
        found = (
            cells
            and con.execute(
                f"SELECT 1 FROM {table.relation} AS r JOIN meta.quarantine AS q "
                'ON q.source = $source AND q.file = r._file AND q."row" = r._row AND q."table" = \'customer\' '
                f"WHERE list_contains([{cells}], $id) LIMIT 1",
                {"source": table.source, "id": customer},
            ).fetchone()
        )
        if found:
            return True
    return False
