"""What was known of each customer on a day: the features of a churn score, read from :mod:`known` alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmeter.analysis.churn.before_leaving import slow_hours
from crmeter.analysis.churn.known import Tables, known_before, spells_before
from crmeter.analysis.churn.lifetimes import months
from crmeter.analysis.selection import customers_chosen
from crmeter.kernel.expressions import ibis, ir
from crmeter.metrics.dimensions import Filter
from crmeter.model.identity import as_survivor
from crmeter.model.populations.answers import answer_rows, rescaled
from crmeter.model.populations.cases import opened_rows
from crmeter.model.populations.money import priced, with_rate
from crmeter.model.populations.orders import ledger_rows
from crmeter.model.populations.population import Horizon, one
from crmeter.model.rules import Rules
from crmeter.model.spells import sale_cover
from crmeter.warehouse.duck import Warehouse

YEAR, HALF_YEAR = 365, 182  # days looked back
# number → whether none of it is unknown (None stays) or 0
NUMBERS: Mapping[str, bool] = {
    "contracts": False,
    "monthly_amount": True,
    "orders_year": False,
    "amount_year": False,
    "refunds_year": False,
    "days_since_last_order": True,
    "cases_half_year": False,
    "complaints_half_year": False,
    "incidents_half_year": False,
    "slow_answers_half_year": False,
    "satisfaction_last": True,
    "recommendation_last": True,
}
PLAN = "plan"


@dataclass(frozen=True)
class Snapshot:
    """The customers of a day. ``numbers`` are NaN where unknown; ``contract``: one ran on the day; ``covered_until``:
    the day from which sales alone no longer make somebody a customer (NaT without one)."""

    day: date
    customers: tuple[str, ...]
    contract: NDArray[np.bool_]
    covered_until: NDArray[np.datetime64]
    tenure_months: NDArray[np.float64]
    numbers: Mapping[str, NDArray[np.float64]]
    members: Mapping[str, tuple[str | None, ...]]

    def __len__(self) -> int:
        return len(self.customers)

    def pick(self, which: NDArray[np.bool_]) -> Snapshot:
        """Some of them."""
        places = np.flatnonzero(which).tolist()
        return Snapshot(
            self.day,
            tuple(self.customers[i] for i in places),
            self.contract[which],
            self.covered_until[which],
            self.tenure_months[which],
            {name: values[which] for name, values in self.numbers.items()},
            {name: tuple(values[i] for i in places) for name, values in self.members.items()},
        )

    def can_be_lost_by(self, day: date) -> NDArray[np.bool_]:
        """Who is not made a customer up to ``day`` by a sale alone: nobody else can be seen to leave before it."""
        return np.asarray(np.isnat(self.covered_until) | (self.covered_until < np.datetime64(day)))


Attributes = Mapping[str, Mapping[str, str | None]]


def attributes_of(
    warehouse: Warehouse, rules: Rules, by: Sequence[str] = (), filters: Sequence[Filter] = ()
) -> Attributes:
    """Customer → its members of the dimensions ``by``, of those whom ``filters`` leave. They have no day: they are as
    they stand today."""
    rows = warehouse.rows(
        customers_chosen(warehouse, rules, filters, by).select("customer_id", *(f"by_{n}" for n in by))
    )
    return {customer: dict(zip(by, members, strict=True)) for customer, *members in rows}


def snapshot(warehouse: Warehouse, rules: Rules, day: date, attributes: Attributes) -> Snapshot:
    """Everybody of ``attributes`` who is a customer on ``day``, in the order of their ids, as an observer on that day
    knew them."""
    known, horizon = known_before(warehouse.tables, day), Horizon(rules.currency, day, csi_weights=rules.csi_weights)
    spell = spells_before(warehouse, rules, day)
    cover, cases = sale_cover(known, rules, day), opened_rows(known, horizon)
    there = dict(warehouse.rows(spell.filter(spell.ended_on.isnull()).select("customer_id", "started_on")))
    found: dict[str, dict[str, Any]] = {
        customer: {"started_on": there[customer]} for customer in sorted({*there} & {*attributes})
    }
    for part in (  # one after the other: a query of all of them takes longer to write than to run
        cover.group_by("customer_id").agg(covered_until=cover.ended_on.max()),
        _contracts(known, horizon),
        _orders(known, horizon),
        _cases(cases, day, slow_hours(warehouse, cases)),
        _answers(known, horizon),
    ):
        for customer, values in _by_customer(warehouse, part).items():
            if customer in found:
                found[customer] |= values
    rows, names = list(found.values()), next(iter(attributes.values()), {})
    started = np.array([row["started_on"] for row in rows], dtype="datetime64[D]")
    return Snapshot(
        day,
        tuple(found),
        np.array([bool(row.get("running")) for row in rows], dtype=bool),
        np.array([row.get("covered_until") for row in rows], dtype="datetime64[D]"),
        months(started, np.full(len(started), np.datetime64(day))),
        {name: _floats([row.get(name) for row in rows], unknown) for name, unknown in NUMBERS.items()},
        {PLAN: tuple(row.get(PLAN) for row in rows)}
        | {name: tuple(attributes[customer][name] for customer in found) for name in names},
    )


def _by_customer(warehouse: Warehouse, part: ir.Table) -> dict[str, dict[str, Any]]:
    names = [name for name in part.columns if name != "customer_id"]
    rows = warehouse.rows(part.select("customer_id", *names))
    return {customer: dict(zip(names, values, strict=True)) for customer, *values in rows}


def _floats(values: Sequence[Any], unknown: bool) -> NDArray[np.float64]:
    empty = np.nan if unknown else 0.0
    return np.array([empty if value is None else float(value) for value in values], dtype=float)


def _contracts(known: Tables, horizon: Horizon) -> ir.Table:
    contracts = as_survivor(known["subscription"], known)
    contracts = with_rate(contracts, contracts.started_on, known, horizon)
    runs = contracts.ended_on.isnull()
    amount = priced(contracts, contracts.monthly_amount).cast("float64")
    return contracts.group_by("customer_id").agg(
        running=one(runs).max(),
        contracts=contracts.count(),
        monthly_amount=runs.ifelse(amount, ibis.null("float64")).sum(),
        plan=runs.ifelse(contracts.plan, ibis.null("string")).max(),
    )


def _orders(known: Tables, horizon: Horizon) -> ir.Table:
    orders = ledger_rows(known, horizon)
    orders = orders.filter(orders.subscription_id.isnull(), orders.customer_id.notnull())
    recent = orders.on >= horizon.as_of - timedelta(days=YEAR)
    sale = orders.purchases == 1
    last = sale.ifelse(orders.on, ibis.null("date")).max()
    return orders.group_by("customer_id").agg(
        orders_year=one(recent & sale).sum(),
        amount_year=recent.ifelse(orders.sale_amount.cast("float64"), 0.0).sum(),
        refunds_year=one(recent & (orders.kind == "refund")).sum(),
        days_since_last_order=ibis.literal(horizon.as_of).delta(last, unit="day"),
    )


def _cases(cases: ir.Table, day: date, slow: float | None) -> ir.Table:
    cases = cases.filter(cases.customer_id.notnull(), cases.opened_on >= day - timedelta(days=HALF_YEAR))
    waited = cases.first_response_hours > (0.0 if slow is None else slow)
    return cases.group_by("customer_id").agg(
        cases_half_year=cases.count(),
        complaints_half_year=one(cases.kind == "complaint").sum(),
        incidents_half_year=one(cases.kind == "incident").sum(),
        slow_answers_half_year=one(waited).sum(),
    )


def _answers(known: Tables, horizon: Horizon) -> ir.Table:
    """The last answer of the year to each of two questions, on a scale of 0 to 100."""
    answers = answer_rows(known, horizon)
    answers = answers.filter(answers.customer_id.notnull(), answers.on >= horizon.as_of - timedelta(days=YEAR))
    place = rescaled(answers)
    order = answers.on, answers.response_id
    last = {}
    for name, instrument in (("satisfaction_last", "csat"), ("recommendation_last", "nps")):
        last[name] = place.last(where=answers.instrument == instrument, order_by=order)
    return answers.group_by("customer_id").agg(**last)
