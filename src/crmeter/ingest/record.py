"""What is written down of each load: its account, its notes, how columns were read, and the rules it went by."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from crmeter.ingest.report import LoadReport
from crmeter.ingest.staging import Staged
from crmeter.model.rules import Rules


@dataclass(frozen=True)
class Before:
    """The load before this one: its number (0 if there is none), horizon and rules."""

    load: int
    as_of: date | None
    rules: str


def before(con: duckdb.DuckDBPyConnection) -> Before:
    """The newest load of the warehouse."""
    row = con.execute("SELECT load, as_of, rules FROM meta.load ORDER BY load DESC LIMIT 1").fetchone()
    return Before(*row) if row else Before(0, None, "")


def written(rules: Rules) -> str:
    """Rules as they are kept with a load."""
    return json.dumps(rules.as_json(), ensure_ascii=False)


def record(con: duckdb.DuckDBPyConnection, report: LoadReport, rules: Rules) -> None:
    """Keep the account, the notes and the horizons of a new load."""
    for c in report.tables:
        con.execute(
            "INSERT INTO meta.load_table VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [report.load, c.source, c.table, c.read, c.accepted, c.quarantined, c.unchanged, c.changed, c.gone],
        )
    for note in report.notes:
        con.execute(
            "INSERT INTO meta.note VALUES (?, ?, ?, ?, ?, ?)",
            [report.load, note.source, note.table, note.kind, note.count, note.text],
        )
    instants = [_plain(report.started_at), _plain(report.finished_at)]
    con.execute(
        "INSERT INTO meta.load VALUES (?, ?, ?, ?, ?, ?)",
        [report.load, *instants, report.as_of, report.history_start, written(rules)],
    )


def record_formats(con: duckdb.DuckDBPyConnection, sources: Sequence[str], staged: list[Staged]) -> None:
    """Keep how each column of these sources was read."""
    con.execute("DELETE FROM meta.format WHERE list_contains($sources, source)", {"sources": list(sources)})
    for each in staged:
        for column, label in each.conversion.formats:
            con.execute("INSERT INTO meta.format VALUES (?, ?, ?, ?)", [each.source, each.table.name, column, label])


def _plain(instant: datetime) -> datetime:
    """In UTC, without saying so, as instants are stored."""
    return instant.astimezone(UTC).replace(tzinfo=None)
