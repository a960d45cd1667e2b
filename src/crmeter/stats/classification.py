"""How good estimated chances are: do they rank, are they as high as they say, what does it help to follow them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crmeter.stats.intervals import LEVEL, two_sided_z, wilson

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ranking:
    """The area under the ROC curve: how often one who leaves has a higher chance than one who stays."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Part:
    """Some of those estimated: their mean estimate, the share to whom it happened with its interval, and how often
    that is what it is for all (``lift``)."""

    count: int
    happened: int
    estimated: float
    share: float
    low: float
    high: float
    lift: float


def auc(chances: ArrayLike, happened: ArrayLike, level: float = LEVEL) -> Ranking | None:
    """The area under the ROC curve with DeLong's interval (DeLong 1988), on the logit scale; None without both kinds.

    >>> auc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]).value
    0.75
    """
    estimated, did = np.asarray(chances, dtype=float), np.asarray(happened, dtype=bool)
    high, low = estimated[did], estimated[~did]
    if not len(high) or not len(low):
        return None
    both = _midranks(np.concatenate((high, low)))
    above = (both[: len(high)] - _midranks(high)) / len(low)
    below = 1 - (both[len(high) :] - _midranks(low)) / len(high)
    value = float(above.mean())
    if len(high) < 2 or len(low) < 2 or not 0 < value < 1:
        return Ranking(value, None, None)
    variance = float(above.var(ddof=1) / len(high) + below.var(ddof=1) / len(low))
    centre, half = math.log(value / (1 - value)), two_sided_z(level) * math.sqrt(variance) / (value * (1 - value))
    return Ranking(value, *(1 / (1 + math.exp(-(centre + sign * half))) for sign in (-1, 1)))


def _midranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share the mean of theirs."""
    ordered = np.sort(values)
    first, last = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    return np.asarray((first + last + 1) / 2, dtype=float)


def brier(chances: ArrayLike, happened: ArrayLike) -> float:
    """The mean squared distance of chances from what happened (1 or 0); 0 is perfect (Brier 1950)."""
    return float(np.mean((np.asarray(chances, dtype=float) - np.asarray(happened, dtype=float)) ** 2))


def log_loss(chances: ArrayLike, happened: ArrayLike) -> float:
    """The mean negative log-likelihood of what happened."""
    estimated = np.clip(np.asarray(chances, dtype=float), 1e-12, 1 - 1e-12)
    did = np.asarray(happened, dtype=bool)
    return float(-np.mean(np.where(did, np.log(estimated), np.log1p(-estimated))))


def parts(chances: ArrayLike, happened: ArrayLike, count: int = 10) -> list[Part]:
    """Equal parts of those estimated, the highest chances first; fewer where there are fewer of them."""
    estimated, did = np.asarray(chances, dtype=float), np.asarray(happened, dtype=bool)
    if not len(estimated):
        return []
    overall = float(did.mean())
    order = np.argsort(-estimated, kind="stable")
    found = []
    for places in np.array_split(order, min(count, len(order))):
        n, k = len(places), int(did[places].sum())
        low, high = wilson(k, n) or (0.0, 1.0)
        lift = k / n / overall if overall else 0.0
        found.append(Part(n, k, float(estimated[places].mean()), k / n, low, high, lift))
    return found


def calibration_error(chances: ArrayLike, happened: ArrayLike, count: int = 10) -> float | None:
    """The expected calibration error: how far the mean estimate of a part lies from the share to whom it happened, on
    average over ``count`` equal parts; None where nobody is estimated."""
    of = parts(chances, happened, count)
    total = sum(part.count for part in of)
    return sum(part.count * abs(part.estimated - part.share) for part in of) / total if total else None
