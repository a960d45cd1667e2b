"""Cases on the clock of business hours: the same rows as :mod:`cases`, none where no business hours are set.

``business_day(day, opens_at, breaks_at, resumes_at, closes_at, before_seconds, known)`` says for each business date
from when to when the company is open, in UTC, and how many business seconds all days before it have. The business time
of an instant is what has passed of its own day, and all before; the time between two instants is their difference.
"""

from __future__ import annotations

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.populations.cases import OPENED, RESOLVED
from crmeter.model.populations.population import Horizon, Population, Tables, one


def on_the_clock(rows: ir.Table, tables: Tables, event: str) -> ir.Table:
    """``rows`` with the business seconds of an event (``opened`` of opened_at) and whether its holidays are known.

    Rows whose day is none of ``business_day`` have null for both.
    """
    day = tables["business_day"]
    day = day.select(**{f"{event}_{name}": day[name] for name in day.columns})
    met = rows.left_join(day, rows[f"{event}_on"] == day[f"{event}_day"])
    at, (opens, breaks, resumes, closes) = (
        met[f"{event}_at"],
        (met[f"{event}_{name}"] for name in ("opens_at", "breaks_at", "resumes_at", "closes_at")),
    )
    morning = _passed(at, opens, breaks)
    afternoon = _passed(at, resumes, closes)
    return met.mutate(
        **{
            f"{event}_clock": met[f"{event}_before_seconds"] + morning + afternoon,
            f"{event}_known": met[f"{event}_known"],
        }
    )


def _passed(at: ir.TimestampValue, start: ir.TimestampValue, end: ir.TimestampValue) -> ir.IntegerValue:
    """The seconds of ``[start, end)`` that have passed at an instant."""
    until = ibis.greatest(start, ibis.least(at, end))
    return until.epoch_seconds() - start.epoch_seconds()


def _hours(rows: ir.Table, later: str, earlier: str) -> ir.FloatingValue:
    return (rows[f"{later}_clock"] - rows[f"{earlier}_clock"]).cast("float64") / 3600.0


def opened_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    rows = on_the_clock(OPENED.rows(tables, horizon), tables, "opened")
    rows = on_the_clock(rows.filter(rows.opened_clock.notnull()), tables, "first_response")
    waited = rows.first_response_hours.notnull()  # by a person, before the horizon
    return rows.mutate(
        first_response_business_hours=waited.ifelse(_hours(rows, "first_response", "opened"), ibis.null("float64")),
        holidays_unknown=one(~rows.opened_known | (waited & ~rows.first_response_known)),
    )


def resolved_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    rows = on_the_clock(RESOLVED.rows(tables, horizon), tables, "resolved")
    rows = on_the_clock(rows.filter(rows.resolved_clock.notnull()), tables, "opened")
    return rows.mutate(
        resolution_business_hours=_hours(rows, "resolved", "opened"),
        holidays_unknown=one(~rows.resolved_known | ~rows.opened_known),
    )


_UNKNOWN = "cases on days whose holidays are not known"

OPENED_IN_HOURS = Population(
    "opened_in_hours",
    "case",
    (*OPENED.needs, "business_day"),
    opened_rows,
    {"first_response_business_hours": "business hours to the first response", "holidays_unknown": _UNKNOWN},
)

RESOLVED_IN_HOURS = Population(
    "resolved_in_hours",
    "case",
    (*RESOLVED.needs, "business_day"),
    resolved_rows,
    {"resolution_business_hours": "business hours to resolution", "holidays_unknown": _UNKNOWN},
)
