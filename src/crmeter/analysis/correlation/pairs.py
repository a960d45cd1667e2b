"""Two KPIs of the same customers, the later only of those who could still be lost or won.

Earlier satisfaction is held against later behaviour of the customers at risk: those who were customers on the day they
answered (for a KPI that is no survey, at the end of its period). Who is at risk and does nothing later counts 0, and
who has left counts as lost: leaving such people out would flatter every result.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from crmeter.analysis.drivers.segments import account
from crmeter.analysis.reconciliation import Account
from crmeter.analysis.selection import customers_chosen
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Period
from crmeter.metrics import Kpi
from crmeter.metrics.customers import by_customer
from crmeter.metrics.measures import CELLS, Total, cell
from crmeter.model.populations import POPULATIONS
from crmeter.model.populations.population import Horizon
from crmeter.model.rules import Rules
from crmeter.stats.correlation import Floats, dummies
from crmeter.warehouse.duck import Warehouse

SURVEYS = ("answers", "respondents")
TENURE = "tenure"
START = cell("customers_start")
STAYING, LEAVING = cell("kept"), cell("lost")


@dataclass(frozen=True)
class Pairs:
    """One entry a customer. ``at_risk`` is how many there were before those without a value of x were left out,
    ``controls`` the columns of what is held alike, ``groups`` the member of a dimension to look at apart."""

    ids: tuple[str, ...]
    x: Floats
    y: Floats
    at_risk: int
    controls: Floats
    groups: tuple[str | None, ...] = ()


def pairs(
    warehouse: Warehouse,
    rules: Rules,
    kpis: tuple[Kpi, Kpi],
    periods: tuple[Period, Period],
    controls: Sequence[str] = (),
    by: str | None = None,
) -> Pairs:
    """The values of both KPIs of every customer who has them. UserError where a KPI says nothing of one customer."""
    first, later = (_accounted(kpi) for kpi in kpis)
    lagged = periods[0] != periods[1]
    at_risk = _at_risk(warehouse, rules, first[0], periods[0], lagged)
    own = _values(warehouse, rules, first, periods[0], at_risk)
    there = {id: x for id, x in own.items() if id in at_risk}
    other = _later(warehouse, rules, later, periods[1], at_risk, lagged)
    names = list(dict.fromkeys([*(c for c in controls if c != TENURE), *([by] if by else [])]))
    chosen = customers_chosen(warehouse, rules, by=names)
    told = {id: members for id, *members in warehouse.rows(chosen)}
    ids = sorted(id for id in there if id in other and id in told)
    columns = [dummies([told[id][i] for id in ids]) for i, name in enumerate(names) if name in controls]
    if TENURE in controls:
        columns.insert(0, _tenures(warehouse, ids, periods[0].end))
    held = np.column_stack(columns) if columns and ids else np.empty((len(ids), 0))
    return Pairs(
        tuple(ids),
        np.array([there[id] for id in ids]),
        np.array([other[id] for id in ids]),
        len(at_risk),
        held,
        tuple(told[id][names.index(by)] for id in ids) if by else (),
    )


def _accounted(kpi: Kpi) -> tuple[Account, float]:
    found = account(kpi.formula)
    if found is None:
        raise UserError.of(
            t("“{id}” has no value of one customer.", id=kpi.id),
            t("It is neither a sum over customers nor one such sum divided by another."),
            t("Compare segments or periods: --level segment, --level period."),
        )
    return found


def _at_risk(warehouse: Warehouse, rules: Rules, account: Account, period: Period, lagged: bool) -> frozenset[str]:
    """The customers looked at: in the same period whoever was one in it; before a later one those still at risk."""
    if not lagged:
        return _counted(warehouse, rules, period, cell("exposed"))
    surveys = {part.population for part in account.parts if isinstance(part, Total)} & set(SURVEYS)
    if not surveys:
        return _counted(warehouse, rules, period, cell("customers_end"))
    tables = warehouse.tables
    horizon = Horizon(rules.currency, warehouse.load.as_of, csi_weights=rules.csi_weights)
    rows = POPULATIONS[surveys.pop()].rows(tables, horizon)
    rows = rows.filter(rows.on >= period.start, rows.on < period.end, rows.customer_id.notnull())
    answered = rows.group_by("customer_id").agg(day=rows.on.max())
    spell = tables["spell"]
    spell = spell.select(of=spell.customer_id, since=spell.started_on, until=spell.ended_on)
    met = answered.join(spell, answered.customer_id == spell.of)
    met = met.filter(met.since <= met.day, met.until.isnull() | (met.until > met.day))
    return frozenset(id for (id,) in warehouse.rows(met.select("customer_id").distinct()))


def _counted(warehouse: Warehouse, rules: Rules, period: Period, total: Total) -> frozenset[str]:
    return frozenset(id for id in by_customer(warehouse, rules, period, [total]) if id is not None)


def _values(
    warehouse: Warehouse, rules: Rules, accounted: tuple[Account, float], period: Period, everyone: frozenset[str]
) -> dict[str, float]:
    """The KPI of each customer: of a ratio those whose denominator counts something, of a sum everyone, from 0."""
    found, scale = accounted
    own = by_customer(warehouse, rules, period, found.parts)
    made = {} if found.denominator else dict.fromkeys(everyone, 0.0)
    for id, numbers in own.items():
        if id is None:
            continue
        told = dict(zip(found.parts, numbers, strict=True))
        above, below = (
            math.fsum(sign * told[part] for sign, part in side) for side in (found.numerator, found.denominator)
        )
        if not found.denominator:
            made[id] = above
        elif below:
            made[id] = scale * above / below
    return made


def _later(
    warehouse: Warehouse,
    rules: Rules,
    accounted: tuple[Account, float],
    period: Period,
    at_risk: frozenset[str],
    lagged: bool,
) -> dict[str, float]:
    """The second KPI. Staying and leaving are counted from the answer on, of everybody at risk then: who left before
    the later period began has left, though that period does not know them any more."""
    found = accounted[0]
    if lagged and found.denominator == ((1, START),) and found.numerator in (((1, STAYING),), ((1, LEAVING),)):
        there = _counted(warehouse, rules, period, cell("customers_end"))
        stays = found.numerator == ((1, STAYING),)
        return {id: float((id in there) == stays) for id in at_risk}
    values = _values(warehouse, rules, accounted, period, at_risk)
    return {id: value for id, value in values.items() if id in at_risk}


def _tenures(warehouse: Warehouse, ids: Sequence[str], day: date) -> Floats:
    """Days since each became a customer for the first time; the mean of the others where that is not known."""
    spell = warehouse.tables["spell"]
    first = spell.filter(spell.number == 1).select("customer_id", "started_on")
    since = dict(warehouse.rows(first))
    days = np.array([(day - since[id]).days if id in since else math.nan for id in ids], dtype=np.float64)
    known = days[np.isfinite(days)]
    return np.where(np.isfinite(days), days, known.mean() if len(known) else 0.0)


def is_survey(kpi: Kpi) -> bool:
    """Whether a KPI is made of answers to a survey."""
    return any(m.population in SURVEYS for m in kpi.totals if m.population != CELLS)
