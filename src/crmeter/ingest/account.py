"""The account of a load: every row that was read is accepted, unchanged or in quarantine. Checked, not assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb

from crmeter.ingest import quarantine
from crmeter.ingest.references import IMPLIED_SOURCE
from crmeter.ingest.report import TableCount
from crmeter.ingest.staging import Staged
from crmeter.model.tables import TABLES
from crmeter.warehouse.history import Merged


def accounts(
    con: duckdb.DuckDBPyConnection, staged: list[Staged], merged: Mapping[str, Mapping[str, Merged]]
) -> Iterator[TableCount]:
    """One account for each source and table that was read or whose rows are gone.

    ``merged`` is what became of the rows, by table and source. Raises RuntimeError (an error of ours, nothing is
    published then) where an account does not balance.
    """
    read = _read(con, staged)
    refused = quarantine.counts(con)
    for table in TABLES:
        for source, count in merged[table.name].items():
            place = (source, table.name)
            if source == IMPLIED_SOURCE or (place not in read and not count.gone):
                continue
            counted = TableCount(
                source,
                table.name,
                read=read.get(place, 0),
                accepted=count.accepted,
                quarantined=refused.get(place, 0),
                unchanged=count.unchanged,
                changed=count.changed,
                gone=count.gone,
            )
            if not counted.balances:
                raise RuntimeError(f"rows are not accounted for: {counted}")
            yield counted


def _read(con: duckdb.DuckDBPyConnection, staged: list[Staged]) -> dict[tuple[str, str], int]:
    """The rows that mappings gave, and the records of their raw tables that never landed, by (source, table)."""
    read = {(each.source, each.table.name): each.read for each in staged}
    never_landed = con.execute(
        f'SELECT source, "table", count(*) FROM (SELECT DISTINCT source, "table", id FROM {quarantine.REFUSED} '
        "WHERE id < 0) GROUP BY ALL"
    ).fetchall()
    for source, table, count in never_landed:
        if (source, table) in read:
            read[source, table] += count
    return read
