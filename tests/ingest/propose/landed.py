"""Raw tables as a file source would land them, written as a header and rows."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from crmeter.ingest.mapping import bind, check, quoted
from crmeter.ingest.propose import Proposals, propose
from crmeter.ingest.source import RawTable
from crmeter.model.tables import BY_NAME

Row = Sequence[str | None]


class Landed:
    """Raw tables in a database of its own."""

    def __init__(self) -> None:
        self.con = duckdb.connect()
        self.con.execute("CREATE SCHEMA raw_x")
        self.tables: list[RawTable] = []

    def add(self, name: str, header: str | Sequence[str], *rows: str | Row, file: str = "") -> Landed:
        """A table from lines such as ``"id | name"``; an empty cell is null, as landing has it."""
        columns = _cells(header)
        typed = ", ".join(f"{quoted(str(column))} VARCHAR" for column in columns)
        self.con.execute(f"CREATE TABLE raw_x.{quoted(name)} ({typed}, _file VARCHAR, _row BIGINT)")
        file = file or f"exports/{name}.csv"
        marks = ", ".join("?" * (len(columns) + 2))
        values = [[*_cells(row), file, place] for place, row in enumerate(rows, 2)]
        if values:
            self.con.executemany(f"INSERT INTO raw_x.{quoted(name)} VALUES ({marks})", values)
        self.tables.append(RawTable(name, tuple(map(str, columns)), len(rows), (file,)))
        return self

    def propose(self, currency: str = "TWD", timezone: str = "Asia/Taipei") -> Proposals:
        """The proposals; every complete mapping must pass the check, bind and run."""
        found = propose(self.con, "raw_x", self.tables, currency=currency, timezone=timezone)
        for table in found.tables:
            if table.complete:
                self.run(found, table.table)
        return found

    def run(self, found: Proposals, table: str) -> list[dict[str, object]]:
        """The rows that a proposed mapping gives, provenance left out."""
        proposal = found.table(table)
        assert proposal is not None and proposal.complete, f"no complete mapping for {table}"
        raw = {one.name: one.columns for one in self.tables}
        mapping = check(proposal.sql, f"{table}.sql", BY_NAME[table], raw)
        bind(mapping, self.con, "raw_x")
        cursor = self.con.execute(mapping.select("raw_x"))
        assert cursor.description is not None
        names = [name for name, *_ in cursor.description]
        return [
            {name: value for name, value in zip(names, row, strict=True) if name not in ("_file", "_row")}
            for row in cursor.fetchall()
        ]


def _cells(row: str | Row) -> list[str | None]:
    if isinstance(row, str):
        return [cell.strip() or None for cell in row.split("|")]
    return list(row)


def raw_columns(found: Proposals, table: str) -> dict[str, tuple[str, ...]]:
    """Canonical column → raw columns, of one proposal."""
    proposal = found.table(table)
    assert proposal is not None, f"nothing proposed for {table}; left over: {found.leftovers}"
    return {column.column: column.raw for column in proposal.columns}
