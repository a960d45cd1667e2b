"""Scales on which a series is forecast, so that shares stay within 0 and 1 and counts do not fall below 0."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ENOUGH = 5.0  # counts below are told apart better by their square root than by their logarithm
NEAR = 0.25  # of the smallest distance from a bound ever seen: how near to it a value on it is put


class Bound(StrEnum):
    """What values a quantity can have at all."""

    NONE = "none"
    POSITIVE = "positive"  # from 0
    COUNT = "count"  # whole numbers from 0
    SHARE = "share"  # from 0 to 1


class Shape(StrEnum):
    """How values are bent."""

    PLAIN = "plain"
    ROOT = "root"
    LOG = "log"
    LOGIT = "logit"


@dataclass(frozen=True)
class Scale:
    """A monotone way there and back. ``floor`` is what a value on a bound counts as being away from it."""

    shape: Shape
    floor: float = 0.0

    def bent(self, values: Floats) -> Floats:
        """Values on the scale; NaN stays NaN."""
        match self.shape:
            case Shape.PLAIN:
                return values.astype(np.float64)
            case Shape.ROOT:
                return np.asarray(np.sqrt(np.maximum(values, 0.0) + 0.375))
            case Shape.LOG:
                return np.asarray(np.log(np.maximum(values, self.floor)))
            case Shape.LOGIT:
                inside = np.clip(values, self.floor, 1 - self.floor)
                return np.asarray(np.log(inside / (1 - inside)))

    def straight(self, bent: Floats) -> Floats:
        """What values on the scale stand for; always within the bounds."""
        match self.shape:
            case Shape.PLAIN:
                return bent.astype(np.float64)
            case Shape.ROOT:
                return np.asarray(np.maximum(np.square(np.maximum(bent, 0.0)) - 0.375, 0.0))
            case Shape.LOG:
                return np.asarray(np.exp(np.minimum(bent, 700.0)))
            case Shape.LOGIT:
                return np.asarray(1 / (1 + np.exp(-np.clip(bent, -700.0, 700.0))))


def fitting(bound: Bound, values: Floats) -> Scale:
    """The scale for what was seen so far of a quantity with that bound.

    Amounts and durations grow by shares of themselves: logarithm, where all are above 0, else the square root.

    >>> fitting(Bound.COUNT, np.array([1200.0, 1300.0])).shape, fitting(Bound.COUNT, np.array([0.0, 2.0])).shape
    (<Shape.LOG: 'log'>, <Shape.ROOT: 'root'>)
    """
    seen = values[~np.isnan(values)]
    if bound is Bound.SHARE and len(seen) and seen.min() >= 0 and seen.max() <= 1:
        return Scale(Shape.LOGIT, _floor(np.concatenate((seen, 1 - seen))))
    if bound is Bound.NONE or not len(seen) or seen.min() < 0:
        return Scale(Shape.PLAIN)
    if seen.min() >= (ENOUGH if bound is Bound.COUNT else np.nextafter(0.0, 1.0)):
        return Scale(Shape.LOG, float(seen.min()) * NEAR)
    return Scale(Shape.ROOT)


def _floor(distances: Floats) -> float:
    away = distances[distances > 0]
    return min(float(away.min()) * NEAR if len(away) else 0.01, 0.01)
