"""How much of a change is owed to which of its factors: parts that sum to the change.

Parts are Shapley values: what changing a factor does, averaged over all orders in which the factors can change one
after the other. They sum to the change exactly, treat all factors alike, and hold for any formula, zeros and changes of
sign included. Of two factors it is the midpoint decomposition: Δ(a·b) = Δa·b̄ + Δb·ā.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import factorial
from typing import Any

Coalition = frozenset[int]
Game = Callable[[Coalition], Any]  # the value where these factors are as now and all others as before


def within(game: Game, groups: Sequence[Coalition], place: int) -> Game:
    """What factors of the group ``place`` do, averaged over the orders in which the other groups change as a whole.

    Of the whole group it is the group's part (the Shapley value); the parts of its members, found in the same way from
    the game that is returned, sum to it (the Owen value).

    >>> values = ((2.0, 3.0), (5.0, 4.0))  # 2 × 5 before, 3 × 4 now
    >>> price = lambda now: values[0][0 in now] * values[1][1 in now]
    >>> [within(price, [frozenset({0}), frozenset({1})], i)(frozenset({i})) for i in (0, 1)]
    [4.5, -2.5]
    """
    others = [group for i, group in enumerate(groups) if i != place]

    @cache
    def added(members: Coalition) -> Any:
        total: Any = 0
        for size in range(len(others) + 1):
            weight = factorial(size) * factorial(len(others) - size)
            for chosen in combinations(others, size):
                changed: Coalition = frozenset().union(*chosen)
                total += weight * (game(changed | members) - game(changed))
        return total / factorial(len(groups))

    return added


@dataclass(frozen=True)
class MixRate:
    """One group's part in the change of a ratio: by its own ``rate``, and by its weight in the ``mix``."""

    rate: float
    mix: float

    @property
    def part(self) -> float:
        return self.rate + self.mix


def mix_and_rate(
    numerators: Sequence[tuple[float, float]], denominators: Sequence[tuple[float, float]]
) -> list[MixRate] | None:
    """The change of Σ numerators ÷ Σ denominators by group, each given as (before, now); parts sum to the change.

    With the group's rate r = numerator ÷ denominator and weight w = denominator ÷ Σ denominators, Δ(w·r) is w̄·Δr (rate)
    + Δw·r̄ (mix). The mix is measured from the middle R̄ of the overall rates before and now, so that a group that grows
    counts for as much as it is unlike the others; since ΣΔw = 0 this moves nothing in all. A group that is new or
    vanished has one rate only: all of its part is mix. What has a numerator alone and at neither end a weight is no
    mix: its part counts as rate. None where one of the two overall ratios is undefined.

    >>> parts = mix_and_rate([(270, 35), (5, 90)], [(900, 100), (100, 900)])  # Simpson's paradox
    >>> [round(100 * sum(values), 9) for values in zip(*((p.rate, p.mix, p.part) for p in parts))]
    [5.0, -20.0, -15.0]
    """
    wholes = [sum(d[t] for d in denominators) for t in (0, 1)]
    if not all(wholes):
        return None
    middle = sum(sum(n[t] for n in numerators) / wholes[t] for t in (0, 1)) / 2
    found = []
    for n, d in zip(numerators, denominators, strict=True):
        weights = [d[t] / wholes[t] for t in (0, 1)]
        if all(d):
            rates = [n[t] / d[t] for t in (0, 1)]
            rate = (weights[0] + weights[1]) / 2 * (rates[1] - rates[0])
            found.append(MixRate(rate, (weights[1] - weights[0]) * ((rates[0] + rates[1]) / 2 - middle)))
        else:
            apart = [n[t] / wholes[t] - weights[t] * middle for t in (0, 1)]
            part = apart[1] - apart[0]
            nothing = part - part  # 0 of the same kind of number
            found.append(MixRate(nothing, part) if any(d) else MixRate(part, nothing))
    return found
