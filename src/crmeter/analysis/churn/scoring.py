"""The churn score: who is likely to be lost within a horizon, why, and how far it is to be believed.

It is trained on the customers of one day and tried on those of a later one, of whom it had not seen what became of
them. Then it is fitted anew to the later day, and tells of the customers of today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from crmeter.analysis.churn.design import TENURE
from crmeter.analysis.churn.lifetimes import CONTRACT, PURCHASE
from crmeter.analysis.churn.model import Model, fitted
from crmeter.analysis.churn.snapshot import Snapshot, attributes_of, snapshot
from crmeter.analysis.churn.survival import longest_inactivity
from crmeter.kernel.period import Period
from crmeter.metrics.customers import by_customer
from crmeter.metrics.dimensions import Filter
from crmeter.metrics.measures import CELLS, Total
from crmeter.model.identity import as_survivor
from crmeter.model.rules import Rules
from crmeter.stats.classification import Part, Ranking, auc, brier, calibration_error, parts
from crmeter.warehouse.duck import Warehouse

HORIZON = 90  # days, for customers with a contract
LEAST_TO_LEARN, LEAST_TO_TRY = 50, 20  # of those lost, and of those kept
REASONS = 3
TOO_GOOD = 0.97  # an AUC by one attribute alone, that looks as if it had been written down after the loss
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Trial:
    """How the model did on the later day. ``base`` is the share lost on the earlier one: the guess without a model, and
    ``brier_base`` its error. ``skill`` is how much of that error the model does away with (below 0: it adds to it)."""

    customers: int
    lost: int
    base: float
    ranking: Ranking
    brier: float
    brier_base: float
    skill: float
    calibration_error: float
    deciles: tuple[Part, ...]
    too_good: tuple[str, ...]


@dataclass(frozen=True)
class Contribution:
    """What one feature adds to the log odds of a customer against the average one; ``value`` and ``average`` are
    numbers, or the member of an attribute (which has no average)."""

    feature: str
    adds: float
    value: float | str | None
    average: float | None


@dataclass(frozen=True)
class Scored:
    """One customer: the chance to be lost within the horizon, and what most sets it apart from the average.

    ``notice``: the day on which its last contract ends, where that is known already. No chance is made of it.
    """

    customer: str
    chance: float
    reasons: tuple[Contribution, ...]
    notice: date | None = None


@dataclass(frozen=True)
class Scores:
    """One kind of relationship. ``status`` is ok, or too_few: then there is no trial and nobody is scored.

    ``learned`` and ``tried`` count (customers, lost) on the two earlier days. ``not_yet`` customers cannot be seen to
    leave within the horizon, because a sale makes them customers for longer.
    """

    relationship: str
    status: str
    horizon: int
    trained_on: date
    tried_on: date
    learned: tuple[int, int]
    tried: tuple[int, int]
    trial: Trial | None
    customers: tuple[Scored, ...]
    not_yet: int


def scores(
    warehouse: Warehouse,
    rules: Rules,
    as_of: date,
    by: Sequence[str],
    *,
    horizon: int | None = None,
    filters: Sequence[Filter] = (),
) -> list[Scores]:
    """Each kind of relationship there is on ``as_of``. The horizon in days is that given, else HORIZON for customers
    with a contract and the days of inactivity for those without: none of them can be lost earlier by staying away."""
    told = []
    days: dict[date, Snapshot] = {}
    attributes = attributes_of(warehouse, rules, by, filters)

    def known(day: date) -> Snapshot:
        if day not in days:
            days[day] = snapshot(warehouse, rules, day, attributes)
        return days[day]

    for relationship, usual in ((CONTRACT, HORIZON), (PURCHASE, longest_inactivity(rules) + 1)):
        span = horizon or usual
        now = known(as_of)
        if (now.contract == (relationship == CONTRACT)).any():
            earlier, later = as_of - timedelta(days=2 * span), as_of - timedelta(days=span)
            told.append(_scores(warehouse, rules, relationship, span, known(earlier), known(later), now))
    return told


def _scores(
    warehouse: Warehouse, rules: Rules, relationship: str, span: int, earlier: Snapshot, later: Snapshot, now: Snapshot
) -> Scores:
    learned, tried, present = (_at_risk(day, relationship, span) for day in (earlier, later, now))
    not_yet = int((now.contract == (relationship == CONTRACT)).sum()) - len(present)
    was_lost, is_lost = (outcome(warehouse, rules, day, span) for day in (learned, tried))
    counts = (len(learned), int(was_lost.sum())), (len(tried), int(is_lost.sum()))
    enough = _enough(was_lost, LEAST_TO_LEARN) and _enough(is_lost, LEAST_TO_TRY)
    trial, customers = None, tuple[Scored, ...]()
    if enough:
        trial = tried_out(fitted(learned, was_lost), float(was_lost.mean()), tried, is_lost)
        ends = notices(warehouse, now.day)
        customers = tuple(
            replace(each, notice=ends.get(each.customer)) for each in explained(fitted(tried, is_lost), present)
        )
    status = "ok" if enough else "too_few"
    return Scores(relationship, status, span, earlier.day, later.day, *counts, trial, customers, not_yet)


def notices(warehouse: Warehouse, day: date) -> dict[str, date]:
    """Customers whose contracts of ``day`` all have an end that is known, and the last of these days."""
    contracts = as_survivor(warehouse.tables["subscription"], warehouse.tables)
    runs = contracts.filter(contracts.started_on < day, contracts.ended_on.isnull() | (contracts.ended_on >= day))
    ends = runs.group_by("customer_id").agg(last=runs.ended_on.max(), open=runs.ended_on.isnull().sum())
    return dict(warehouse.rows(ends.filter(ends.open == 0).select("customer_id", "last")))


def _at_risk(customers: Snapshot, relationship: str, span: int) -> Snapshot:
    """Those of one kind who can be seen to leave within ``span`` days."""
    alike = customers.contract == (relationship == CONTRACT)
    return customers.pick(alike & customers.can_be_lost_by(customers.day + timedelta(days=span)))


def outcome(warehouse: Warehouse, rules: Rules, customers: Snapshot, span: int) -> Bools:
    """Who of them was lost within ``span`` days: as the KPI customers.lost counts it."""
    period = Period(customers.day, customers.day + timedelta(days=span))
    lost = by_customer(warehouse, rules, period, [Total(CELLS, "lost")])
    return np.array([lost.get(customer, (0.0,))[0] > 0 for customer in customers.customers], dtype=bool)


def _enough(lost: Bools, least: int) -> bool:
    return int(lost.sum()) >= least and int((~lost).sum()) >= least


def tried_out(model: Model, base: float, customers: Snapshot, lost: Bools) -> Trial:
    """How far the chances of a model hold for customers whom it has not seen."""
    chances = model.chances(customers)
    ranking = auc(chances, lost)
    if ranking is None:
        raise ValueError("nobody was lost, or everybody")
    error, blind = brier(chances, lost), brier(np.full(len(lost), base), lost)
    alone = {
        name: auc(adds, lost) for name, adds in model.contributions(customers).items() if name in model.design.members
    }
    return Trial(
        len(customers),
        int(lost.sum()),
        base,
        ranking,
        error,
        blind,
        1 - error / blind,
        calibration_error(chances, lost) or 0.0,
        tuple(parts(chances, lost)),
        tuple(sorted(name for name, each in alone.items() if each and each.value >= TOO_GOOD)),
    )


def explained(model: Model, customers: Snapshot) -> tuple[Scored, ...]:
    """Everybody with the chance to be lost, the highest first, and what adds most to it, or takes most from it."""
    chances, adds = model.chances(customers), model.contributions(customers)
    order = sorted(
        range(len(customers)), key=lambda place: (-round(float(chances[place]), 9), customers.customers[place])
    )
    return tuple(
        Scored(
            customers.customers[place],
            float(chances[place]),
            tuple(_reasons(model, customers, {name: float(each[place]) for name, each in adds.items()}, place)),
        )
        for place in order
    )


def _reasons(model: Model, customers: Snapshot, adds: dict[str, float], place: int) -> list[Contribution]:
    largest = sorted(adds, key=lambda name: (-abs(round(adds[name], 9)), name))[:REASONS]
    return [
        Contribution(name, adds[name], _value(customers, name, place), model.design.averages.get(name))
        for name in largest
        if abs(adds[name]) > 0.01
    ]


def _value(customers: Snapshot, feature: str, place: int) -> float | str | None:
    if feature in customers.members:
        return customers.members[feature][place]
    values = customers.tenure_months if feature == TENURE else customers.numbers[feature]
    return None if np.isnan(values[place]) else float(values[place])
