"""Difference in differences: what the treated changed by beyond what the others did.

Each unit counts with one change, mean after − mean before, so that noise that stays from period to period is in the
spread of the changes (Bertrand, Duflo and Mullainathan 2004). With few treated units their spread is that of the
comparison units (Donald and Lang 2007), each measured in its own scale (Ferman and Pinto 2019).
"""

from __future__ import annotations

import numpy as np

from crmeter.stats.differences import Moments, means
from crmeter.stats.distributions import student_t_quantile, student_t_two_sided_p
from crmeter.stats.effects.effect import LEVEL, Caution, Effect, Method, Path, Placebo, Refusal
from crmeter.stats.effects.panel import Floats, Panel, changes, scales

FEW = 5  # treated units below which their own spread says too little
LEAST = 4  # comparison units
WIDER = 1.02  # than the spread of the others says, of which the scales are estimates too
PRE_TREND_P = 0.01
PERIODS_FOR_TREND = 4
_METHOD = Method.DIFFERENCE_IN_DIFFERENCES


def difference_in_differences(panel: Panel, level: float = LEVEL) -> Effect:
    """The effect on the treated units; refused where the comparison is too small, or where they had already parted.

    >>> found = difference_in_differences(Panel(np.array([[1.0, 3.0]]), np.array([[1.0, 1.0], [2.0, 4.0]]), 1))
    >>> found.estimate, found.refusals[0].value
    (1.0, 'too_few_units')
    """
    own, others = changes(panel.treated, panel.before), changes(panel.comparison, panel.before)
    estimate = float(own.mean() - others.mean())
    path = _path(panel)
    found = Effect(
        _METHOD,
        estimate,
        level=level,
        n=panel.sizes,
        baseline=float(panel.target[panel.before :].mean()) - estimate,
        path=path,
    )
    if len(others) < LEAST:
        return found.but(Refusal.TOO_FEW_UNITS)
    weights = scales(panel)
    tested = _tested(own, others, weights, level)
    if tested is None:
        return found.but(Refusal.NO_VARIATION)
    low, high, p = tested
    found = Effect(**{**found.__dict__, "low": low, "high": high, "p": p})
    if len(own) < FEW:
        found = found.noting(Caution.FEW_UNITS)
    return _with_trend(found, panel, weights)


def _with_trend(found: Effect, panel: Panel, weights: tuple[Floats, Floats]) -> Effect:
    """Whether the treated had already been parting from the others before the start."""
    if panel.before < PERIODS_FOR_TREND:
        return found.noting(Caution.PRE_TREND_UNKNOWN)
    slopes = [_slopes(units[:, : panel.before]) for units in (panel.treated, panel.comparison)]
    parting = _tested(slopes[0], slopes[1], weights, found.level)
    p = parting[2] if parting else None
    placebo = Placebo("trend", (float(slopes[0].mean() - slopes[1].mean()),), p)
    found = Effect(**{**found.__dict__, "placebos": (*found.placebos, placebo)})
    return found.but(Refusal.PRE_TREND) if p is not None and p < PRE_TREND_P else found


def _slopes(units: Floats) -> Floats:
    """The least-squares slope of each unit, by period."""
    time = np.arange(units.shape[1]) - (units.shape[1] - 1) / 2
    return np.asarray(units @ time / (time @ time))


def _tested(
    own: Floats, others: Floats, weights: tuple[Floats, Floats], level: float
) -> tuple[float, float, float] | None:
    """Bounds and p of the difference of means of two sets of units; None where nothing varies."""
    if len(own) >= FEW:
        found = means(_moments(own), _moments(others), level)
        if found is None or found.low is None or found.high is None or found.p is None:
            return None
        return found.low, found.high, found.p
    sizes = weights[1] ** 2
    degrees = float(sizes.sum() ** 2 / (sizes**2).sum() - 1)  # of a sum of squares that are not all as large
    spread = float(((others - others.mean()) ** 2).sum() / sizes.sum() * len(others) / (len(others) - 1))
    parts = float((weights[0] ** 2).sum() / len(own) ** 2 + (weights[1] ** 2).sum() / len(others) ** 2)
    error = WIDER * (spread * parts) ** 0.5
    if error <= 1e-12 * max(1.0, float(np.abs(others).max())):
        return None
    change = float(own.mean() - others.mean())
    reach = student_t_quantile(0.5 + level / 2, degrees) * error
    return change - reach, change + reach, student_t_two_sided_p(change / error, degrees)


def _moments(values: Floats) -> Moments:
    """Around their mean, where squares lose no digits; the mean is put back by shifting the total."""
    return Moments(len(values), float(values.sum()), float((values**2).sum()))


def _path(panel: Panel) -> Path:
    """The comparison, moved to where the treated were before."""
    others = panel.comparison.mean(axis=0)
    gap = float((panel.target - others)[: panel.before].mean())
    return Path(tuple(panel.target.tolist()), tuple((others + gap).tolist()), panel.before)
