"""What had happened to those who left that had not to those who stayed: complaints, slow answers, low scores.

Whoever leaves is compared with all who had been customers for as long and stayed. A condition holds for WINDOW days
after it happened, so that it is asked of everybody at every moment, not of those who left alone. Only relationships
that began with a contract are looked at: when somebody who buys without one has left is not known to the month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crmeter.analysis.churn.known import known_before
from crmeter.analysis.churn.lifetimes import CONTRACT, Lifetimes, months
from crmeter.kernel.expressions import ir
from crmeter.model.populations.answers import answer_rows
from crmeter.model.populations.cases import opened_rows
from crmeter.model.populations.population import Horizon
from crmeter.model.rules import Rules
from crmeter.stats.multiple import adjusted_p
from crmeter.stats.survival.exposure import HazardRatio, RiskSets, changing_exposure, hazard_ratio
from crmeter.warehouse.duck import Warehouse

WINDOW = 90  # days
SLOW = 0.9  # slow is what takes longer than this share of first responses
LEAST = 10  # who left with and without the condition, below which nothing is said
Q = 0.05
Row = tuple[str, object]  # customer, day


@dataclass(frozen=True)
class Before:
    """One condition: how many of those who left had it in the days before, and how many times as often those leave who
    have it as others of the same tenure. ``lost`` are those among whom it could have been seen; ``ratio`` is None where
    too few left with it, or without it."""

    condition: str
    lost: int
    had_it: int
    ratio: HazardRatio | None
    q: float | None = None

    @property
    def beyond_noise(self) -> bool:
        return self.q is not None and self.q <= Q


def before_leaving(warehouse: Warehouse, rules: Rules, found: Lifetimes) -> tuple[list[Before], float | None]:
    """Each condition that happened at all, and the hours beyond which a first response is slow."""
    alike = found.of(CONTRACT)
    if not len(alike) or not alike.observed.any():
        return [], None
    known = known_before(warehouse.tables, found.as_of)
    horizon = Horizon(rules.currency, found.as_of, csi_weights=rules.csi_weights)
    cases = opened_rows(known, horizon)
    cases = cases.filter(cases.customer_id.notnull())
    limit = slow_hours(warehouse, cases)
    answers = answer_rows(known, horizon)
    answers = answers.filter(answers.customer_id.notnull())
    low = (answers.detractors == 1) | ((answers.csat_wide_answers == 1) & (answers.score <= answers.scale_min + 1))
    complaints, incidents = cases.filter(cases.kind == "complaint"), cases.filter(cases.kind == "incident")
    answered = cases.filter(cases.first_response_hours.notnull())
    slow = answered.filter(answered.first_response_hours > (limit or 0.0))
    read = {
        "complaint": (complaints.select("customer_id", "opened_on"), None),
        "incident": (incidents.select("customer_id", "opened_on"), None),
        "slow_answer": (slow.select("customer_id", "first_response_on"), answered),
        "low_score": (answers.filter(low).select("customer_id", "on"), answers),
    }
    told = []
    for name, (happened, among) in read.items():
        rows = warehouse.rows(happened)
        everybody = None if among is None else warehouse.rows(among.select(*happened.columns))
        if rows:
            told.append(_before(alike, name, rows, everybody))
    corrected = adjusted_p([each.ratio.p if each.ratio else None for each in told])
    return [Before(b.condition, b.lost, b.had_it, b.ratio, q) for b, q in zip(told, corrected, strict=True)], limit


def slow_hours(warehouse: Warehouse, cases: ir.Table) -> float | None:
    """The hours that one of ten first responses took longer than; None where there is none."""
    [(hours,)] = warehouse.rows(cases.agg(hours=cases.first_response_hours.quantile(SLOW)))
    return None if hours is None else float(hours)


def _before(found: Lifetimes, condition: str, rows: Sequence[Row], among: Sequence[Row] | None) -> Before:
    """Those with the condition against all others of the same tenure, or against the others ``among`` whom it could
    have been seen: who has no case cannot have waited for an answer."""
    sets = _sets(found, rows)
    if among is not None:
        seen = _sets(found, among)
        sets = RiskSets(seen.exposed, sets.exposed, seen.exposed_ends, sets.exposed_ends)
    lost, had_it = int(sets.ends.sum()), int(sets.exposed_ends.sum())
    enough = had_it >= LEAST and lost - had_it >= LEAST
    return Before(condition, lost, had_it, hazard_ratio(sets) if enough else None)


def _sets(found: Lifetimes, rows: Sequence[Row]) -> RiskSets:
    """The risk sets of what happened to a customer on a day, and holds for WINDOW days."""
    places = {customer: place for place, customer in enumerate(found.customers)}
    known = [(places[customer], day) for customer, day in rows if customer in places]
    whose = np.array([place for place, _ in known], dtype=np.int64)
    days = np.array([day for _, day in known], dtype="datetime64[D]")
    during = days >= found.started[whose]
    whose, days = whose[during], days[during]
    until = np.asarray(days + np.timedelta64(WINDOW, "D"), dtype="datetime64[D]")
    started = found.started[whose]
    return changing_exposure(
        found.lasted, found.observed, whose, months(started, days), months(started, until), found.entry
    )
