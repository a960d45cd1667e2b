"""Panels: units by periods, some of them treated from a period on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """``treated`` and ``comparison`` are units × periods, of which the first ``before`` lie before the start."""

    treated: Floats
    comparison: Floats
    before: int

    def __post_init__(self) -> None:
        shapes = [self.treated.ndim, self.comparison.ndim, self.treated.shape[-1] - self.comparison.shape[-1]]
        if shapes != [2, 2, 0] or not 0 < self.before < self.periods or not len(self.treated):
            raise ValueError("a panel is units × periods, with treated units and periods before and after the start")
        if not (np.isfinite(self.treated).all() and np.isfinite(self.comparison).all()):
            raise ValueError("a panel has a number for each unit and period")

    @property
    def periods(self) -> int:
        return int(self.treated.shape[1])

    @property
    def after(self) -> int:
        return self.periods - self.before

    @property
    def sizes(self) -> dict[str, int]:
        """How many units and periods."""
        return {
            "treated": len(self.treated),
            "comparison": len(self.comparison),
            "before": self.before,
            "after": self.after,
        }

    @cached_property
    def target(self) -> Floats:
        """The mean of the treated units, period by period."""
        return np.asarray(self.treated.mean(axis=0))

    def earlier(self, start: int) -> Panel:
        """The panel of the periods before, as if something had begun at period ``start``, for as long as it did; the
        true start is out of sight."""
        end = min(self.before, start + self.after)
        return Panel(self.treated[:, :end], self.comparison[:, :end], start)

    def as_if(self, chosen: NDArray[np.int64]) -> Panel:
        """The panel without its treated units, as if the comparison units ``chosen`` were treated."""
        rest = np.delete(self.comparison, chosen, axis=0)
        return Panel(self.comparison[chosen], rest, self.before)


def changes(units: Floats, before: int) -> Floats:
    """Mean after − mean before, of each unit."""
    return np.asarray(units[:, before:].mean(axis=1) - units[:, :before].mean(axis=1))


def scales(panel: Panel) -> tuple[Floats, Floats]:
    """How much the treated and the comparison units vary from period to period, before the start: the spread of the
    steps of each unit less the mean comparison unit. Large units swing more, or less, than small ones; the same noise
    has the same scale whether it fades or stays.

    As far as the comparison units differ by no more than chance, all are drawn to one scale (empirical Bayes on the
    logarithms of the variances); a treated unit that swings beyond chance more than they keeps the most of its own. 1
    for all where it is not known.
    """
    ones = np.ones(len(panel.treated)), np.ones(len(panel.comparison))
    if panel.before < 5:
        return ones
    middle = panel.comparison[:, : panel.before].mean(axis=0)
    own, others = (
        np.diff(units[:, : panel.before] - middle, axis=1).var(axis=1) for units in (panel.treated, panel.comparison)
    )
    typical = float(np.median(others))
    if typical <= 0:
        return ones
    logs = [np.log(np.maximum(variances, typical / 100)) for variances in (own, others)]
    by_chance = 3 / (panel.before - 2)  # of the logarithm; steps of white noise count as two thirds of as many
    centre = float(logs[1].mean())
    true = max(float(logs[1].var()) - by_chance, 0.0)
    beyond = np.where(logs[0] > centre, (logs[0] - centre) ** 2 - 4 * by_chance, 0.0)  # two standard errors
    spreads = np.maximum(beyond, true), np.full(len(others), true)
    found = [
        np.exp((centre + spread / (spread + by_chance) * (log - centre)) / 2)
        for log, spread in zip(logs, spreads, strict=True)
    ]
    return found[0], found[1]
