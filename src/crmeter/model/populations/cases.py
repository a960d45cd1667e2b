"""Cases: those opened and those resolved on a day."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from crmeter.model.identity import as_survivor
from crmeter.model.populations.population import Horizon, Population, Tables, hours, one


def opened_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    cases = as_survivor(tables["case"], tables)
    known = cases.first_response_on < horizon.as_of  # not so where there is none
    human = known & (cases.first_response_by.fill_null("human") == "human")
    waited = human.fill_null(False).ifelse(hours(cases.first_response_at, cases.opened_at), ibis.null("float64"))
    return cases.mutate(
        on=cases.opened_on,
        cases_opened=one(cases.case_id.notnull()),
        complaints=one(cases.kind == "complaint"),
        cases_answered=one(human),
        first_response_hours=waited,
    )


def resolved_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    cases = as_survivor(tables["case"], tables)
    cases = cases.filter(cases.resolved_on.notnull())
    return cases.mutate(
        on=cases.resolved_on,
        cases_resolved=one(cases.case_id.notnull()),
        resolution_hours=hours(cases.resolved_at, cases.opened_at),
        cases_timed=one(cases.handle_minutes.notnull()),
    )


OPENED = Population(
    "opened",
    "case",
    ("case", "customer_alias"),
    opened_rows,
    {
        "cases_opened": "cases opened",
        "complaints": "complaints",
        "cases_answered": "cases with a first response",
        "first_response_hours": "hours to the first response",
    },
)


RESOLVED = Population(
    "resolved",
    "case",
    ("case", "customer_alias"),
    resolved_rows,
    {
        "cases_resolved": "cases resolved",
        "resolution_hours": "hours to resolution",
        "cases_timed": "resolved cases with a handle time",
        "handle_minutes": "handle minutes",
    },
)
