"""When two results are the same number."""

from __future__ import annotations

import math
from fractions import Fraction

TOLERANCE = 1e-9  # relative


def same(found: float | None, wanted: Fraction | float | int | None) -> bool:
    """Equal to nine digits, or both undefined: undefined is not zero.

    >>> same(None, 0), same(1 / 3, Fraction(1, 3))
    (False, True)
    """
    if found is None or wanted is None:
        return found is wanted
    return math.isclose(found, float(wanted), rel_tol=TOLERANCE, abs_tol=1e-12)
