"""Composed KPIs: their values by hand, their intervals against other programs and the certified KPIs they repeat."""

from __future__ import annotations

import math

import pytest
from scipy.stats import binomtest

from crmeter.kernel.calendar import Calendar
from crmeter.kpis.catalogue import BUILT_IN
from crmeter.kpis.declared import Declaration
from crmeter.kpis.own import named_measures, with_own
from crmeter.metrics import Better, Kpi, Measurement, Reason, Request, Status, Unit, measure
from crmeter.metrics.composed import Operation
from crmeter.metrics.definitions import definition
from crmeter.stats.intervals import count_ratio
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import RULES, designed
from tests.world.engine import warehouse as in_memory
from tests.world.rows import AS_OF

PERIOD = Calendar().parse("2025", AS_OF)
BEFORE = Calendar().parse("2024", AS_OF)


def own(operation: str, *parts: str, unit: str = "ratio", id: str = "ours") -> Declaration:
    text = {"en": "Ours"}
    return Declaration(id, Operation(operation), parts, Unit(unit), Better.UP, text, text)


@pytest.fixture(scope="module")
def world() -> Warehouse:
    return in_memory(designed())[0]


def made(*declared: Declaration) -> list[Kpi]:
    catalogue, problems = with_own(declared)
    assert not problems, problems
    return [catalogue.by_id[each.id] for each in declared]


def measured(world: Warehouse, *kpis: Kpi, slices: tuple[tuple[str, ...], ...] = ((),)) -> Measurement:
    return measure(world, RULES, Request(kpis, [PERIOD, BEFORE], slices=slices, pairs=[(PERIOD, BEFORE)]))


@pytest.mark.parametrize(
    ("declared", "certified"),
    [
        (own("ratio", "revenue", "active_customers", unit="money"), "revenue_per_customer"),
        (own("ratio", "sale_amount", "sales", unit="money"), "average_order_value"),
        (own("ratio", "refund_amount", "sale_amount", unit="share"), "refund_rate"),
        (own("ratio", "orders", "customer_years", unit="per_year"), "purchase_frequency"),
        (own("ratio", "complaints", "customers.end", unit="share"), "complaint_rate"),
        (own("ratio", "lost", "customers_start", unit="share"), "churn_rate.cohort"),
        (own("ratio", "new", "customers_end", unit="share"), "acquisition_rate.end"),
        (own("ratio", "deals_won", "deals_closed", unit="share"), "win_rate"),
    ],
)
def test_what_is_composed_as_certified_has_the_certified_value(
    world: Warehouse, declared: Declaration, certified: str
) -> None:
    [ours] = made(declared)
    theirs = BUILT_IN.by_id[certified]
    found = measured(world, ours, theirs)
    for period in (PERIOD, BEFORE):
        one, other = found.value(ours, period), found.value(theirs, period)
        assert one.value == pytest.approx(other.value) and one.currency == other.currency
        assert (one.numerator, one.denominator) == (other.numerator, other.denominator)
        assert one.reason == other.reason
        if certified in ("average_order_value", "refund_rate"):  # clustered by customer too
            assert (one.low, one.high) == pytest.approx((other.low, other.high))
    if certified in ("average_order_value", "refund_rate"):
        one, other = found.difference(ours, PERIOD, BEFORE), found.difference(theirs, PERIOD, BEFORE)  # type: ignore
        assert one and other and (one.change, one.low, one.p) == pytest.approx((other.change, other.low, other.p))


@pytest.mark.parametrize(("above", "below"), [(50, 100), (0, 7), (1000, 10), (3, 4)])
def test_the_interval_of_two_counts_is_binomial(above: int, below: int) -> None:
    # scipy's Wilson interval of the share of the first in both, taken back to the ratio
    share = binomtest(above, above + below).proportion_ci(method="wilson")
    low, high = count_ratio(above, below) or (math.nan, math.nan)
    assert low == pytest.approx(share.low / (1 - share.low), abs=1e-12)
    assert high == pytest.approx(share.high / (1 - share.high))


def test_a_difference_of_customers_keeps_its_noise(world: Warehouse) -> None:
    [growth] = made(own("difference", "customers.new", "customers.lost", unit="count"))
    new, lost = (BUILT_IN.by_id[id] for id in ("customers.new", "customers.lost"))
    found = measured(world, growth, new, lost)
    parts = [found.value(kpi, PERIOD).value for kpi in (new, lost)]
    assert found.value(growth, PERIOD).value == parts[0] - parts[1]  # type: ignore[operator]
    difference = found.difference(growth, PERIOD, BEFORE)
    assert difference and difference.standard_error
    # by hand: nobody is new twice, or new and lost by the same spell, so each such customer differs by one
    moves = sum(abs(found.value(kpi, p).value or 0) for kpi in (new, lost) for p in (PERIOD, BEFORE))
    assert difference.standard_error <= math.sqrt(moves) * 1.5


def test_groups_of_a_sum_add_up(world: Warehouse) -> None:
    kpis = made(own("sum", "deals_won", "deals_lost", unit="count"),
                own("difference", "revenue", "cost_of_sales", unit="money", id="margin"))  # fmt: skip
    assert all(kpi.formula_is_sum for kpi in kpis)
    names = ("customer.segment",)
    found = measured(world, *kpis, slices=((), names))
    for kpi in kpis:
        groups = [found.value(kpi, PERIOD, names, group).value for group in found.groups(kpi, PERIOD, names)]
        assert sum(filter(None, groups)) == pytest.approx(found.value(kpi, PERIOD).value)


def test_a_part_that_is_undefined_makes_the_whole_undefined(world: Warehouse) -> None:
    # of two scales no mean can be taken, so nothing can be divided by it
    [ours] = made(own("ratio", "nps", "csat.mean"))
    names = ("customer.segment",)
    certified = BUILT_IN.by_id["csat.mean"]
    found = measured(world, ours, certified, slices=((), names))
    seen = set()
    for slice, group in [((), ()), *((names, group) for group in found.groups(certified, PERIOD, names))]:
        value, part = (found.value(kpi, PERIOD, slice, group) for kpi in (ours, certified))
        seen.add(part.status is Status.UNDEFINED)
        assert value.low is None
        if part.value is None:
            assert value.value is None and value.reason == part.reason and value.status is Status.UNDEFINED
    assert True in seen


def test_nothing_to_divide_by(world: Warehouse) -> None:
    [ours] = made(own("ratio", "orders", "refund_amount"))
    empty = Calendar().parse("2025-W01", AS_OF)
    value = measure(world, RULES, Request([ours], [empty])).value(ours, empty)
    assert value.value is None and value.reason in (Reason.NO_DENOMINATOR, Reason.NO_DATA)


def test_a_composition_of_compositions(world: Warehouse) -> None:
    net = own("difference", "customers.new", "customers.lost", unit="count", id="net")
    [_, rate] = made(net, own("ratio", "net", "customers.start", unit="share", id="rate"))
    found = measured(world, rate)
    value = found.value(rate, PERIOD)
    parts = [BUILT_IN.by_id[id] for id in ("customers.new", "customers.lost", "customers.start")]
    counted = measured(world, *parts)
    new, lost, start = (counted.value(kpi, PERIOD).value or 0 for kpi in parts)
    assert value.value == pytest.approx((new - lost) / start) and value.low is not None


def test_definitions_change_with_what_is_composed() -> None:
    one, other = made(own("ratio", "orders", "buyers")), made(own("ratio", "orders", "repeat_buyers"))
    again = made(own("ratio", "orders", "buyers"))
    assert definition(one[0]) == definition(again[0]) != definition(other[0])


def test_a_measure_follows_the_rules_of_the_kpi_it_is() -> None:
    measures = named_measures()
    assert measures["lost"].like.id == "customers.lost"  # undefined while the history is short
    assert measures["won_amount"].unit is Unit.MONEY and measures["won_amount"].like.left_out
    assert {"complaints", "deals_won", "leads", "buyers"} <= measures.keys()
