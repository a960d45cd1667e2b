"""The table of business days: from when to when the company is open, on every day of a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb

from crmeter.kernel.working_time import business_days
from crmeter.model.rules import Rules
from crmeter.warehouse.engines.embedded import on
from crmeter.warehouse.engines.engine import Engine

EARLIEST = date(1900, 1, 1)  # no case is older, whatever a date says
_EVENTS = ("opened_on", "first_response_on", "resolved_on")
_COLUMNS = {
    "day": "DATE",
    "opens_at": "TIMESTAMP",
    "breaks_at": "TIMESTAMP",
    "resumes_at": "TIMESTAMP",
    "closes_at": "TIMESTAMP",
    "before_seconds": "BIGINT",
    "known": "BOOLEAN",
}


def refresh_business_days(where: Engine | duckdb.DuckDBPyConnection, rules: Rules, as_of: date) -> None:
    """Build ``derived.business_day`` anew: one row for every day from the first to the last on which a case was opened,
    answered or resolved before the horizon; none where no business hours are set."""
    engine = on(where)
    span = _days_of_cases(engine, as_of) if rules.working.hours else None
    days = business_days(rules.working, rules.timezone, *span) if span else ()
    engine.derive_rows("business_day", _COLUMNS, [tuple(vars(day).values()) for day in days])


def years_unknown(where: Engine | duckdb.DuckDBPyConnection, rules: Rules, as_of: date) -> Sequence[int]:
    """The years of cases whose public holidays are not known, so that their days count by the weekday alone; none where
    no business hours are set."""
    span = _days_of_cases(on(where), as_of) if rules.working.hours else None
    return [year for year in range(span[0].year, span[1].year + 1) if not rules.working.is_known(year)] if span else []


def _days_of_cases(engine: Engine, as_of: date) -> tuple[date, date] | None:
    cases = engine.named("main", "case")
    days = " UNION ALL ".join(f"SELECT {day} AS day FROM {cases}" for day in _EVENTS)
    [(first, last)] = engine.execute(
        f"SELECT min(day), max(day) FROM ({days}) AS days WHERE day >= $earliest AND day < $as_of",
        {"earliest": EARLIEST, "as_of": as_of},
    )
    return (first, last) if first else None
