"""Cases: those opened and those resolved on a day, and those open at an end."""

from __future__ import annotations

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.identity import as_survivor
from crmeter.model.populations.population import Horizon, Lasting, Population, Tables, hours, one


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


def contact_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    """Resolved cases with the number of their interactions. Where nobody noted whether a case was reopened, nobody
    knows whether the first contact settled it: it is in neither part."""
    cases = as_survivor(tables["case"], tables)
    cases = cases.filter(cases.resolved_on.notnull())
    contacts = tables["interaction"]
    contacts = contacts.filter(contacts.case_id.notnull(), contacts.on < horizon.as_of)
    contacts = contacts.group_by(contact_case_id=contacts.case_id).agg(contacts=contacts.count())
    cases = cases.left_join(contacts, cases.case_id == contacts.contact_case_id)
    return cases.mutate(
        on=cases.resolved_on,
        cases_judged=one(cases.reopened_count.notnull()),
        resolved_at_once=one((cases.reopened_count == 0) & (cases.contacts == 1)),
        cases_unjudged=one(cases.reopened_count.isnull()),
    )


def open_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    cases = as_survivor(tables["case"], tables)
    return cases.mutate(on=cases.opened_on, until=cases.resolved_on, open_cases=one(cases.case_id.notnull()))


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


SETTLED = Population(
    "settled",
    "case",
    ("case", "interaction", "customer_alias"),
    contact_rows,
    {
        "cases_judged": "cases resolved of which is known whether they were reopened",
        "resolved_at_once": "resolved with one interaction and never reopened",
        "cases_unjudged": "cases resolved of which nobody noted whether they were reopened",
    },
    rests_on=("interactions",),
)


OPEN_CASES = Population(
    "open_cases",
    "case",
    ("case", "customer_alias"),
    open_rows,
    {"open_cases": "cases open at the end"},
    lasting=Lasting.AT_END,
)
