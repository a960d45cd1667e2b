"""Matched customers: each treated customer beside the untreated ones most like them before.

Nearest neighbours with replacement on the features and the propensity score, the difference corrected for what the
match leaves (Abadie and Imbens 2011), its error by their estimator for matching (2006). It holds as far as the features
hold all that decided who was treated: no statistics can check that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.distributions import two_sided_p
from crmeter.stats.effects.effect import LEVEL, Balance, Caution, Effect, Method, Placebo, Refusal
from crmeter.stats.intervals import around

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEIGHBOURS = 3
SCORE = 2.0  # how much more than a feature the propensity counts in who is near
CALIPER = 0.25  # standard deviations of the propensity score's logit, beyond which nobody is like a customer
LEAST = 20  # matched customers
APART = 0.25  # standard deviations by which matched groups may differ in a feature (Rubin 2001)
LEFT_OUT = 0.2  # share of the treated without a match, from which what is left is another group
_METHOD = Method.MATCHED_CUSTOMERS


@dataclass(frozen=True)
class Customers:
    """Outcome and features (customers × features, known before the start) of treated and untreated customers."""

    treated: Floats
    treated_features: Floats
    others: Floats
    others_features: Floats
    names: Sequence[str]
    before: tuple[Floats, Floats] | None = None  # the outcome of the time before, which is no feature


@dataclass(frozen=True)
class _Matches:
    """For each treated customer kept (places ``kept``) the places of the neighbours among the others."""

    kept: Ints
    neighbours: Ints


def matched_customers(customers: Customers, level: float = LEVEL) -> Effect:
    """The mean effect on the treated who have a match."""
    sizes = {"treated": len(customers.treated), "comparison": len(customers.others)}
    if min(sizes.values()) < LEAST:
        return Effect.refused(_METHOD, Refusal.TOO_FEW_UNITS, level=level, n=sizes)
    own, others, names = _standardised(customers)
    matches = _match(own, others)
    sizes["matched"] = len(matches.kept)
    if len(matches.kept) < LEAST:
        return Effect.refused(_METHOD, Refusal.NO_OVERLAP, level=level, n=sizes)
    estimate, error = _corrected(customers.treated, customers.others, own, others, matches)
    bounds = around(estimate, error, level)
    if bounds is None or error is None:
        return Effect.refused(_METHOD, Refusal.NO_VARIATION, level=level, n=sizes)
    balance = _balance(own, others, matches, names)
    found = Effect(
        _METHOD,
        estimate,
        *bounds,
        two_sided_p(estimate / error),
        level,
        sizes,
        baseline=float(customers.treated[matches.kept].mean()) - estimate,
        placebos=_earlier(customers, own, others, matches),
        balance=balance,
        warnings=(Caution.NOT_BY_LOT,),
    )
    return _checked(found, sizes)


def _checked(found: Effect, sizes: dict[str, int]) -> Effect:
    if any(abs(feature.after) > APART for feature in found.balance):
        found = found.but(Refusal.UNBALANCED)
    left_out = 1 - sizes["matched"] / sizes["treated"]
    if left_out > LEFT_OUT:
        found = found.but(Refusal.NO_OVERLAP)
    elif left_out > 0:
        found = found.noting(Caution.UNMATCHED_LEFT_OUT)
    if any(placebo.p is not None and placebo.p < 0.01 for placebo in found.placebos):
        found = found.but(Refusal.PRE_TREND)
    return found


def _standardised(customers: Customers) -> tuple[Floats, Floats, list[str]]:
    """Features in standard deviations of the treated and others together; those that do not vary are left out."""
    both = [customers.treated_features, customers.others_features]
    spread = np.sqrt((both[0].var(axis=0) + both[1].var(axis=0)) / 2)
    varies = spread > 1e-12
    middle = np.concatenate(both).mean(axis=0)[varies]
    own, others = ((features[:, varies] - middle) / spread[varies] for features in both)
    return own, others, [name for name, kept in zip(customers.names, varies, strict=True) if kept]


def propensity(own: Floats, others: Floats, ridge: float = 1e-3) -> Floats:
    """The logit of having been treated, of all (treated first): logistic regression by Newton, a little ridge so that
    features that tell treated and others apart wholly do not run away."""
    features = np.column_stack([np.ones(len(own) + len(others)), np.concatenate([own, others])])
    was = np.concatenate([np.ones(len(own)), np.zeros(len(others))])
    penalty = np.full(features.shape[1], ridge * len(was))
    penalty[0] = 0.0
    found = np.zeros(features.shape[1])
    found[0] = np.log(len(own) / len(others))
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(features @ found, -30, 30)))
        weight = np.maximum(chance * (1 - chance), 1e-9)
        slope = features.T @ (was - chance) - penalty * found
        step = np.linalg.solve((features.T * weight) @ features + np.diag(penalty), slope)
        found += step
        if float(np.abs(step).max()) < 1e-9:
            break
    return np.asarray(features @ found)


def _match(own: Floats, others: Floats) -> _Matches:
    """Neighbours in the features and the propensity, of those whose propensity lies within the caliper."""
    from scipy.spatial import cKDTree  # a fifth of a second to import

    logit = propensity(own, others)
    logit = logit / (float(logit.std()) or 1.0)
    score = logit[: len(own)], logit[len(own) :]
    places = [np.column_stack([SCORE * s, f]) for s, f in zip(score, (own, others), strict=True)]
    count = min(NEIGHBOURS, len(others))
    _, neighbours = cKDTree(places[1]).query(places[0], k=count)
    neighbours = np.asarray(neighbours).reshape(len(own), count)
    apart = np.abs(score[0][:, None] - score[1][neighbours]).max(axis=1)
    kept = np.flatnonzero(apart <= CALIPER)
    return _Matches(kept, neighbours[kept])


def _corrected(
    outcome: Floats, others_outcome: Floats, own: Floats, others: Floats, matches: _Matches
) -> tuple[float, float | None]:
    """The bias-corrected mean difference and its standard error."""
    weights = np.bincount(matches.neighbours.ravel(), minlength=len(others)) / matches.neighbours.shape[1]
    expected = _regression(others, others_outcome, weights)
    imputed = others_outcome[matches.neighbours] - expected(others)[matches.neighbours]
    without = expected(own)[matches.kept] + imputed.mean(axis=1)
    each = outcome[matches.kept] - without
    estimate, count = float(each.mean()), len(each)
    used = np.flatnonzero(weights > 0)
    noise = _noise(others, others_outcome, used)
    times = weights[used]
    repeated = times**2 - times / matches.neighbours.shape[1]
    variance = float(((each - estimate) ** 2).sum() + (repeated * noise).sum()) / count**2
    return estimate, variance**0.5 if variance > 0 else None


def _regression(features: Floats, outcome: Floats, weights: Floats) -> Callable[[Floats], Floats]:
    """Least squares on the features and their squares, of those matched, as often as they are."""
    root = np.sqrt(weights)
    found, *_ = np.linalg.lstsq(_curved(features) * root[:, None], outcome * root, rcond=1e-9)
    return lambda of: np.asarray(_curved(of) @ found)


def _curved(features: Floats) -> Floats:
    return np.column_stack([np.ones(len(features)), features, features**2])


def _noise(features: Floats, outcome: Floats, of: Ints) -> Floats:
    """The variance of the outcome of customers who are alike: between each of ``of`` and the two nearest others."""
    from scipy.spatial import cKDTree

    count = min(3, len(features))
    _, near = cKDTree(features).query(features[of], k=count)
    near = np.asarray(near).reshape(len(of), count)
    # identical customers may be found in any order: the mean leaves out oneself wherever that is
    total = outcome[near].sum(axis=1) - np.where((near == of[:, None]).any(axis=1), outcome[of], outcome[near[:, -1]])
    alike = count - 1
    return np.asarray((outcome[of] - total / alike) ** 2 * alike / (alike + 1))


def _balance(own: Floats, others: Floats, matches: _Matches, names: Sequence[str]) -> tuple[Balance, ...]:
    """Mean differences of the features in standard deviations, of all and of those matched."""
    before = own.mean(axis=0) - others.mean(axis=0)
    after = own[matches.kept].mean(axis=0) - others[matches.neighbours].mean(axis=(0, 1))
    return tuple(Balance(n, float(b), float(a)) for n, b, a in zip(names, before, after, strict=True))


def _earlier(customers: Customers, own: Floats, others: Floats, matches: _Matches) -> tuple[Placebo, ...]:
    """The same difference of an earlier outcome, which nothing can have changed."""
    if customers.before is None:
        return ()
    estimate, error = _corrected(*customers.before, own, others, matches)
    return (Placebo("before", (estimate,), two_sided_p(estimate / error) if error else None),)
