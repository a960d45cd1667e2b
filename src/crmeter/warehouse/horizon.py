"""Where the history of purchases begins."""

from __future__ import annotations

from datetime import date

import duckdb


def history_start(con: duckdb.DuckDBPyConnection) -> date | None:
    """The business date of the first sale that does not only invoice a subscription; None where there is none."""
    row = con.execute(
        "SELECT min(ordered_on) FROM main.\"order\" WHERE kind = 'sale' AND subscription_id IS NULL"
    ).fetchone()
    first: date | None = row[0] if row else None
    return first
