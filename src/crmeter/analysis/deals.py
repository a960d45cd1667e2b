"""What each owner of opportunities did in a period, measured by the KPIs of sales."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from crmeter.kernel.period import Period
from crmeter.kpis.sales.average_deal_value import average_deal_value
from crmeter.kpis.sales.quota_attainment import quota_attainment
from crmeter.kpis.sales.sales_cycle_days import sales_cycle_days_mean
from crmeter.kpis.sales.win_rate import win_rate
from crmeter.kpis.sales.won_value import won_value
from crmeter.metrics import Better, Example, Kpi, Measurement, Request, Unit, Value, measure
from crmeter.metrics.formulas import RowCount
from crmeter.metrics.measures import Total
from crmeter.model.rules import Rules
from crmeter.stats.distributions import student_t_quantile
from crmeter.warehouse.duck import Warehouse

OWNER, TEAM, USER = "owner_id", "team", "user_id"
DEALS = (won_value, win_rate, average_deal_value, sales_cycle_days_mean)
INTERACTIONS = Kpi(
    id="interactions",
    formula=RowCount(Total("interactions", "interactions")),
    unit=Unit.COUNT,
    better=Better.NONE,
    minimum_sample=0,
    example=Example({"interactions": 12}, 12),
)


@dataclass
class Deals:
    """The sums of one owner. ``cycle`` and ``quota`` are None where none is known; spreads are standard deviations."""

    team: str | None = None
    decided: float = 0.0
    won: float = 0.0
    won_value: float = 0.0
    amount_squares: float = 0.0
    cycle: float | None = None
    cycles: float = 0.0
    cycle_spread: float | None = None
    interactions: float = 0.0
    quota: float | None = None


def deals_of(warehouse: Warehouse, rules: Rules, period: Period) -> dict[str, Deals]:
    """Every owner with something decided or a quota in the period."""
    people: dict[str, Deals] = {}
    sold = measure(warehouse, rules, Request(DEALS, [period], ((OWNER,), (OWNER, TEAM))))
    for kpi in DEALS:
        for name, value in _by_owner(sold, kpi, period, OWNER):
            _note(people.setdefault(name, Deals()), value)
    targets = measure(warehouse, rules, Request([quota_attainment], [period], ((OWNER,),)))
    for name, value in _by_owner(targets, quota_attainment, period, OWNER):
        _note(people.setdefault(name, Deals()), value)
    contacts = measure(warehouse, rules, Request([INTERACTIONS], [period], ((USER,),)))
    for name, value in _by_owner(contacts, INTERACTIONS, period, USER):
        if name in people:  # others look after customers, not after deals
            _note(people[name], value)
    teams = _teams(warehouse, sold, period)
    for name, own in people.items():
        own.team = teams.get(name)
    return people


def _by_owner(found: Measurement, kpi: Kpi, period: Period, dimension: str) -> Iterator[tuple[str, Value]]:
    for group in found.groups(kpi, period, (dimension,)):
        if group[0] is not None:
            yield group[0], found.value(kpi, period, (dimension,), group)


def _note(own: Deals, value: Value) -> None:
    """Put what a value says in its place."""
    n = value.n or 0.0
    if value.kpi == won_value.id:
        own.won_value = value.value or 0.0
    elif value.kpi == win_rate.id:
        own.won, own.decided = value.numerator or 0.0, value.denominator or 0.0
    elif value.kpi == average_deal_value.id and value.value is not None:
        own.amount_squares = n * value.value**2 + (n - 1) * (_spread(value) or 0.0) ** 2
    elif value.kpi == sales_cycle_days_mean.id and value.value is not None:
        own.cycle, own.cycles, own.cycle_spread = value.value, n, _spread(value)
    elif value.kpi == INTERACTIONS.id:
        own.interactions = value.value or 0.0
    elif value.kpi == quota_attainment.id:
        own.quota = value.denominator


def _spread(value: Value) -> float | None:
    """The standard deviation behind Student's interval of a mean; None where it has none."""
    if value.low is None or value.high is None or not value.n or value.n < 2:
        return None
    return (value.high - value.low) / 2 / student_t_quantile(0.975, value.n - 1) * math.sqrt(value.n)


def _teams(warehouse: Warehouse, sold: Measurement, period: Period) -> dict[str, str]:
    """The team of each owner: that of the CRM's user, else the one most of the deals decided were of."""
    decided: dict[str, dict[str, float]] = {}
    for group in sold.groups(win_rate, period, (OWNER, TEAM)):
        owner, team = group
        if owner is not None and team is not None:
            n = sold.value(win_rate, period, (OWNER, TEAM), group).denominator or 0.0
            decided.setdefault(owner, {})[team] = n
    found = {owner: min(teams, key=lambda t: (-teams[t], t)) for owner, teams in decided.items()}
    users = warehouse.tables["crm_user"].select("user_id", "team")
    return found | {user: team for user, team in warehouse.rows(users) if team is not None}
