"""Trials (A/B): lots decided who was treated, so the arms differ by chance and by what was done.

Means by Welch, shares by Newcombe, ratios of sums by the delta method with the person as the unit: two orders of one
person are not two facts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crmeter.stats import differences
from crmeter.stats.differences import Difference, Moments
from crmeter.stats.distributions import two_sided_p
from crmeter.stats.effects.effect import LEVEL, Caution, Effect, Method, Placebo, Refusal
from crmeter.stats.intervals import clustered_standard_error

Floats = NDArray[np.float64]
MISMATCH_P = 0.001
BEFORE_P = 0.01
LEAST = 10  # persons in each arm
_METHOD = Method.TRIAL


@dataclass(frozen=True)
class Arm:
    """One number of each person; ``per`` is what it is divided by, person by person (None: the mean of a person)."""

    values: Floats
    per: Floats | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def value(self) -> float | None:
        """Σ values ÷ Σ per, or the mean."""
        below = float(self.per.sum()) if self.per is not None else float(len(self.values))
        return float(self.values.sum()) / below if below > 0 else None


def sample_ratio_p(treated: int, control: int, planned: float = 0.5) -> float:
    """How likely chance alone splits people so far from the plan; ``planned`` is the share to be treated (χ², df 1).

    >>> round(sample_ratio_p(5_000, 5_300), 4)
    0.0031
    """
    whole = treated + control
    if not whole:
        return 1.0
    expected = whole * planned
    return two_sided_p((treated - expected) / (expected * (1 - planned)) ** 0.5)


def trial(
    treated: Arm,
    control: Arm,
    level: float = LEVEL,
    *,
    planned: float | None = 0.5,
    before: tuple[Arm, Arm] | None = None,
) -> Effect:
    """The effect of having been treated; ``planned`` is the share of both arms that was to be treated, None where it
    was not noted, ``before`` the same outcome of the time before, which lots must have made alike.

    Refused where the arms are not as large as planned: then something else than lots decided who is in them.
    """
    sizes = {"treated": len(treated), "comparison": len(control)}
    if min(sizes.values()) < LEAST:
        return Effect.refused(_METHOD, Refusal.TOO_FEW_UNITS, level=level, n=sizes)
    difference = between(treated, control, level)
    baseline = control.value
    if difference is None or baseline is None:
        return Effect.refused(_METHOD, Refusal.NO_VARIATION, level=level, n=sizes)
    found = Effect(
        _METHOD, difference.change, difference.low, difference.high, difference.p, level, sizes, baseline=baseline
    )
    if difference.low is None:
        found = found.but(Refusal.NO_VARIATION)
    if planned is None:
        found = found.noting(Caution.NOT_BY_LOT)
    elif sample_ratio_p(len(treated), len(control), planned) < MISMATCH_P:
        found = found.but(Refusal.SAMPLE_RATIO_MISMATCH)
    earlier = between(*before, level) if before else None
    if earlier is None or earlier.p is None:
        return found
    found = replace(found, placebos=(Placebo("before", (earlier.change,), earlier.p),))
    return found.noting(Caution.ARMS_DIFFERED_BEFORE) if earlier.p < BEFORE_P else found


def between(treated: Arm, control: Arm, level: float = LEVEL) -> Difference | None:
    """Treated − control, by the kind of numbers they are; None where an arm has none."""
    if treated.per is not None and control.per is not None:
        return _of_ratios(treated, control, level)
    if all(np.isin(arm.values, (0.0, 1.0)).all() for arm in (treated, control)):
        counted = [(float(arm.values.sum()), float(len(arm))) for arm in (treated, control)]
        return differences.shares(*counted[0], *counted[1], level)
    return differences.means(_moments(treated.values), _moments(control.values), level)


def _moments(values: Floats) -> Moments:
    return Moments(len(values), float(values.sum()), float((values**2).sum()))


def _of_ratios(treated: Arm, control: Arm, level: float) -> Difference | None:
    """Σ ÷ Σ of both arms, whose persons are others."""
    value, base = treated.value, control.value
    if value is None or base is None:
        return None
    return differences.estimates(value, _error(treated), base, _error(control), level=level)


def _error(arm: Arm) -> float | None:
    """The standard error of Σ values ÷ Σ per, by person."""
    assert arm.per is not None
    x, y = arm.values, arm.per
    below, value = float(y.sum()), arm.value or 0.0
    products = [[float(x @ x), float(x @ y)], [float(x @ y), float(y @ y)]]
    return clustered_standard_error(len(arm), [float(x.sum()), below], products, [1 / below, -value / below])
