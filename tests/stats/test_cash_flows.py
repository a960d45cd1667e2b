"""Dated flows against published values, another program's, and what must hold of any flows."""

from __future__ import annotations

import math
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmeter.stats.cash_flows import (
    in_order,
    internal_rates,
    modified_rate,
    net_present_value,
    payback,
    year_fraction,
)


def yearly(*amounts: float) -> list[tuple[date, float]]:
    return [(date(2025 + i, 1, 1), amount) for i, amount in enumerate(amounts)]


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        # ISDA, "The Actual/Actual Day Count Fraction" (1998), the worked examples of its section 4
        (date(2003, 11, 1), date(2004, 5, 1), 61 / 365 + 121 / 366),
        (date(1999, 2, 1), date(1999, 7, 1), 150 / 365),
        (date(1999, 7, 1), date(2000, 7, 1), 184 / 365 + 182 / 366),
        (date(2002, 8, 15), date(2003, 7, 15), 334 / 365),
        (date(1999, 7, 30), date(2000, 1, 30), 155 / 365 + 29 / 366),
        (date(2000, 1, 30), date(2000, 6, 30), 152 / 366),
        (date(1999, 11, 30), date(2000, 4, 30), 32 / 365 + 120 / 366),
    ],
)
def test_years_between_days(start: date, end: date, years: float) -> None:
    assert year_fraction(start, end) == pytest.approx(years, rel=1e-14)
    assert year_fraction(end, start) == -year_fraction(start, end)


def test_a_hundred_thousand_and_four_times_forty() -> None:
    flows = yearly(-100_000, 40_000, 40_000, 40_000, 40_000)
    assert round(net_present_value(flows, 0.1), 2) == 26794.62
    (rate,) = internal_rates(flows)
    assert round(rate, 4) == 0.2186
    assert net_present_value(flows, rate) == pytest.approx(0, abs=1e-8)


def test_two_rates_are_both_found() -> None:
    assert internal_rates(yearly(-1000, 2300, -1320)) == pytest.approx((0.1, 0.2), rel=1e-12)
    # numpy-financial issue 28
    assert [round(100 * rate, 1) for rate in internal_rates(yearly(-50, -100, 600, 300, -100))] == [-76.9, 185.4]


def test_three_rates_a_double_one_and_none() -> None:
    # (x − 1.1)(x − 1.2)(x − 1.5) and (x − 1.1)²(x − 1.3), multiplied out
    assert internal_rates(yearly(*np.poly([1.1, 1.2, 1.5]))) == pytest.approx((0.1, 0.2, 0.5), rel=1e-9)
    assert internal_rates(yearly(*np.poly([1.1, 1.1, 1.3]))) == pytest.approx((0.1, 0.3), rel=1e-6)
    assert internal_rates(yearly(-1, 2, -1)) == pytest.approx((0.0,), abs=1e-7)
    assert internal_rates(yearly(-1, 2, -1.1)) == ()
    assert internal_rates(yearly(-1, -2)) == internal_rates(yearly(0, 0)) == internal_rates(yearly(5)) == ()


def test_rates_far_out() -> None:
    assert internal_rates(yearly(-1, 1e9)) == pytest.approx((1e9 - 1,))
    assert internal_rates(yearly(-1000, 2)) == pytest.approx((-0.998,))
    assert internal_rates(yearly(-1000, 0.5)) == ()  # less than a thousandth is left
    assert internal_rates([(date(2025, 1, 1), -100.0), (date(2025, 1, 2), 101.0)]) == pytest.approx(
        (math.expm1(365 * math.log(1.01)),)
    )


def test_the_modified_rate_of_the_manual() -> None:
    """Microsoft's example of MIRR: put out at 12% 12.61%, at 14% 13.48%, after three years −4.80%.

    It finances at 10%, which makes no difference here: the only cost is the first flow.
    """
    flows = yearly(-120_000, 39_000, 30_000, 21_000, 37_000, 46_000)
    assert modified_rate(flows, 0.12) == pytest.approx(0.1261, abs=5e-5)
    assert modified_rate(flows, 0.14) == pytest.approx(0.1348, abs=5e-5)
    assert modified_rate(flows[:4], 0.12) == pytest.approx(-0.0480, abs=5e-5)
    assert modified_rate(yearly(-1, -2), 0.1) is None
    assert modified_rate([(date(2025, 1, 1), -1.0), (date(2025, 1, 2), 1000.0)], 0.1) is None  # 1000^365
    assert modified_rate(yearly(1, 2), 0.1) is None
    assert modified_rate([(date(2025, 1, 1), -1.0), (date(2025, 1, 1), 2.0)], 0.1) is None


def test_payback_is_for_good() -> None:
    assert payback(yearly(-100, 60, 60, 1)) == date(2027, 1, 1)
    assert payback(yearly(-100, 120, -50, 60)) == date(2028, 1, 1)  # covered, lost again, covered
    assert payback(yearly(-100, 99.99)) is None
    assert payback(yearly(-100, 100)) == date(2026, 1, 1)
    assert payback(yearly(10, 10)) == date(2025, 1, 1)
    assert payback(yearly(-0.3, 0.1, 0.1, 0.1)) == date(2028, 1, 1)  # tenths add up exactly
    assert payback([]) is None


days = st.integers(0, 4000).map(lambda n: date(2020, 1, 1) + timedelta(days=n))
flows = st.lists(st.tuples(days, st.integers(-1000, 1000).map(float)), min_size=2, max_size=12)


@settings(max_examples=150)
@given(flows)
def test_every_rate_found_is_one_and_none_is_too_many(given_flows: list[tuple[date, float]]) -> None:
    """Descartes: no more roots than changes of sign."""
    amounts = [amount for _, amount in in_order(given_flows) if amount]
    changes = sum((a > 0) != (b > 0) for a, b in pairwise(amounts))
    rates = internal_rates(given_flows)
    assert len(rates) <= changes
    assert list(rates) == sorted(set(rates))
    first = in_order(given_flows)[0][0]
    for rate in rates:
        size = sum(abs(a) * (1 + rate) ** -year_fraction(first, day) for day, a in given_flows)
        assert abs(net_present_value(given_flows, rate)) <= 1e-9 * size


@settings(max_examples=150)
@given(flows)
def test_wherever_the_present_value_changes_sign_a_rate_is_found(given_flows: list[tuple[date, float]]) -> None:
    """A fine grid sees no crossing that was missed."""
    grid = np.linspace(math.log(0.0011), math.log(1e6), 4001)
    values = [net_present_value(given_flows, math.expm1(x)) for x in grid[::8]]
    rates = internal_rates(given_flows)
    for x, y, a, b in zip(grid[::8], grid[8::8], values, values[1:], strict=False):
        if a * b < 0:
            assert any(x <= math.log1p(rate) <= y for rate in rates)


@settings(max_examples=100)
@given(flows, st.floats(0.0, 1.0))
def test_the_modified_rate_makes_both_sides_equal(given_flows: list[tuple[date, float]], rate: float) -> None:
    found = modified_rate(given_flows, rate)
    if found is None or found < -0.999999:  # so near to losing all that 1 + rate has no digits left
        return
    ordered = in_order(given_flows)
    last = year_fraction(ordered[0][0], ordered[-1][0])
    costs = -sum(a * (1 + rate) ** -year_fraction(ordered[0][0], d) for d, a in ordered if a < 0)
    benefits = sum(a * (1 + rate) ** year_fraction(d, ordered[-1][0]) for d, a in ordered if a > 0)
    assert costs * (1 + found) ** last == pytest.approx(benefits, rel=1e-9)
