"""A source whose rows stand in the test, and a workspace that loads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from crmeter.ingest.configured import ConfiguredSource
from crmeter.ingest.report import LoadReport, TableCount
from crmeter.ingest.run import ingest
from crmeter.ingest.source import BadRow, RawTable
from crmeter.model.rules import Rules

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Delivery:
    """Delivers the rows it holds, every value as text; row numbers start at 2, as in a file with a header."""

    name: str
    tables: Mapping[str, Sequence[Row]]
    bad: tuple[BadRow, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of tables without rows

    def land(
        self, con: duckdb.DuckDBPyConnection, schema: str, progress: Callable[[str, float | None], None]
    ) -> tuple[list[RawTable], list[BadRow]]:
        landed = []
        for table, rows in self.tables.items():
            columns = tuple(dict.fromkeys(name for row in rows for name in row)) or self.columns[table]
            described = ", ".join(f'"{name}" VARCHAR' for name in columns)
            con.execute(f'CREATE TABLE "{schema}"."{table}" ({described}, _file VARCHAR, _row BIGINT)')
            if rows:
                values = {f"c{i}": [row.get(name) for row in rows] for i, name in enumerate(columns)}
                unnested = ", ".join(f"unnest($c{i}::VARCHAR[])" for i in range(len(columns)))
                con.execute(
                    f'INSERT INTO "{schema}"."{table}" SELECT {unnested}, $file, unnest($rows)',
                    {**values, "file": f"{table}.csv", "rows": list(range(2, len(rows) + 2))},
                )
            landed.append(RawTable(table, columns, len(rows), (f"{table}.csv",)))
        return landed, list(self.bad)


@dataclass
class Workspace:
    """A folder with mappings and a warehouse."""

    root: Path
    rules: Rules = field(default_factory=lambda: Rules("TWD", "Asia/Taipei"))

    @property
    def warehouse(self) -> Path:
        return self.root / "data" / "warehouse.duckdb"

    def map(self, source: str, table: str, select: str) -> None:
        path = self.root / "mappings" / source / f"{table}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(select, "utf-8")

    def map_as_is(self, delivery: Delivery) -> None:
        """Map each raw table to the canonical table of its name, column by column."""
        for table, rows in delivery.tables.items():
            names = tuple(dict.fromkeys(name for row in rows for name in row)) or delivery.columns[table]
            self.map(delivery.name, table, f'SELECT {quoted_all(names)} FROM "{table}"')

    def load(self, *deliveries: Delivery, now: datetime = NOW, names: Sequence[str] = (), **given: Any) -> LoadReport:
        """Map as is what has no mapping yet, then ingest."""
        for delivery in deliveries:
            if not (self.root / "mappings" / delivery.name).exists():
                self.map_as_is(delivery)
        sources = [ConfiguredSource(delivery, **given) for delivery in deliveries]
        return ingest(self.root, self.warehouse, self.rules, sources, names, now=now)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        con = duckdb.connect(str(self.warehouse), read_only=True)
        try:
            return con.execute(sql).fetchall()
        finally:
            con.close()


def account(report: LoadReport, table: str, source: str = "shop") -> TableCount:
    """The account of one table."""
    return next(count for count in report.tables if (count.source, count.table) == (source, table))


def order(number: int | str, customer: str = "ann", **changes: str | None) -> dict[str, str | None]:
    """A good order, with some columns changed."""
    row: dict[str, str | None] = {
        "order_id": str(number),
        "customer_id": customer,
        "ordered_at": "2025-03-01 10:00:00",
        "amount": "100",
        "currency": "TWD",
        "kind": "sale",
    }
    return {**row, **changes}


def quoted_all(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
