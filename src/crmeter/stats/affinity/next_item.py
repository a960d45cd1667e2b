"""Which item a person will choose next, from what the person has chosen so far: popularity times factors.

The chance of item j is its popularity, times a factor for each different item the person has chosen before (for j
itself the factor of choosing it again), all chances summing to 1: a multinomial logit, whose logarithms of factors are
drawn towards 0 by a normal prior. The prior's spread is the one under which older choices foretold the newer ones best;
where none foretells clearly better than popularity alone, every factor is 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmeter.stats.affinity.choices import Choices, Flags, Numbers, Whole

SPREADS = (0.0, 0.1, 0.25, 0.5, 1.0)  # of the logarithms of factors; 0 is popularity alone
MOST_ROWS = 30_000  # choices that a fit rests on, the newest; the more, the less they would change
_SURE = 0.5  # choices' worth of log-likelihood by which a spread must be better than popularity, each hundred


@dataclass(frozen=True)
class NextItem:
    """``popularity`` of each item of late, ``level`` what it is times that for people who have chosen before and whose
    history is no reason, and ``factors`` by the item chosen before (rows) and the next one (columns). ``spread`` is
    that of the prior, 0 where popularity alone foretold as well."""

    popularity: Numbers
    level: Numbers
    factors: Numbers
    spread: float

    def chances(self, had: Flags) -> Numbers:
        """The chance of each item (columns) to be the next, for people (rows) who have chosen the items of ``had``."""
        return _chances(np.log(self.popularity * self.level), np.log(self.factors), had)


def fit(choices: Choices, recent: Flags) -> NextItem:
    """The model of some choices, of which ``recent`` are the newest: popularity is theirs, and the prior is chosen by
    how well the rest foretells them."""
    had, again = had_until(choices), choices.again
    old, new = again & ~recent, again & recent
    spread = 0.0
    if old.any() and new.any():
        spread = _best_spread(choices, had, old, new)
    popular = _popular(choices, recent if recent.any() else np.ones(len(choices), dtype=bool))
    if spread == 0.0:
        return NextItem(popular, np.ones(choices.items), np.ones((choices.items, choices.items)), 0.0)
    level, logs = _logs(choices, had, again, spread)
    return NextItem(popular, np.exp(level) * _popular(choices, new) / popular, np.exp(logs), spread)


def _best_spread(choices: Choices, had: Flags, old: Flags, new: Flags) -> float:
    """The prior under which the old choices foretell the new ones best; any must beat popularity clearly."""
    popular = np.log(_popular(choices, old))
    place = np.flatnonzero(new)[-MOST_ROWS:]
    told, n = choices.item[place], choices.items

    def likelihood(spread: float) -> float:
        level, logs = np.zeros(n), np.zeros((n, n))
        if spread > 0:
            level, logs = _logs(choices, had, old, spread)
        chances = _chances(popular + level, logs, had[place])
        return float(np.log(np.maximum(chances[np.arange(len(place)), told], 1e-300)).sum())

    found = {spread: likelihood(spread) for spread in SPREADS}
    best = max(SPREADS, key=lambda spread: found[spread])
    return best if found[best] - found[0.0] > _SURE * max(len(place) / 100, 1.0) else 0.0


def _popular(choices: Choices, which: Flags) -> Numbers:
    """The share of each item; one that nobody chose keeps a small one, as if half a choice had been made of it."""
    counts = np.bincount(choices.item[which], minlength=choices.items) + 0.5
    return np.asarray(counts / counts.sum())


def _logs(choices: Choices, had: Flags, which: Flags, spread: float) -> tuple[Numbers, Numbers]:
    """The logarithms of the levels and of the factors: the maximum of likelihood × prior (L-BFGS, exact gradient)."""
    from scipy.optimize import minimize

    place = np.flatnonzero(which)[-MOST_ROWS:]
    before, chosen, n = had[place].astype(float), choices.item[place], choices.items
    least = 0.5 / max(int(which.sum()), 1)  # of an item that nobody chose
    popular = np.log(np.maximum(choices.part(which).popularity, least))[choices.era[place]]
    wanted = np.zeros((len(place), n))
    wanted[np.arange(len(place)), chosen] = 1.0

    def loss(flat: Numbers) -> tuple[float, Numbers]:
        logs, level = flat[n:].reshape(n, n), flat[:n]
        scores = popular + level + before @ logs
        scores -= scores.max(axis=1, keepdims=True)
        norm = np.log(np.exp(scores).sum(axis=1, keepdims=True))
        apart = np.exp(scores - norm) - wanted
        value = float((norm[:, 0] - scores[np.arange(len(place)), chosen]).sum() + (flat**2).sum() / (2 * spread**2))
        gradient = np.concatenate((apart.sum(axis=0), (before.T @ apart).ravel())) + flat / spread**2
        return value, gradient

    found = minimize(loss, np.zeros(n + n * n), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return found.x[:n], found.x[n:].reshape(n, n)


def _chances(popular: Numbers, logs: Numbers, had: Flags) -> Numbers:
    scores = popular + had.astype(float) @ logs
    scores -= scores.max(axis=1, keepdims=True)
    chances = np.exp(scores)
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def had_until(choices: Choices) -> Flags:
    """Which items (columns) the person of each choice (rows) had chosen before it."""
    found = np.zeros((len(choices), choices.items), dtype=bool)
    here = np.flatnonzero(choices.firsts)
    lengths = choices.ends[here] - here - 1
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
    place = np.repeat(here + 1, lengths) + np.arange(lengths.sum()) - starts
    found[place, np.repeat(choices.item[here], lengths)] = True
    return found


def had_before(choices: Choices, people: int) -> Flags:
    """Which items (columns) each person (rows) has chosen."""
    had = np.zeros((people, choices.items), dtype=bool)
    had[choices.person, choices.item] = True
    return had


def rank_of(chances: Numbers, item: Whole) -> Whole:
    """The place of an item in each row, 0 for the likeliest; of equals the one with the lower number comes first."""
    own = np.take_along_axis(chances, item[:, None], axis=1)
    before = np.arange(chances.shape[1])[None, :] < item[:, None]
    return np.asarray((chances > own).sum(axis=1) + ((chances == own) & before).sum(axis=1), dtype=np.int64)
