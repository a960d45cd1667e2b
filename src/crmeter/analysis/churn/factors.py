"""What goes with leaving when all else is alike: Cox's regression (1972) by lifelines.

It tells what leavers have in common, never why they left: whoever differs in one attribute may differ in others that
nobody wrote down.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crmeter.analysis.churn.levels import Level
from crmeter.analysis.churn.lifetimes import Lifetimes
from crmeter.kernel.errors import UserError
from crmeter.kernel.extras import library
from crmeter.kernel.messages import t
from crmeter.stats.intervals import two_sided_z
from crmeter.stats.multiple import adjusted_p

ENDS_A_TERM = 10  # customers lost that each compared group needs (Peduzzi 1996)
LEAST_LOST = 5  # in a group, below which its ratio could be anything
Q = 0.05
ALPHA = 0.05
OWN = 0.05  # of its variance, which a group must not have in common with those in the model


@dataclass(frozen=True)
class Factor:
    """One group against the reference of its dimension, all other dimensions alike.

    ``proportional`` is False where the ratio changes with tenure (Schoenfeld residuals, corrected for how many are
    looked at): then it is an average over the months seen. None where that cannot be checked.
    """

    dimension: str
    level: Level
    reference: Level
    lost: int
    ratio: float
    low: float
    high: float
    p: float
    q: float
    proportional_p: float | None
    proportional: bool | None

    @property
    def beyond_noise(self) -> bool:
        return self.q <= Q


@dataclass(frozen=True)
class Factors:
    """All factors; ``concordance`` is the share of pairs of customers of whom the one estimated to leave earlier did.

    ``left_out`` names dimensions not in the model, each with why: ``one_group``, ``too_few`` customers lost, or
    ``says_the_same`` as one that is in it; ``passed_over`` counts customers of groups too small to compare.
    """

    customers: int
    lost: int
    passed_over: int
    concordance: float
    factors: tuple[Factor, ...]
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Term:
    dimension: str
    level: Level
    reference: Level
    column: np.ndarray
    known: np.ndarray  # whose group is compared at all


def factors(found: Lifetimes, dimensions: Sequence[str], *, named: bool = False) -> Factors:
    """Cox's regression on ``dimensions``, within each kind of relationship.

    Dimensions come in, those of fewest groups first, as long as there are enough customers lost for each group
    compared; where the user ``named`` them, all or none. UserError where there are too few. Customers of groups of
    whom hardly anybody left are not looked at: their ratio could be anything.
    """
    lost = int(found.observed.sum())
    candidates = {name: _terms(found, name) for name in dimensions}
    left_out = [(name, "one_group") for name, terms in candidates.items() if not terms]
    room, chosen = lost // ENDS_A_TERM, list[_Term]()
    for name, terms in sorted(candidates.items(), key=lambda item: (len(item[1]), item[0])):
        if len(chosen) + len(terms) > room:
            left_out.append((name, "too_few"))
        elif _says_the_same(chosen, terms):
            left_out.append((name, "says_the_same"))
        else:
            chosen += terms
    if not chosen or (named and any(why == "too_few" for _, why in left_out)):
        raise _too_few(lost, sum(map(len, candidates.values())))
    kept = np.all([term.known for term in chosen], axis=0)
    alike = found.pick(kept)
    chosen = [replace(term, column=term.column[kept]) for term in chosen]
    model, frame = _fitted(alike, chosen)
    return Factors(
        len(alike),
        int(alike.observed.sum()),
        len(found) - len(alike),
        float(model.concordance_index_),
        _told(alike, chosen, model, frame),
        tuple(left_out),
    )


def _too_few(lost: int, groups: int) -> UserError:
    return UserError.of(
        t("There are too few lost customers to tell what goes with leaving: {lost}.", lost=lost),
        t("Each of the {groups} groups compared needs {least} of them, or its ratio is chance.",
          groups=max(groups, 1), least=ENDS_A_TERM),
        t("Name fewer dimensions (--by), or wait for more data."),
    )  # fmt: skip


def _terms(found: Lifetimes, name: str) -> list[_Term]:
    """The groups of a dimension that enough have left, but the largest, which is the reference."""
    levels = found.levels(name)
    own = [levels.of == number for number in range(len(levels.levels))]
    kept = [number for number, of in enumerate(own) if int((of & found.observed).sum()) >= LEAST_LOST]
    if len(kept) < 2:
        return []
    known = np.isin(levels.of, kept)
    reference = levels.levels[kept[0]]
    return [_Term(name, levels.levels[n], reference, own[n].astype(float), known) for n in kept[1:]]


def _says_the_same(chosen: Sequence[_Term], terms: Sequence[_Term]) -> bool:
    """Whether the groups of a dimension follow nearly from those of others: who has no industry is a person."""
    if not chosen or not terms:
        return False
    for place, term in enumerate(terms):
        others = [np.ones(len(term.column)), *(each.column for each in (*chosen, *terms[:place], *terms[place + 1 :]))]
        basis = np.column_stack(others)
        left = term.column - basis @ np.linalg.lstsq(basis, term.column, rcond=None)[0]
        if left.var() < OWN * term.column.var():
            return True
    return False


def _fitted(found: Lifetimes, terms: Sequence[_Term]) -> tuple[Any, Any]:
    """The model of lifelines and the table it was fitted to; UserError where it does not settle."""
    lifelines, pandas = library("lifelines"), library("pandas")
    names = [f"x{place}" for place in range(len(terms))]
    columns = {name: term.column for name, term in zip(names, terms, strict=True)}
    columns |= {
        "lasted": found.lasted,
        "observed": found.observed.astype(float),
        "contract": found.contract.astype(float),
    }
    windowed = found.since is not None
    if windowed:
        columns["entry"] = np.maximum(found.entry, 0.0)
    frame = pandas.DataFrame(columns)
    model = lifelines.CoxPHFitter()
    strata = ["contract"] if len(found.relationships()) > 1 else None
    if strata is None:
        frame = frame.drop(columns="contract")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", lifelines.exceptions.ConvergenceWarning)
            model.fit(frame, "lasted", "observed", strata=strata, entry_col="entry" if windowed else None)
    except (lifelines.exceptions.ConvergenceError, lifelines.exceptions.ConvergenceWarning) as error:
        raise UserError.of(
            t("What goes with leaving cannot be told apart here."),
            t("Dimensions say nearly the same, or all of a group left at once."),
            t("Name other dimensions (--by)."),
        ) from error
    return model, frame


def _told(found: Lifetimes, terms: Sequence[_Term], model: Any, frame: Any) -> tuple[Factor, ...]:
    names = [f"x{place}" for place in range(len(terms))]
    p_values = [float(model.summary.loc[name, "p"]) for name in names]
    shapes = _shapes(model, frame, names)
    z = two_sided_z(0.95)
    told = []
    for name, term, p, q, shape, checked in zip(
        names, terms, p_values, adjusted_p(p_values), shapes, adjusted_p(shapes), strict=True
    ):
        value, error = float(model.params_[name]), float(model.standard_errors_[name])
        ratio, low, high = (math.exp(value + sign * z * error) for sign in (0, -1, 1))
        lost = int((term.column.astype(bool) & found.observed).sum())
        proportional = None if checked is None else checked > ALPHA
        told.append(
            Factor(term.dimension, term.level, term.reference, lost, ratio, low, high, p, q or 0.0, shape, proportional)
        )
    return tuple(sorted(told, key=lambda f: (f.q, f.dimension, f.level.key or "")))


def _shapes(model: Any, frame: Any, names: Sequence[str]) -> list[float | None]:
    """For each group the chance of residuals that follow tenure as much, were its ratio the same at any (Grambsch and
    Therneau 1994); None where customers came into sight late, for which the library has no residuals."""
    if "entry" in frame.columns:
        return [None] * len(names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        held = library("lifelines.statistics").proportional_hazard_test(model, frame, time_transform="rank")
    found = dict(zip([name if isinstance(name, str) else name[0] for name in held.name], held.p_value, strict=True))
    return [float(found[name]) for name in names]
