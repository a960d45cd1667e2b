"""A part against the whole it is in, by hand."""

from __future__ import annotations

import math
from datetime import date

import pytest

from crmeter.analysis.segments import against_all
from crmeter.metrics import Value
from crmeter.metrics.value import Status
from crmeter.stats.differences import shares
from crmeter.stats.intervals import wilson


def share(k: float, n: float) -> Value:
    low, high = wilson(k, n) or (None, None)
    return Value("x", "year", date(2025, 1, 1), date(2026, 1, 1), {}, k / n, k, n, n, low, high, "share", None,
                 Status.OK, None, True, 1, "")  # fmt: skip


def test_a_part_is_compared_with_the_others_not_with_itself() -> None:
    """300 of 1000 in the part, 900 of 4000 in all, so 600 of 3000 in the others: 30% against 20% is 10 points, against
    all 7.5. The score test of part against others gives z = 6.62 (0.1 ÷ √(0.225 × 0.775 × (1/1000 + 1/3000)) = 6.56);
    a comparison that forgets that the part is in the whole gives 0.075 ÷ √(0.21/1000 + 0.174/4000) = 4.71."""
    found = against_all(share(300, 1000), share(900, 4000))
    assert found is not None and found.low is not None and found.high is not None
    assert found.change == pytest.approx(0.075)
    error = (found.high - found.low) / 2 / 1.959964
    apart = math.sqrt(0.3 * 0.7 / 1000 + 0.2 * 0.8 / 3000)
    assert error == pytest.approx(0.75 * apart, rel=0.02)
    others = shares(300, 1000, 600, 3000)
    assert others is not None and others.low is not None and others.high is not None
    assert (found.low, found.high) == pytest.approx((0.75 * others.low, 0.75 * others.high), abs=0.002)


def test_all_and_nobody_are_compared_with_nothing() -> None:
    assert against_all(share(900, 4000), share(900, 4000)) is None
    assert against_all(share(3, 4), share(0, 1)) is None
