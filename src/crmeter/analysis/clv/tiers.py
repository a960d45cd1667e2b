"""Tiers by expected value: high, medium and low, looking ahead.

The attribute ``customer.tier`` looks back: it goes by the revenue so far. A good customer who has left is high there
and low here; a promising new one the other way round. The shares of both are the same settings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.model.tiers import HIGH, LOW, MEDIUM, Cuts
from crmeter.stats.clv.histories import Numbers

TIERS = (HIGH, MEDIUM, LOW)
ROUNDING = 1e-9  # 0.1 + 0.2 is meant to be 0.3


@dataclass(frozen=True)
class Tiers:
    """The number of each customer's tier in TIERS, and the least expected value in each (None where nobody is)."""

    codes: NDArray[np.intp]
    least: tuple[float | None, ...]


def tiers(expected_value: Numbers, cuts: Cuts) -> Tiers:
    """Who is expected to bring as much is in the same tier, the better one, as in :mod:`crmeter.model.tiers`.

    >>> tiers(np.array([5.0, 1.0, 1.0, 0.0, 9.0]), Cuts(0.2, 0.4)).codes.tolist()
    [1, 1, 1, 2, 0]
    """
    ascending = np.sort(expected_value)
    ahead = len(ascending) - np.searchsorted(ascending, expected_value, side="right")
    share = (ahead + ROUNDING) / max(len(ascending), 1)
    codes = np.where(share < cuts.high, 0, np.where(share < cuts.high + cuts.medium, 1, 2)).astype(np.intp)
    least = (expected_value[codes == code] for code in range(len(TIERS)))
    return Tiers(codes, tuple(float(of.min()) if len(of) else None for of in least))
