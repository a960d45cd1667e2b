"""Silent risk: customers of high value who are not heard, or were heard and not answered.

Looked at are the customers at the data horizon and what was heard of them in the 365 days before it. Each is in one
group, the first of these that fits: a complaint waits for an answer; the last answer was low; asked, but silent; never
asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from crmeter.analysis.selection import customers_chosen
from crmeter.kernel.period import Period
from crmeter.metrics.customers import by_customer
from crmeter.metrics.measures import Total, cell
from crmeter.model.identity import as_survivor
from crmeter.model.populations import POPULATIONS
from crmeter.model.populations.answers import rescaled
from crmeter.model.populations.population import Horizon
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

DAYS = 365
WAITING, LOW, SILENT, NEVER_ASKED, HEARD = "complaint_waiting", "low_answer", "silent", "never_asked", "heard"
STATES = (WAITING, LOW, SILENT, NEVER_ASKED, HEARD)
LOW_INDEX = 30.0  # of 0 to 100: 1 or 2 of 5 points
DETRACTOR = 6.0


@dataclass(frozen=True)
class Customer:
    """One customer of the tier, what was heard of it, and what it brought in the year."""

    customer_id: str
    state: str
    revenue: float


def silent_risk(warehouse: Warehouse, rules: Rules, tier: str) -> list[Customer]:
    """The customers of a tier at the data horizon, those who brought most in the year first."""
    end = warehouse.load.as_of
    year = Period(end - timedelta(days=DAYS), end)
    numbers = by_customer(warehouse, rules, year, [cell("customers_end"), cell("revenue")])
    invited = by_customer(
        warehouse, rules, year, [Total("invitations", "invitations"), Total("invitations", "answered")]
    )
    tiers = dict(warehouse.rows(customers_chosen(warehouse, rules, by=["customer.tier"])))
    last, waiting = _last_answers(warehouse, year), _waiting(warehouse, rules, year)
    spoke = _spoke(warehouse, year)
    found = []
    for id, (there, revenue) in numbers.items():
        if id is None or not there or tiers.get(id) != tier:
            continue
        asked, answered = invited.get(id, (0.0, 0.0))
        if id in waiting:
            state = WAITING
        elif last.get(id):
            state = LOW
        elif answered or id in last or id in spoke:
            state = HEARD
        else:
            state = SILENT if asked else NEVER_ASKED
        found.append(Customer(id, state, revenue))
    return sorted(found, key=lambda c: (-c.revenue, c.customer_id))


def _last_answers(warehouse: Warehouse, year: Period) -> dict[str, bool]:
    """Whether the last answer of each was low: a detractor, or 1 or 2 of 5 points."""
    tables = warehouse.tables
    answers = as_survivor(tables["survey_response"], tables)
    on = answers.responded_on.coalesce(answers.invited_on)
    answers = answers.filter(answers.score.notnull(), answers.customer_id.notnull(), on >= year.start, on < year.end)
    answers = answers.filter(answers.instrument != "ces")  # effort: which end is good differs
    low = (answers.instrument == "nps").ifelse(answers.score <= DETRACTOR, rescaled(answers) <= LOW_INDEX)
    rows = answers.select("customer_id", "response_id", low=low, day=answers.responded_on.coalesce(answers.invited_on))
    rows = rows.order_by("day", "response_id")
    return {id: bool(is_low) for id, _, is_low, _ in warehouse.rows(rows)}


def _waiting(warehouse: Warehouse, rules: Rules, year: Period) -> frozenset[str]:
    """Who complained and has no answer and no solution."""
    tables = warehouse.tables
    horizon = Horizon(rules.currency, warehouse.load.as_of)
    rows = POPULATIONS["opened"].rows(tables, horizon)
    rows = rows.filter(rows.complaints == 1, rows.cases_answered == 0, rows.customer_id.notnull())
    rows = rows.filter(rows.on >= year.start, rows.on < year.end)
    rows = rows.filter(rows.resolved_on.isnull() | (rows.resolved_on >= horizon.as_of))
    return frozenset(id for (id,) in warehouse.rows(rows.select("customer_id").distinct()))


def _spoke(warehouse: Warehouse, year: Period) -> frozenset[str]:
    """Who said something unasked."""
    tables = warehouse.tables
    rows = as_survivor(tables["feedback"], tables)
    rows = rows.filter(rows.voice == "customer", rows.customer_id.notnull(), rows.on >= year.start, rows.on < year.end)
    return frozenset(id for (id,) in warehouse.rows(rows.select("customer_id").distinct()))
