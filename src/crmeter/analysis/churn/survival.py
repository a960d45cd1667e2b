"""Which share of customers stays how long, by kind of relationship and by any attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crmeter.analysis.churn.levels import Level
from crmeter.analysis.churn.lifetimes import PURCHASE, Lifetimes
from crmeter.model.rules import Rules
from crmeter.stats.multiple import adjusted_p
from crmeter.stats.survival.comparison import LogRank, log_rank
from crmeter.stats.survival.curve import Curve, kaplan_meier
from crmeter.stats.survival.exposure import HazardRatio, RiskSets, fixed_exposure, hazard_ratio

MONTHS = (3, 6, 12, 24)
FEW = 10  # at risk, below which a share of them is marked
MONTH_DAYS = 30.4375
Q = 0.05


@dataclass(frozen=True)
class Retention:
    """The share that stays longer than ``months``. ``reason`` says why there is none: ``not_seen_yet`` (nobody has been
    watched for so long) or ``within_inactivity`` (nobody without a contract can be seen to leave by then)."""

    months: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    at_risk: int = 0
    reason: str | None = None


@dataclass(frozen=True)
class Survival:
    """The survival of some spells: how many, how many ended, the curve, the median in months with its interval."""

    relationship: str
    level: Level | None
    customers: int
    lost: int
    curve: Curve
    median: tuple[float | None, float | None, float | None]
    retention: tuple[Retention, ...]


@dataclass(frozen=True)
class Compared:
    """One dimension: do its members stay equally long? ``q``: corrected for all dimensions looked through."""

    dimension: str
    test: LogRank
    groups: int
    q: float | None = None

    @property
    def beyond_noise(self) -> bool:
        return self.q is not None and self.q <= Q


@dataclass(frozen=True)
class Leaving:
    """One member of a dimension against all others: how many left, how many would have if it were like them.

    ``ratio`` is None where all who left are of it, or none.
    """

    dimension: str
    level: Level
    lost: int
    expected: float
    ratio: HazardRatio | None
    q: float | None = None

    @property
    def beyond_noise(self) -> bool:
        return self.q is not None and self.q <= Q


def survival(found: Lifetimes, rules: Rules, by: str | None = None) -> list[Survival]:
    """A curve for each kind of relationship, and for each member of ``by`` within it."""
    told: list[Survival] = []
    for relationship in found.relationships():
        alike = found.of(relationship)
        if by is None:
            told += _told(alike, relationship, None, rules)
            continue
        levels = alike.levels(by)
        for number, level in enumerate(levels.levels):
            told += _told(alike.pick(levels.of == number), relationship, level, rules)
    return told


def _told(found: Lifetimes, relationship: str, level: Level | None, rules: Rules) -> list[Survival]:
    curve = kaplan_meier(found.lasted, found.observed, found.entry)
    if curve is None:
        return []
    hidden = hidden_days(rules) if relationship == PURCHASE else 0
    retention = tuple(_retention(curve, months, hidden) for months in MONTHS)
    return [Survival(relationship, level, len(found), int(found.observed.sum()), curve, curve.quantile(), retention)]


def hidden_days(rules: Rules) -> int:
    """For how many days nobody who buys without a contract can be seen to leave: the shortest inactivity of any."""
    return min([rules.inactivity_days, *(days for _, days in rules.inactivity_by_segment)]) + 1


def longest_inactivity(rules: Rules) -> int:
    """The days without a sale after which anybody who buys without a contract is lost."""
    return max([rules.inactivity_days, *(days for _, days in rules.inactivity_by_segment)])


def _retention(curve: Curve, months: int, hidden: int) -> Retention:
    if months * MONTH_DAYS <= hidden:
        return Retention(months, reason="within_inactivity")
    found = curve.at(months)
    if found is None:
        return Retention(months, reason="not_seen_yet")
    return Retention(months, found.value, found.low, found.high, found.at_risk)


def compared(found: Lifetimes, dimensions: Sequence[str]) -> list[Compared]:
    """Each dimension by the log-rank test within the kinds of relationship, corrected for how many there are; the
    plainest first. A dimension of one group is not among them."""
    tests = []
    for name in dimensions:
        levels = found.levels(name)
        known = levels.of >= 0
        if len(levels.levels) < 2:
            continue
        test = log_rank(
            found.lasted[known], found.observed[known], levels.of[known], found.entry[known], found.contract[known]
        )
        if test.p is not None:
            tests.append(Compared(name, test, len(levels.levels)))
    corrected = adjusted_p([each.test.p for each in tests])
    told = [Compared(each.dimension, each.test, each.groups, q) for each, q in zip(tests, corrected, strict=True)]
    return sorted(told, key=lambda each: (each.q, each.test.p, each.dimension))


def leaving(found: Lifetimes, dimensions: Sequence[str]) -> list[Leaving]:
    """Every member of every dimension against all others within its kind of relationship, corrected for how many
    there are: those of whom most left beyond what was to be expected first."""
    told: list[tuple[str, Level, LogRank, HazardRatio | None]] = []
    for name in dimensions:
        levels = found.levels(name)
        if len(levels.levels) < 2:
            continue
        for number, level in enumerate(levels.levels):
            own = levels.of == number
            test = log_rank(found.lasted, found.observed, own.astype(np.int64), found.entry, found.contract)
            if test.p is not None:
                sets = RiskSets.together([_sets(found, own, kind) for kind in (True, False)])
                told.append((name, level, test, hazard_ratio(sets)))
    corrected = adjusted_p([test.p for _, _, test, _ in told])
    every = [
        Leaving(name, level, round(test.observed[1]), test.expected[1], ratio, q)
        for (name, level, test, ratio), q in zip(told, corrected, strict=True)
    ]
    return sorted(every, key=lambda each: (-(each.lost - each.expected), each.dimension, each.level.key or ""))


def _sets(found: Lifetimes, own: np.ndarray, contract: bool) -> RiskSets:
    alike = found.contract == contract
    return fixed_exposure(found.lasted[alike], found.observed[alike], own[alike], found.entry[alike])


def began_unseen(found: Lifetimes, warehouse_start: np.datetime64 | None, rules: Rules) -> int:
    """How many customers who buy without a contract may have been some before the data begin: their first sale known
    lies within the days of inactivity after the first of all."""
    if warehouse_start is None:
        return 0
    early = found.started < warehouse_start + np.timedelta64(hidden_days(rules), "D")
    return int((early & ~found.contract).sum())
