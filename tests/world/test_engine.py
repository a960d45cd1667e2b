"""The engine on the designed company, loaded from files: every value against the one worked out by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from crmeter.app.settings import Workspace
from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, measure
from crmeter.warehouse.duck import Warehouse
from tests.world import expected, expected_quality
from tests.world.measured import Measured
from tests.world.same import same

Q3 = Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER)


@pytest.fixture(scope="module")
def measured(workspace: Workspace, warehouse: Warehouse) -> Measured:
    periods = dict.fromkeys([Q3, *(Period(start, end) for start, end, *_ in expected.OTHERS)])
    return Measured(warehouse, workspace.rules, CATALOGUE, tuple(periods))


def test_every_kpi_has_a_value_worked_out_by_hand() -> None:
    assert {kpi.id for kpi in CATALOGUE} == {name.partition("[")[0] for name in expected.QUARTER}


@pytest.mark.parametrize("kpi", sorted(expected.QUARTER.keys() - expected_quality.CHECKS))  # a load checks its rows
def test_the_quarter(measured: Measured, kpi: str) -> None:
    found = measured.value(kpi, Q3)
    assert same(found.value, expected.QUARTER[kpi]), (found.value, expected.QUARTER[kpi], found.reason)
    assert (found.value is None) == (found.status == "undefined")


@pytest.mark.parametrize(("start", "end", "kpi", "wanted", "why"), expected.OTHERS)
def test_other_periods(
    measured: Measured, start: date, end: date, kpi: str, wanted: Fraction | float | int | None, why: str
) -> None:
    found = measured.value(kpi, Period(start, end))
    assert same(found.value, wanted), (found.value, found.reason, why)


def test_an_undefined_value_says_why(measured: Measured) -> None:
    for period in [Q3, *(Period(start, end) for start, end, *_ in expected.OTHERS)]:
        for name, found in measured.values(period).items():
            assert found.value is not None or found.reason, (name, period)


def test_a_small_sample_is_said(measured: Measured) -> None:
    found = measured.value("win_rate", Q3)
    assert (found.status, found.numerator, found.denominator, found.n) == ("small_sample", 7, 10, 10)


def test_amounts_left_out_are_counted(measured: Measured) -> None:
    assert measured.value("revenue", Q3).reason == "other_currency:2"  # in_dollars, dollars_back
    assert measured.value("won_value", Q3).reason == "other_currency:1"  # won_in_dollars


def test_two_names_of_one_attribute_are_one_dimension(workspace: Workspace, warehouse: Warehouse) -> None:
    """``segment`` of customers is ``customer.segment``: in one request with both, each group is that of either."""
    one, other, both = ("customer.segment",), ("segment",), ("segment", "customer.segment")
    [kpi] = [kpi for kpi in CATALOGUE if kpi.id == "customers.end"]
    found = measure(warehouse, workspace.rules, Request([kpi], (Q3,), (both, one, other)))
    values = {
        names: {group: found.value(kpi, Q3, names, group).value for group in found.groups(kpi, Q3, names)}
        for names in (one, other, both)
    }
    assert len(values[one]) > 1
    assert values[other] == values[one]
    assert values[both] == {(segment, segment): value for (segment,), value in values[one].items()}
