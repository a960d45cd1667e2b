"""The engine on the designed company, loaded from files: every value against the one worked out by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from crmeter.app.settings import Workspace
from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Measurement, Request, measure
from crmeter.warehouse.duck import Warehouse
from tests.world import expected
from tests.world.same import same

Q3 = Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER)
BY_ID = {kpi.id: kpi for kpi in CATALOGUE}


@pytest.fixture(scope="module")
def measured(workspace: Workspace, warehouse: Warehouse) -> Measurement:
    periods = dict.fromkeys([Q3, *(Period(start, end) for start, end, *_ in expected.OTHERS)])
    return measure(warehouse, workspace.rules, Request(CATALOGUE, tuple(periods)))


def test_every_kpi_has_a_value_worked_out_by_hand() -> None:
    assert set(BY_ID) == set(expected.QUARTER)


@pytest.mark.parametrize("kpi", sorted(expected.QUARTER))
def test_the_quarter(measured: Measurement, kpi: str) -> None:
    found = measured.value(BY_ID[kpi], Q3)
    assert same(found.value, expected.QUARTER[kpi]), (found.value, expected.QUARTER[kpi], found.reason)
    assert (found.value is None) == (found.status == "undefined")


@pytest.mark.parametrize(("start", "end", "kpi", "wanted", "why"), expected.OTHERS)
def test_other_periods(
    measured: Measurement, start: date, end: date, kpi: str, wanted: Fraction | float | int | None, why: str
) -> None:
    found = measured.value(BY_ID[kpi], Period(start, end))
    assert same(found.value, wanted), (found.value, found.reason, why)


def test_an_undefined_value_says_why(measured: Measurement) -> None:
    for period in [Q3, *(Period(start, end) for start, end, *_ in expected.OTHERS)]:
        for kpi in CATALOGUE:
            found = measured.value(kpi, period)
            assert found.value is not None or found.reason, (kpi.id, period)


def test_a_small_sample_is_said(measured: Measurement) -> None:
    found = measured.value(BY_ID["win_rate"], Q3)
    assert (found.status, found.numerator, found.denominator, found.n) == ("small_sample", 7, 10, 10)


def test_amounts_left_out_are_counted(measured: Measurement) -> None:
    assert measured.value(BY_ID["revenue"], Q3).reason == "other_currency:2"  # in_dollars, dollars_back
    assert measured.value(BY_ID["won_value"], Q3).reason == "other_currency:1"  # won_in_dollars
