"""How often the search for segments finds something where there is nothing, and how often it finds what is planted."""

from __future__ import annotations

from typing import Any

import numpy as np

from crmeter.analysis.drivers.segments import Sums, search_all

COMPANIES, CUSTOMERS, ROUNDS = 400, 3000, 199
MEMBERS = (2, 3, 4, 5, 6, 8)  # of six dimensions, and their fifteen pairs


def company(seed: int, kind: str, story: bool) -> tuple[Sums, list[list[str | None]], float]:
    """Customers of two periods: a rate of leaving (``rate``), waiting hours with a heavy tail (``hours``), or revenue
    (``money``). One dimension goes with the level of all of it in both periods, which is no story. Where there is one,
    it befalls a member of the third dimension."""
    rng = np.random.default_rng(seed)
    labels = [rng.integers(0, n, CUSTOMERS) for n in MEMBERS]
    high, struck = labels[1] == 0, labels[2] == 1
    numbers = np.zeros((CUSTOMERS, 2, 2))
    for when in (0, 1):
        there = rng.random(CUSTOMERS) < 0.75
        more = np.where(struck & story & bool(when), 2.0, 1.0)
        if kind == "rate":
            numbers[:, 0, when] = there & (rng.random(CUSTOMERS) < np.where(high, 0.10, 0.05) * more)
            numbers[:, 1, when] = there
        elif kind == "hours":
            cases = there * rng.poisson(0.25, CUSTOMERS)
            own = rng.lognormal(1.0, 1.1, CUSTOMERS) * np.where(high, 1.5, 1.0) * more
            numbers[:, 0, when], numbers[:, 1, when] = cases * own, cases
        else:
            numbers[:, 0, when] = there * rng.lognormal(6.0, 1.0, CUSTOMERS) * np.where(high, 2.0, 1.0) * more
    found = Sums(tuple(map(str, range(CUSTOMERS))), numbers, 1.0, 0.0)
    tops, bottoms = numbers[:, 0].sum(axis=0), numbers[:, 1].sum(axis=0)
    values = tops / bottoms if bottoms.all() else tops
    return found, [[str(x) for x in each] for each in labels], float(values[1] - values[0])


def study(companies: int = COMPANIES) -> dict[str, Any]:
    """Of each kind: the share of companies without a story in which any segment was told (5% at most is promised),
    and of those with one the share in which the planted segment came first."""
    names = [f"d{i}" for i in range(len(MEMBERS))]
    told: dict[str, Any] = {"companies": companies, "customers": CUSTOMERS, "rounds": ROUNDS}
    for kind in ("rate", "hours", "money"):
        for story in (False, True):
            finds = first = 0
            for seed in range(companies):
                found, labels, change = company(seed, kind, story)
                result = search_all(found, names, labels, change, seed=seed, rounds=ROUNDS)
                finds += bool(result.segments)
                first += bool(result.segments) and dict(result.segments[0].by) == {"d2": "1"}
            key = "with_story" if story else "without_story"
            told.setdefault(kind, {})[key] = {"found_any": finds / companies, "planted_first": first / companies}
    return told
