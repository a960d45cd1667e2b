"""Whether those who answer a survey are like those who were asked, and like all customers.

Counted are customers, not answers: who answered at least one invitation of the period has answered. The score weighted
back to everybody stands beside the raw one as a test of it, never in its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crmeter.analysis.drivers.segments import account
from crmeter.analysis.selection import customers_chosen
from crmeter.kernel.period import Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Kpi
from crmeter.metrics.customers import by_customer
from crmeter.metrics.measures import cell
from crmeter.model.populations import POPULATIONS
from crmeter.model.populations.population import Horizon
from crmeter.model.rules import Rules
from crmeter.stats import differences
from crmeter.stats.differences import Difference
from crmeter.stats.intervals import wilson
from crmeter.stats.multiple import adjusted_p
from crmeter.stats.nonresponse import Weighted, raked, unlike, weighted_ratio
from crmeter.warehouse.duck import Warehouse

SCORES = {"nps": "nps", "csat": "csat.mean", "ces": "ces.mean", "csi": "csi"}  # instrument → the KPI of its score
OF_CASES = ("csat", "ces")  # asked after a request: the score is of those asked, the others' of all customers
TENURE, TIER = "tenure", "customer.tier"
WEIGHTED_BY = (TENURE, TIER, "customer.segment")
YEARS = ((1.0, "under_1"), (3.0, "1_to_3"), (float("inf"), "over_3"))
MOST = 40  # members of a dimension that is looked at

Members = Mapping[str, str | None]  # customer → member


@dataclass(frozen=True)
class Group:
    """One group: how many customers it has in all, how many of them were asked, and how many answered."""

    member: str | None
    customers: int
    asked: int
    answered: int

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the share that answered."""
        return wilson(self.answered, self.asked)


@dataclass(frozen=True)
class Looked:
    """One dimension: its groups, and the chance ``p`` that they answer so unlike one another by accident (``q``
    corrected for all dimensions looked at)."""

    dimension: str
    groups: tuple[Group, ...]
    p: float | None
    q: float | None


@dataclass(frozen=True)
class Answering:
    """What is known of who answers. ``leaving`` is the share lost in the period after: (of, how many) of those who
    answered and of those who did not, with the difference; None where that period is not over."""

    asked: int
    answered: int
    looked: tuple[Looked, ...]
    leaving: tuple[tuple[int, int], tuple[int, int], Difference | None] | None
    raw: Weighted | None
    weighted: Weighted | None
    weighted_by: tuple[str, ...]
    weighted_to: str  # asked, or customers
    scale: float


def answering(
    warehouse: Warehouse,
    rules: Rules,
    instrument: str,
    period: Period,
    dimensions: Sequence[str],
    weighted_by: Sequence[str],
    kpi: Kpi | None = None,
) -> Answering:
    """Look at who answered the invitations of a period to surveys of one instrument."""
    asked, answered = _invited(warehouse, rules, instrument, period)
    there = {id for id in by_customer(warehouse, rules, period, [cell("customers_end")]) if id is not None}
    names = list(dict.fromkeys([*dimensions, *weighted_by]))
    members = _members(warehouse, rules, names, period)
    looked = [_look(name, members[name], there, asked, answered) for name in names if name in members]
    corrected = adjusted_p([each.p for each in looked])
    judged = tuple(Looked(x.dimension, x.groups, x.p, q) for x, q in zip(looked, corrected, strict=True))
    target = asked if instrument in OF_CASES else there
    used = tuple(name for name in weighted_by if name in members)
    kpi = kpi or next(k for k in CATALOGUE if k.id == SCORES[instrument])
    raw, weighted, scale = _scores(warehouse, rules, kpi, period, [members[name] for name in used], target)
    leaving = _leaving(warehouse, rules, period, asked, answered)
    to = "asked" if instrument in OF_CASES else "customers"
    return Answering(len(asked), len(answered), judged, leaving, raw, weighted, used, to, scale)


def _invited(warehouse: Warehouse, rules: Rules, instrument: str, period: Period) -> tuple[set[str], set[str]]:
    """Who was asked in the period, and who of them answered."""
    horizon = Horizon(rules.currency, warehouse.load.as_of)
    rows = POPULATIONS["invitations"].rows(warehouse.tables, horizon)
    rows = rows.filter(rows.instrument == instrument, rows.customer_id.notnull())
    rows = rows.filter(rows.on >= period.start, rows.on < period.end)
    found = warehouse.rows(rows.group_by("customer_id").agg(answered=rows.answered.max()))
    return {id for id, _ in found}, {id for id, own in found if own}


def _members(warehouse: Warehouse, rules: Rules, names: Sequence[str], period: Period) -> dict[str, dict[str, Any]]:
    """The member of every customer of each dimension that has enough of them and not too many."""
    attributes = [name for name in names if name != TENURE]
    rows = warehouse.rows(customers_chosen(warehouse, rules, by=attributes))
    found = {name: {row[0]: row[i + 1] for row in rows} for i, name in enumerate(attributes)}
    if TENURE in names:
        spell = warehouse.tables["spell"]
        since = dict(warehouse.rows(spell.filter(spell.number == 1).select("customer_id", "started_on")))
        years = {id: (period.end - day).days / 365.25 for id, day in since.items()}
        found[TENURE] = {id: next(name for most, name in YEARS if own < most) for id, own in years.items()}
    return {name: own for name, own in found.items() if 2 <= len(set(own.values())) <= MOST}


def _look(name: str, members: Members, there: set[str], asked: set[str], answered: set[str]) -> Looked:
    everyone, invited, replied = (Counter(members.get(id) for id in ids) for ids in (there, asked, answered))
    order = sorted({*everyone, *invited}, key=lambda m: (m is None, m or ""))
    groups = tuple(Group(m, everyone[m], invited[m], replied[m]) for m in order)
    return Looked(name, groups, unlike([g.answered for g in groups], [g.asked for g in groups]), None)


def _leaving(
    warehouse: Warehouse, rules: Rules, period: Period, asked: set[str], answered: set[str]
) -> tuple[tuple[int, int], tuple[int, int], Difference | None] | None:
    """Of those who were customers when the period ended: how many were lost in the next."""
    after = rules.calendar.following(period)
    if after.end > warehouse.load.as_of:
        return None
    start, lost = cell("customers_start"), cell("lost")
    numbers = by_customer(warehouse, rules, after, [start, lost])
    sides = []
    for ids in (answered, asked - answered):
        own = [numbers[id] for id in ids if numbers.get(id, (0.0, 0.0))[0]]
        sides.append((len(own), int(sum(gone for _, gone in own))))
    (n, gone), (others, others_gone) = sides
    difference = differences.shares(gone, n, others_gone, others) if n and others else None
    return sides[0], sides[1], difference


def _scores(
    warehouse: Warehouse, rules: Rules, kpi: Kpi, period: Period, members: Sequence[Members], target: set[str]
) -> tuple[Weighted | None, Weighted | None, float]:
    """The score of the respondents as they are, and weighted to the groups' shares in ``target``."""
    accounted = account(kpi.formula)
    if accounted is None:
        return None, None, 1.0
    found, scale = accounted
    own = by_customer(warehouse, rules, period, found.parts)
    ids = [id for id in own if id is not None]
    sums = [
        np.array([sum(sign * own[id][found.parts.index(part)] for sign, part in side) for id in ids], np.float64)
        for side in (found.numerator, found.denominator)
    ]
    if not ids:
        return None, None, scale
    raw = weighted_ratio(scale * sums[0], sums[1], np.ones(len(ids)))
    codes, targets = [], []
    for each in members:
        shares = Counter(each.get(id) for id in target)
        known = Counter(each.get(id) for id in ids)
        order = [m for m in shares if known[m]]  # a group nobody answered of cannot be weighed up
        other = len(order)
        codes.append(np.array([order.index(m) if (m := each.get(id)) in order else other for id in ids], np.int64))
        weights = np.array([*(float(shares[m]) for m in order), 0.0])
        left = float(sum(known[m] for m in known if m not in order)) / len(ids)
        targets.append(np.append(weights[:-1] / max(weights.sum(), 1.0) * (1 - left), left))
    weights_of = raked(codes, targets) if members and target else None
    weighted = None if weights_of is None else weighted_ratio(scale * sums[0], sums[1], weights_of)
    return raw, weighted, scale
