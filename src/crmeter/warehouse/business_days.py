"""The table of business days: from when to when the company is open, on every day of a case."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from datetime import date

import duckdb

from crmeter.kernel.working_time import business_days
from crmeter.model.rules import Rules

EARLIEST = date(1900, 1, 1)  # no case is older, whatever a date says
_COLUMNS = {
    "day": "DATE",
    "opens_at": "TIMESTAMP",
    "breaks_at": "TIMESTAMP",
    "resumes_at": "TIMESTAMP",
    "closes_at": "TIMESTAMP",
    "before_seconds": "BIGINT",
    "known": "BOOLEAN",
}


def refresh_business_days(con: duckdb.DuckDBPyConnection, rules: Rules, as_of: date) -> None:
    """Build ``derived.business_day`` anew: one row for every day from the first to the last on which a case was opened,
    answered or resolved before the horizon; none where no business hours are set."""
    columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    con.execute(f"CREATE OR REPLACE TABLE derived.business_day ({columns})")
    span = _days_of_cases(con, as_of) if rules.working.hours else None
    if span:
        days = business_days(rules.working, rules.timezone, *span)
        # one JSON parameter: binding lists of values one by one costs a hundred times as much
        rows = json.dumps([dict(zip(_COLUMNS, astuple(day), strict=True)) for day in days], default=str)
        con.execute(
            "INSERT INTO derived.business_day SELECT unnest(from_json($rows::JSON, $shape), recursive := true)",
            {"rows": rows, "shape": json.dumps([_COLUMNS])},
        )


def years_unknown(con: duckdb.DuckDBPyConnection, rules: Rules, as_of: date) -> Sequence[int]:
    """The years of cases whose public holidays are not known, so that their days count by the weekday alone; none where
    no business hours are set."""
    span = _days_of_cases(con, as_of) if rules.working.hours else None
    return [year for year in range(span[0].year, span[1].year + 1) if not rules.working.is_known(year)] if span else []


def _days_of_cases(con: duckdb.DuckDBPyConnection, as_of: date) -> tuple[date, date] | None:
    row = con.execute(
        "SELECT min(day), max(day) FROM (SELECT unnest([opened_on, first_response_on, resolved_on]) AS day "
        'FROM main."case") WHERE day >= $earliest AND day < $as_of',
        {"earliest": EARLIEST, "as_of": as_of},
    ).fetchone()
    return (row[0], row[1]) if row and row[0] else None
