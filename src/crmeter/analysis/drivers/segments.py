"""The few segments that explain most of a change, found among all dimensions of customers and all pairs of them.

Each customer has a part in the change beyond what all customers did: of a ratio y ÷ n the part is
(y₁ − R₁·n₁) ÷ N₁ − (y₀ − R₀·n₀) ÷ N₀ with the overall ratios R, of a sum x₁ − x₀·X₁ ÷ X₀. The parts of all customers
sum to 0; those of a segment to what it contributes beyond its weight. The segment that stands out most is told; then
what it explains is taken out and the search goes on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmeter.analysis.reconciliation import Account, sums_of
from crmeter.analysis.selection import customers_chosen
from crmeter.kernel.period import Period
from crmeter.metrics import Kpi
from crmeter.metrics.averages import Mean, NetPromoter, ScaleMean
from crmeter.metrics.composed import CountsRatio, CountsSum, CustomersRatio, CustomersSum, Operation
from crmeter.metrics.customers import by_customer
from crmeter.metrics.dimensions import Condition, Dimension
from crmeter.metrics.formulas import Formula
from crmeter.model.rules import Rules
from crmeter.stats.standing_out import Codes, Floats, StandingOut, search, without
from crmeter.warehouse.duck import Warehouse

FEWEST, MOST = 2, 40  # members of a dimension that can be looked through
TOLD = 3  # segments
LEVEL = 0.05  # of searches in data without a story at most so many find one


@dataclass(frozen=True)
class Sums:
    """What the customers of a KPI add up to in both periods: numerator and denominator before, then now. A sum has
    denominators of 0."""

    ids: tuple[str, ...]
    numbers: Floats  # customers × (numerator, denominator) × (before, now)
    scale: float
    nobody: float  # share of the numerators that belongs to no customer

    @property
    def is_ratio(self) -> bool:
        return bool(self.numbers[:, 1, :].any())


@dataclass(frozen=True)
class Segment:
    """A segment that stands out: its values before and now, its ``part`` in the change, what of that is beyond its
    weight (``excess``), and the chance ``p`` that a search as wide finds as much where there is nothing."""

    by: Mapping[str, str | None]
    customers: int
    before: float | None
    now: float | None
    part: float
    excess: float
    p: float

    def as_json(self, change: float) -> dict[str, Any]:
        """Plain values."""
        return {
            "by": dict(self.by),
            "customers": self.customers,
            "before": self.before,
            "now": self.now,
            "part": self.part,
            "excess": self.excess,
            "share_of_change": self.part / change if change else None,
            "p": self.p,
        }


@dataclass(frozen=True)
class Searched:
    """What a search found, and how wide it was."""

    segments: tuple[Segment, ...]
    dimensions: tuple[str, ...]
    looked_at: int
    rounds: int
    nobody: float


def account(formula: Formula) -> tuple[Account, float] | None:
    """A formula as sums over customers, with the number that their ratio is multiplied by; None where it is none."""
    match formula:
        case Mean():
            return Account(((1, formula.total),), ((1, formula.n),)), 1.0
        case ScaleMean():
            return account(formula.mean)
        case NetPromoter():
            return Account(((1, formula.promoters), (-1, formula.detractors)), ((1, formula.answers),)), 100.0
        case CustomersSum():
            return Account(formula.terms), 1.0
        case CustomersRatio():
            return Account(formula.above, formula.below), 1.0
        case CountsRatio():
            return Account(((1, formula.above),), ((1, formula.below),)), 1.0
        case CountsSum():
            sign = -1 if formula.operation is Operation.DIFFERENCE else 1
            first, *others = formula.totals
            return Account(((1, first), *((sign, total) for total in others))), 1.0
    found = sums_of(formula)
    return (found, 1.0) if found else None


def sums(
    warehouse: Warehouse, rules: Rules, kpi: Kpi, now: Period, base: Period, conditions: Sequence[Condition] = ()
) -> Sums | None:
    """What each customer adds to a KPI in both periods; None for a KPI that is no sum or ratio over customers."""
    found = account(kpi.formula)
    if found is None:
        return None
    sides, scale = (found[0].numerator, found[0].denominator), found[1]
    parts = found[0].parts
    own = [by_customer(warehouse, rules, period, parts, conditions) for period in (base, now)]
    ids = sorted({id for each in own for id in each if id is not None})
    place = {id: i for i, id in enumerate(ids)}
    numbers, nobody, everybody = np.zeros((len(ids), 2, 2)), 0.0, 0.0
    for when, each in enumerate(own):
        for id, values in each.items():
            told = dict(zip(parts, values, strict=True))
            pair = [math.fsum(sign * told[part] for sign, part in side) for side in sides]
            everybody += abs(pair[0])
            if id is None:
                nobody += abs(pair[0])
            else:
                numbers[place[id], :, when] = pair
    return Sums(tuple(ids), numbers, scale, nobody / everybody if everybody else 0.0)


def beyond_all(numbers: Floats) -> tuple[Floats, Floats] | None:
    """Each customer's part in the change: in all, and beyond what all customers did. None where it has none."""
    above, below = numbers[:, 0, :], numbers[:, 1, :]
    tops, bottoms = above.sum(axis=0), below.sum(axis=0)
    if below.any():
        if not np.all(bottoms > 0):
            return None
        rates = tops / bottoms
        parts = (above - rates * below) / bottoms
        told = (above - rates.mean() * below) / bottoms  # as the split by mix and rate has it
        return told[:, 1] - told[:, 0], parts[:, 1] - parts[:, 0]
    change = above[:, 1] - above[:, 0]
    if tops[0] > 0 and tops[1] > 0:
        return change, above[:, 1] - above[:, 0] * tops[1] / tops[0]
    return change, change - change.mean()


def segments(
    warehouse: Warehouse, rules: Rules, found: Sums, dimensions: Sequence[Dimension], change: float, *, seed: int = 0
) -> Searched:
    """Search all members of ``dimensions`` (of customers), and of their pairs."""
    names, labels = _labels(warehouse, rules, found.ids, dimensions)
    return search_all(found, names, labels, change, seed=seed)


def search_all(
    found: Sums,
    names: Sequence[str],
    labels: Sequence[Sequence[str | None]],
    change: float,
    *,
    seed: int = 0,
    rounds: int | None = None,
) -> Searched:
    """The same, given the member of each customer by dimension."""
    split = beyond_all(found.numbers)
    if split is None:
        return Searched((), tuple(names), 0, 0, found.nobody)
    told, beyond = split
    slices = [(n,) for n in range(len(names))] + list(combinations(range(len(names)), 2))
    members, codes = _coded(labels, slices)
    # the unit of the KPI: points are a hundred times the ratio, a yearly rate moves with that of its period
    own = told.sum() if found.is_ratio else 1.0
    scale = float(change / own) if found.is_ratio and own else 1.0
    made: list[Segment] = []
    left, looked_at, drawn = beyond, 0, 0
    while len(made) < TOLD:
        result = search(left, codes, seed + len(made), rounds)
        looked_at, drawn = looked_at or len(result.found), drawn or result.rounds
        standing = [s for s in result.found if s.p <= LEVEL and s.total * change * scale > 0]
        if not standing:
            break
        first = _simplest(standing, slices, codes)
        inside = codes[first.dimension] == first.group
        by = {names[i]: m for i, m in zip(slices[first.dimension], members[first.dimension][first.group], strict=True)}
        made.append(_segment(found, by, inside, told, beyond, scale, first.p))
        left = without(left, inside)
    return Searched(tuple(made), tuple(names), looked_at, drawn, found.nobody)


def _simplest(
    standing: Sequence[StandingOut], slices: Sequence[tuple[int, ...]], codes: Sequence[Codes]
) -> StandingOut:
    """The first that stands out; in place of a pair the one of its two dimensions that explains as much alone."""
    first = standing[0]
    if len(slices[first.dimension]) == 1:
        return first
    someone = int(np.argmax(codes[first.dimension] == first.group))
    own = {(i, int(codes[i][someone])) for i in slices[first.dimension]}  # single dimensions come first, in their order
    alone = [s for s in standing if (s.dimension, s.group) in own and abs(s.total) >= abs(first.total)]
    return alone[0] if alone else first


def _segment(
    found: Sums,
    by: Mapping[str, str | None],
    inside: NDArray[np.bool_],
    told: Floats,
    beyond: Floats,
    scale: float,
    p: float,
) -> Segment:
    own = found.numbers[inside].sum(axis=0)
    if found.is_ratio:
        before, now = (float(found.scale * own[0, i] / own[1, i]) if own[1, i] else None for i in (0, 1))
    else:
        before, now = float(own[0, 0]), float(own[0, 1])
    part, excess = scale * float(told[inside].sum()), scale * float(beyond[inside].sum())
    return Segment(by, int(inside.sum()), before, now, part, excess, p)


def _labels(
    warehouse: Warehouse, rules: Rules, ids: Sequence[str], dimensions: Sequence[Dimension]
) -> tuple[list[str], list[list[str | None]]]:
    """The member of each customer of every dimension that has enough members and not too many."""
    chosen = customers_chosen(warehouse, rules, by=[d.name for d in dimensions])
    told = {id: members for id, *members in warehouse.rows(chosen)}
    nothing = [None] * len(dimensions)
    columns = [list(column) for column in zip(*(told.get(id, nothing) for id in ids), strict=True)]
    usable = [(d.name, c) for d, c in zip(dimensions, columns, strict=True) if FEWEST <= len(set(c)) <= MOST]
    return [name for name, _ in usable], [column for _, column in usable]


def _coded(
    labels: Sequence[Sequence[str | None]], slices: Sequence[tuple[int, ...]]
) -> tuple[list[list[tuple[str | None, ...]]], list[Codes]]:
    """The members of each slice, and for each customer the number of its own."""
    members, codes = [], []
    for places in slices:
        numbered: dict[tuple[str | None, ...], int] = {}
        own = zip(*(labels[i] for i in places), strict=True)
        codes.append(np.array([numbered.setdefault(member, len(numbered)) for member in own], dtype=np.int64))
        members.append(list(numbered))
    return members, codes
