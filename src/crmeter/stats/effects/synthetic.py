"""Weights of comparison units, and of periods, whose mixture runs like the treated unit did before the start.

Synthetic control (Abadie, Diamond and Hainmueller 2010, without covariates) and synthetic difference in differences
(Arkhangelsky, Athey, Hirshberg, Imbens and Wager 2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmeter.stats.effects.panel import Floats, Panel

_SUM = 1e4  # how much more than a typical value the rule counts that weights sum to 1


@dataclass(frozen=True)
class Mixture:
    """What the comparison units, mixed, make of the treated one. ``gap`` is by how much it is moved."""

    estimate: float
    units: Floats  # weights
    periods: Floats  # weights of the periods before; none for synthetic control
    expected: Floats  # period by period
    misfit: float  # root mean square of what is left before the start


def simplex_weights(columns: Floats, wanted: Floats, ridge: float) -> Floats:
    """The weights w >= 0 with Σw = 1 that minimise |columns·w − wanted|² + ridge·|w|².

    Non-negative least squares (Lawson and Hanson), exact to rounding, with the sum as a heavy last row.
    """
    from scipy.optimize import nnls  # half a second to import

    count = columns.shape[1]
    size = float(np.abs(columns).mean() + np.abs(wanted).mean()) or 1.0
    rows = [columns / size, np.full((1, count), _SUM)]
    goal = [wanted / size, np.array([_SUM])]
    if ridge > 0:
        rows.append(np.eye(count) * (ridge**0.5 / size))
        goal.append(np.zeros(count))
    found, _ = nnls(np.concatenate(rows), np.concatenate(goal), maxiter=60 * count)
    return np.asarray(found / found.sum())


def centred(values: Floats) -> Floats:
    """Each column less its mean: weights with a constant of their own."""
    return np.asarray(values - values.mean(axis=0))


def synthetic_control(panel: Panel) -> Mixture:
    """The mixture of comparison units that lies closest to the treated before the start."""
    others, target, before = panel.comparison, panel.target, panel.before
    steps = float(np.diff(others[:, :before], axis=1).std()) if before > 1 else 0.0
    weights = simplex_weights(others[:, :before].T, target[:before], (1e-6 * steps) ** 2 * before)
    expected = weights @ others
    gaps = target - expected
    estimate = float(gaps[before:].mean())
    return Mixture(estimate, weights, np.empty(0), expected, float(np.sqrt((gaps[:before] ** 2).mean())))


def synthetic_difference_in_differences(panel: Panel) -> Mixture:
    """The change of the treated less that of the mixture, from the periods before that foretell those after."""
    others, target, before = panel.comparison, panel.target, panel.before
    steps = float(np.diff(others[:, :before], axis=1).std(ddof=1))
    heavy = (len(panel.treated) * panel.after) ** 0.25 * steps
    early = others[:, :before]
    units = simplex_weights(centred(early.T), centred(target[:before]), heavy**2 * before)
    later = others[:, before:].mean(axis=1)
    periods = simplex_weights(centred(early), centred(later), (1e-6 * steps) ** 2 * len(others))
    mixed = units @ others
    gap = float((target[:before] - mixed[:before]) @ periods)
    left = target - mixed
    estimate = float(left[before:].mean()) - gap
    misfit = float(left[:before].std())
    return Mixture(estimate, units, periods, mixed + gap, misfit)
