"""Inference by placebos: the same method, as if comparison units had been treated.

Nothing is assumed of the noise from period to period, only that the treated unit, in its own scale, could have been any
of them. The interval holds every effect which, taken off, leaves the treated unit among its placebos (inversion of the
test); a sum of squares takes the place of ranks where there are fewer than RANKED placebos.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np

from crmeter.stats.distributions import student_t_quantile, student_t_two_sided_p
from crmeter.stats.effects import synthetic
from crmeter.stats.effects.effect import LEVEL, Caution, Effect, Method, Path, Placebo, Refusal
from crmeter.stats.effects.panel import Floats, Panel, scales
from crmeter.stats.effects.synthetic import Mixture

RANKED = 19  # placebos from which their ranks make a 95% interval
LEAST = 5  # comparison units
PERIODS = 5  # before the start
PLACEBOS = 200  # at most, where several units are treated together
MISFIT = 2.0  # times the usual misfit of placebos, from which a fit is bad if it is also among the worst twentieth
_IN_TIME_P = 0.01
# So much wider than the placebos say: each of them has one comparison unit less, and their weights of periods lean on
# the others; measured by benchmarks/studies/effects.py.
WIDER = {Method.SYNTHETIC_CONTROL: 1.0, Method.SYNTHETIC_DIFFERENCE_IN_DIFFERENCES: 1.04}

Mix = Callable[[Panel], Mixture]


def synthetic_control(panel: Panel, level: float = LEVEL) -> Effect:
    """The effect by a mixture of comparison units, bounded by placebos in units."""
    return _effect(Method.SYNTHETIC_CONTROL, synthetic.synthetic_control, panel, level)


def synthetic_difference_in_differences(panel: Panel, level: float = LEVEL) -> Effect:
    """The effect by a mixture of units and periods, bounded by placebos in units."""
    mix = synthetic.synthetic_difference_in_differences
    return _effect(Method.SYNTHETIC_DIFFERENCE_IN_DIFFERENCES, mix, panel, level)


def _effect(method: Method, mix: Mix, panel: Panel, level: float) -> Effect:
    groups = len(panel.comparison) // len(panel.treated)
    if panel.before < PERIODS:
        return Effect.refused(method, Refusal.TOO_FEW_PERIODS, level=level, n=panel.sizes)
    if groups < LEAST:
        return Effect.refused(method, Refusal.TOO_FEW_UNITS, level=level, n=panel.sizes)
    found, misfits = _against_placebos(method, mix, panel, level)
    if Refusal.NO_VARIATION in found.refusals:
        return found
    if _is_bad(misfits):
        found = found.but(Refusal.BAD_PRE_FIT)
    return _with_time(found, mix, panel)


def _against_placebos(method: Method, mix: Mix, panel: Panel, level: float) -> tuple[Effect, Floats]:
    """The effect with its interval, and the misfits in their scales: the treated one's, then the placebos'."""
    mixture = mix(panel)
    own, others = _group_scale(panel)
    chosen = _groups(len(panel.comparison), len(panel.treated))
    mixtures = [mix(panel.as_if(np.array(group))) for group in chosen]
    sizes = np.array([_joint(others[list(group)]) for group in chosen])
    estimates = np.array([m.estimate for m in mixtures])
    independent = len(panel.comparison) // len(panel.treated)
    inferred = _inferred(mixture.estimate, own, WIDER[method] * estimates / sizes, independent, level)
    found = Effect(
        method,
        mixture.estimate,
        level=level,
        n=panel.sizes,
        baseline=float(panel.target[panel.before :].mean()) - mixture.estimate,
        path=Path(tuple(panel.target.tolist()), tuple(mixture.expected.tolist()), panel.before),
        weights=tuple(mixture.units.tolist()),
    )
    misfits = np.array([mixture.misfit / own, *(m.misfit / size for m, size in zip(mixtures, sizes, strict=True))])
    if inferred is None:
        return found.but(Refusal.NO_VARIATION), misfits
    low, high, p = inferred
    found = replace(found, low=low, high=high, p=p, placebos=(Placebo("units", tuple(estimates.tolist()), p),))
    return (found.noting(Caution.FEW_PLACEBOS) if independent < RANKED else found), misfits


def _group_scale(panel: Panel) -> tuple[float, Floats]:
    """The scale of the mean of the treated units, and of each comparison unit."""
    own, others = scales(panel)
    return _joint(own), others


def _joint(sizes: Floats) -> float:
    """The scale of the mean of units with the given scales."""
    return float(np.sqrt((sizes**2).sum()) / len(sizes))


def _groups(count: int, size: int) -> list[tuple[int, ...]]:
    """Which comparison units stand in for the treated: each by itself, or as many drawn as often as PLACEBOS."""
    if size == 1:
        return [(number,) for number in range(count)]
    every = list(combinations(range(count), size)) if count <= 12 else []
    if every and len(every) <= PLACEBOS:
        return every
    rng = np.random.default_rng(0)  # a fixed seed: the same panel has the same interval
    return [tuple(sorted(rng.choice(count, size, replace=False).tolist())) for _ in range(PLACEBOS)]


def _inferred(
    estimate: float, scale: float, placebos: Floats, independent: int, level: float
) -> tuple[float, float, float] | None:
    """Bounds and p of an estimate among placebos in units of their scale; None where no placebo differs from 0."""
    sizes = np.abs(placebos)
    spread = float(np.sqrt((placebos**2).mean()))
    if spread <= 1e-12 * max(1.0, abs(estimate) / scale):
        return None
    own = abs(estimate) / scale
    if independent >= RANKED:
        reach = _ranked(sizes, level) * scale
        rank = float((1 + (sizes >= own).sum()) / (1 + len(sizes)))
        # between two ranks the interval decides: p says the same as it
        p = min(rank, 1 - level) if own * scale > reach else max(rank, 1 - level)
        return estimate - reach, estimate + reach, p
    degrees = independent - 1
    reach = student_t_quantile(0.5 + level / 2, degrees) * spread * scale
    return estimate - reach, estimate + reach, student_t_two_sided_p(own / spread, degrees)


def _ranked(sizes: Floats, level: float) -> float:
    """The size that another placebo would not exceed with chance ``level``: between the two next ranks of n + 1."""
    ordered, place = np.sort(sizes), level * (len(sizes) + 1)
    below = min(int(place), len(sizes))
    above = min(below + 1, len(sizes))
    return float(ordered[below - 1] + (place - below) * (ordered[above - 1] - ordered[below - 1]))


def _is_bad(misfits: Floats) -> bool:
    """Whether the treated unit is fitted so much worse than placebos that it is not one of them."""
    own, others = misfits[0], misfits[1:]
    return bool(own > MISFIT * np.median(others) and (others >= own).mean() <= 0.05)


def _with_time(found: Effect, mix: Mix, panel: Panel) -> Effect:
    """The same method with an earlier start, where nothing was done: it must find nothing."""
    start = max(panel.before - panel.after, (panel.before + 1) // 2)
    if start < PERIODS or start >= panel.before:
        return found
    earlier, _ = _against_placebos(found.method, mix, panel.earlier(start), found.level)
    if earlier.estimate is None or earlier.p is None or earlier.low is None:
        return found
    noted = replace(found, placebos=(*found.placebos, Placebo("time", (earlier.estimate,), earlier.p)))
    # ranks of a few placebos cannot be below _IN_TIME_P: farther off than any of them by half is as unlikely
    ranked = len(panel.comparison) // len(panel.treated) >= RANKED
    own, others = _group_scale(panel)
    units = np.abs(np.array(earlier.placebos[0].estimates)) / _sizes_of(panel, others)
    far = ranked and abs(earlier.estimate) / own > 1.5 * float(units.max())
    return noted.but(Refusal.PLACEBO_IN_TIME) if far or earlier.p < _IN_TIME_P else noted


def _sizes_of(panel: Panel, others: Floats) -> Floats:
    """The scales of the placebo groups, in their order."""
    return np.array([_joint(others[list(group)]) for group in _groups(len(panel.comparison), len(panel.treated))])
