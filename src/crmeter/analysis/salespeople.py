"""The salesperson index: how each owner of opportunities does against the median of the peers.

Five measures: won value, win rate, sales cycle, contacts with customers, quota attainment. Before anybody is compared,
each is drawn towards the peers as far as chance may explain it (empirical Bayes), so that two deals won of two do not
top the list. Peers are the owners of the same team; where fewer than PEERS of them have a deal decided, all owners.

An index of 100 is the median of the peers; a shorter cycle is better. The index of an owner is the mean of those of the
measures there are; it is as uncertain as if all of them erred the same way.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import mean, median
from typing import Any

from crmeter.analysis.deals import Deals, deals_of
from crmeter.kernel.period import Period
from crmeter.model.rules import Rules
from crmeter.stats.shrinkage import Shrunk, shrunk_means, shrunk_share, spread_of_shares
from crmeter.warehouse.duck import Warehouse

PEERS = 5
FEW = 30  # decided deals, below which a person's index is marked as resting on little
MEASURES = ("won_value", "win_rate", "sales_cycle_days", "interactions", "quota_attainment")


@dataclass(frozen=True)
class Score:
    """One measure of one person: ``value`` as it was, ``expected`` drawn towards the peers with its 95% interval, the
    ``median`` of the peers' expected values, and 100 × expected ÷ median (for a cycle, median ÷ expected)."""

    value: float
    n: float
    expected: float
    low: float
    high: float
    median: float
    index: float | None
    index_low: float | None
    index_high: float | None


@dataclass(frozen=True)
class Salesperson:
    """One owner. ``index`` and its bounds are None where no measure could be compared."""

    owner_id: str
    team: str | None
    decided: float
    won: float
    peers: int
    peers_of: str  # team, or all
    index: float | None
    low: float | None
    high: float | None
    status: str  # ok, or small_sample
    measures: Mapping[str, Score] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def salespeople(warehouse: Warehouse, rules: Rules, period: Period) -> list[Salesperson]:
    """Every owner with something in the period, the best index first. Opportunities without an owner are nobody's."""
    people = deals_of(warehouse, rules, period)
    groups = _peers(people)
    found = []
    for name, own in people.items():
        peers_of, peers = groups[name]
        scores = {m: s for m in MEASURES if (s := _score(m, name, {p: people[p] for p in peers})) is not None}
        index, low, high = _together(list(scores.values()))
        status = "ok" if own.decided >= FEW else "small_sample"
        found.append(
            Salesperson(name, own.team, own.decided, own.won, len(peers), peers_of, index, low, high, status, scores)
        )
    return sorted(found, key=lambda p: (p.index is None, -(p.index or 0.0), p.owner_id))


def _peers(people: Mapping[str, Deals]) -> dict[str, tuple[str, list[str]]]:
    """Of whom each is one: ("team" or "all", the names)."""
    teams: dict[str | None, list[str]] = defaultdict(list)
    for name, own in people.items():
        teams[own.team].append(name)
    large = {
        team for team, names in teams.items() if team is not None and sum(people[n].decided > 0 for n in names) >= PEERS
    }
    return {
        name: ("team", teams[own.team]) if own.team in large else ("all", list(people)) for name, own in people.items()
    }


def _score(measure: str, name: str, peers: Mapping[str, Deals]) -> Score | None:
    """One measure of one person among the peers; None where there is nothing to compare."""
    expected = _expected(measure, peers)
    own = expected.get(name)
    if own is None or len(expected) < 2:
        return None
    value, n, shrunk = own
    middle = median(s.value for _, _, s in expected.values())
    bounds = (shrunk.low, shrunk.value, shrunk.high)
    if measure == "sales_cycle_days":
        high, index, low = (100 * middle / b if b > 0 else None for b in bounds)
    else:
        low, index, high = (100 * b / middle if middle > 0 else None for b in bounds)
    return Score(value, n, shrunk.value, shrunk.low, shrunk.high, middle, index, low, high)


def _expected(measure: str, peers: Mapping[str, Deals]) -> dict[str, tuple[float, float, Shrunk]]:
    """Value, sample and what is expected, of each of the peers of whom the measure is known."""
    if measure == "win_rate":
        decided = {name: own for name, own in peers.items() if own.decided}
        spread = spread_of_shares([o.won for o in decided.values()], [o.decided for o in decided.values()])
        if spread is None:
            return {}
        return {n: (o.won / o.decided, o.decided, shrunk_share(o.won, o.decided, spread)) for n, o in decided.items()}
    known = _known(measure, peers)
    shrunk = shrunk_means([value for value, _, _ in known.values()], [error for _, _, error in known.values()])
    return {name: (value, n, s) for (name, (value, n, _)), s in zip(known.items(), shrunk, strict=True)}


def _known(measure: str, peers: Mapping[str, Deals]) -> dict[str, tuple[float, float, float]]:
    """Value, sample and standard error, of each of whom the measure is known.

    What one person's deals vary by is taken from those of all peers: of few deals it is not known. The error of a sum
    of amounts is that of a random number of deals: √(decided × mean square), what was lost counting 0. Contacts are
    Poisson.
    """
    every = list(peers.values())
    if measure == "sales_cycle_days":
        spread = _pooled([(o.cycles, o.cycle_spread) for o in every])
        if spread is None:
            return {}
        return {n: (o.cycle, o.cycles, spread / math.sqrt(o.cycles)) for n, o in peers.items() if o.cycle is not None}
    if measure == "interactions":
        if not any(o.interactions for o in every):
            return {}
        return {n: (o.interactions, o.interactions, math.sqrt(max(o.interactions, 1.0))) for n, o in peers.items()}
    decided, squares = sum(o.decided for o in every), sum(o.amount_squares for o in every)
    if not decided or not squares:
        return {}
    errors = {n: math.sqrt(max(o.decided, 1.0) * squares / decided) for n, o in peers.items()}
    if measure == "won_value":
        return {n: (o.won_value, o.won, errors[n]) for n, o in peers.items()}
    return {n: (o.won_value / o.quota, o.won, errors[n] / o.quota) for n, o in peers.items() if o.quota and o.quota > 0}


def _pooled(parts: Sequence[tuple[float, float | None]]) -> float | None:
    """The standard deviation within people, from the n and standard deviation of each; None where unknown or 0."""
    known = [(n - 1, sd) for n, sd in parts if sd is not None and n > 1]
    free = sum(df for df, _ in known)
    variance = sum(df * sd**2 for df, sd in known) / free if free else 0.0
    return math.sqrt(variance) if variance > 0 else None


def _together(scores: Sequence[Score]) -> tuple[float | None, float | None, float | None]:
    """The mean index with its bounds; a bound that is open on one measure is open."""
    known = [s for s in scores if s.index is not None]
    if not known:
        return None, None, None
    bounds = [[getattr(s, name) for s in known] for name in ("index", "index_low", "index_high")]
    index, low, high = (None if None in values else mean(values) for values in bounds)
    return index, low, high
