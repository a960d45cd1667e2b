"""Published values of shares, scores and flows of money: rows R34 to R46 of the team's reference table, each with its
source."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from crmeter.stats.cash_flows import internal_rates, modified_rate, net_present_value
from crmeter.stats.intervals import nps, nps_standard_error, wilson


def yearly(*amounts: float) -> list[tuple[date, float]]:
    return [(date(2025 + i, 1, 1), amount) for i, amount in enumerate(amounts)]


# The example of XIRR and XNPV counts years of 365 days; from 2025-01-01 there is no leap day for three years, so that
# these days are as many years apart by ACT/ACT. In the source: 2008-01-01, 03-01, 10-30, 2009-02-15, 04-01.
DATED = [
    (date(2025, 1, 1) + timedelta(days=days), amount)
    for days, amount in ((0, -10_000.0), (60, 2750.0), (303, 4250.0), (411, 3250.0), (456, 2750.0))
]
INVESTED = (-70_000.0, 12_000.0, 15_000.0, 18_000.0, 21_000.0, 26_000.0)


# R34: Newcombe 1998, Statistics in Medicine 17, 857–872, table I, method 3; four decimals
@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson(k: int, n: int, low: float, high: float) -> None:
    assert wilson(k, n) == pytest.approx((low, high), abs=6e-5)


def test_net_promoter_score() -> None:
    """R35: variance p + d − (p − d)² over n; the adjusted Wald interval (three answers more, ¾ of them promoters and ¾
    detractors) of Rocks 2016, "Interval estimation for the net promoter score", The American Statistician 70."""
    assert nps_standard_error(50, 20, 100) == pytest.approx(7.81025, abs=1e-5)
    assert nps(50.75, 20.75, 103) == pytest.approx((14.05113, 44.2013), abs=2e-3)


def test_dated_flows() -> None:
    assert internal_rates(DATED) == pytest.approx((0.373362535,), abs=2e-8)  # R36: the help of Excel, XIRR
    assert net_present_value(DATED, 0.09) == pytest.approx(2086.647602, abs=1e-6)  # R37: the help of Excel, XNPV


# R38: the help of Excel, IRR, shows 8.7%, −2.1% and −44.4%; the digits are those of FinanceModels.jl, which cites it
@pytest.mark.parametrize(("flows", "rate"), [(6, 0.0866309480365), (5, -0.0212448482734), (3, -0.4435069413346)])
def test_yearly_flows(flows: int, rate: float) -> None:
    assert internal_rates(yearly(*INVESTED[:flows])) == pytest.approx((rate,), abs=1e-9)


def test_net_present_value() -> None:
    """R39: the help of Excel, NPV. The first flow of its first example comes at the end of the first year."""
    later = net_present_value(yearly(-10_000, 3000, 4200, 6800), 0.1) / 1.1
    assert later == pytest.approx(1188.44, abs=6e-3)
    shop = (-40_000.0, 8000.0, 9200.0, 10_000.0, 12_000.0, 14_500.0)
    assert net_present_value(yearly(*shop), 0.08) == pytest.approx(1922.06, abs=6e-3)
    assert net_present_value(yearly(*shop, -9000), 0.08) == pytest.approx(-3749.47, abs=6e-3)


def test_modified_rate() -> None:
    """R40: the help of Excel, MIRR."""
    flows = yearly(-120_000, 39_000, 30_000, 21_000, 37_000, 46_000)
    assert modified_rate(flows, 0.12) == pytest.approx(0.126094, abs=1e-6)
    assert modified_rate(flows[:4], 0.12) == pytest.approx(-0.048044, abs=1e-6)
    assert modified_rate(flows, 0.14) == pytest.approx(0.134759, abs=1e-6)


# R41 to R45: exact algebra; every real root is wanted, where other programs give one of them or none
@pytest.mark.parametrize(
    ("flows", "rates"),
    [
        ((-1000, 2300, -1320), (0.1, 0.2)),
        ((-4000, 25_000, -25_000), (0.25, 4.0)),
        ((-1000, 3600, -4310, 1716), (0.1, 0.2, 0.3)),
        ((-1000, 6000, -11_000, 6000), (0.0, 1.0, 2.0)),
        ((-100, 100, -100), ()),
    ],
)
def test_every_root_of_the_internal_rate(flows: tuple[float, ...], rates: tuple[float, ...]) -> None:
    assert internal_rates(yearly(*flows)) == pytest.approx(rates, abs=1e-7)


# R46: issues 44 and 28 of numpy-financial, as the tests of pyxirr have them
@pytest.mark.parametrize(
    ("flows", "rate"),
    [
        ((-1678.87, 771.96, 1814.05, 3520.30, 3552.95, 3584.99, -1.0), 0.9688775470209261),
        ((-1678.87, 771.96, 1814.05, 3520.30, 3552.95, 3584.99, 4789.91, -1.0), 1.0042698487205577),
        ((-50, -100, 600, 300, -100), 1.854417828),
    ],
)
def test_rates_that_are_hard_to_find(flows: tuple[float, ...], rate: float) -> None:
    assert max(internal_rates(yearly(*flows))) == pytest.approx(rate, abs=1e-9)
