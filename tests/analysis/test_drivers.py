"""Why a KPI changed, on companies small enough to do by hand, and on the whole catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pytest

from crmeter.analysis.drivers.factors import Factor, factors
from crmeter.analysis.drivers.segments import Sums, search_all, sums
from crmeter.analysis.drivers.splits import split
from crmeter.analysis.drivers.traced import traced
from crmeter.analysis.drivers.tree import tree_of
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Kpi, Request, measure
from crmeter.metrics.dimensions import Condition, resolve
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import RULES as DESIGNED
from tests.world.engine import Rows, designed, warehouse

AS_OF = date(2026, 1, 1)
RULES = Rules("TWD", "UTC")
SECOND, THIRD = (Calendar().parse(name, AS_OF) for name in ("2025-Q2", "2025-Q3"))
BY_ID = {kpi.id: kpi for kpi in CATALOGUE}


def order(number: int, customer: str, month: int, amount: int) -> dict[str, str]:
    told = {"order_id": str(number), "customer_id": customer, "amount": str(amount), "currency": "TWD"}
    line, kind = "tea" if number % 2 else "cake", "sale" if amount > 0 else "refund"
    return {**told, "ordered_at": f"2025-{month:02}-10 12:00", "kind": kind, "product_line": line}


# second quarter: ann 100, 200, bob 300; third: ann 400, 100, 100, cat 200 and 50 of it back
AMOUNTS = [("ann", 4, 100), ("ann", 5, 200), ("bob", 6, 300), ("ann", 7, 400), ("ann", 8, 100), ("ann", 9, 100)]
AMOUNTS += [("cat", 7, 200), ("cat", 8, -50)]
ORDERS: Rows = {
    "order": [order(i, *each) for i, each in enumerate(AMOUNTS)],
    "customer": [{"customer_id": name, "segment": s} for name, s in (("ann", "a"), ("bob", "b"), ("cat", "c"))],
}


@pytest.fixture(scope="module")
def shop() -> Iterator[Warehouse]:
    opened, con = warehouse(ORDERS, RULES, AS_OF)
    yield opened
    con.close()


def decomposed(
    opened: Warehouse, rules: Rules, kpis: Sequence[Kpi], now: Period, base: Period
) -> dict[str, tuple[Factor | None, float]]:
    """The factors of each change and the change, measured together; those with an undefined value are left out."""
    wanted = {kpi.id: traced(kpi, tree_of(kpi)) for kpi in kpis}
    found = measure(opened, rules, Request(list(wanted.values()), [now, base]))
    made = {}
    for id, kpi in wanted.items():
        tree, values = tree_of(BY_ID[id]), [found.value(kpi, period).value for period in (base, now)]
        if tree and values[0] is not None and values[1] is not None:
            parts = factors(tree, found.view(kpi, base), found.view(kpi, now), (values[0], values[1]))
            made[id] = parts, values[1] - values[0]
    return made


def test_revenue_by_hand(shop: Warehouse) -> None:
    """Customers 2 → 2, sales per customer 1.5 → 2, amount per sale 200 → 200; refunds 0 → 50. 600 → 750: the sales
    bring 2 × 0.5 × 200 = 200, all of it frequency, the refunds take 50."""
    made, change = decomposed(shop, RULES, [BY_ID["revenue"]], THIRD, SECOND)["revenue"]
    assert made is not None and change == 150
    sold, invoiced, refunds = made.children
    assert [child.part for child in sold.children] == pytest.approx([0, 200, 0])
    assert (sold.part, invoiced.part, refunds.part) == pytest.approx((200, 0, -50))


def test_where_nobody_bought_the_sales_are_left_whole() -> None:
    """In the fourth quarter there is a refund only: no amount per sale, and nothing is said of one."""
    opened, con = warehouse({**ORDERS, "order": [*ORDERS["order"], order(99, "cat", 11, -5)]}, RULES, AS_OF)
    fourth = Calendar().parse("2025-Q4", AS_OF)
    made, change = decomposed(opened, RULES, [BY_ID["revenue"]], fourth, THIRD)["revenue"]
    con.close()
    assert made is not None and change == -755
    assert [(child.part, child.children) for child in made.children] == [(-800, ()), (0, ()), (45, ())]


def test_every_tree_comes_out_at_its_kpi_and_its_parts_at_the_change() -> None:
    """Of all KPIs of the catalogue that have a tree, on the designed company."""
    opened, con = warehouse(designed(), DESIGNED)
    now, base = (DESIGNED.calendar.parse(name, opened.load.as_of) for name in ("2025-Q3", "2025-Q2"))
    made = decomposed(opened, DESIGNED, [kpi for kpi in CATALOGUE if tree_of(kpi)], now, base)
    con.close()
    assert len(made) > 35  # what needs deals, spend or answers is looked at in tests/demo

    def ensure(factor: Factor) -> None:
        if factor.children:
            assert sum(child.part for child in factor.children) == pytest.approx(factor.part, rel=1e-9, abs=1e-9)
        for child in factor.children:
            ensure(child)

    for id, (parts, change) in made.items():
        assert parts is not None, id
        assert parts.part == pytest.approx(change, rel=1e-9, abs=1e-12), id
        ensure(parts)


def test_most_of_the_catalogue_has_a_tree() -> None:
    """Ratios, sums with factors and lifetimes; not quantiles, dated flows and bare counts."""
    assert {"revenue", "orders", "clv.revenue", "clv.profit", "clv.discounted", "clv_to_cac", "cac", "nps", "csat.mean",
            "churn_rate.annualised", "retention_rate.net", "loyalty_index", "pipeline_velocity", "win_rate",
            "cac_payback_months", "sales_growth.previous"} <= {k.id for k in CATALOGUE if tree_of(k)}  # fmt: skip
    assert tree_of(BY_ID["first_response_hours.median"]) is None
    assert tree_of(BY_ID["customers.new"]) is None


def test_groups_by_hand(shop: Warehouse) -> None:
    """The amount per sale, 200 before and now: parts sum to 0, and new and vanished groups stand for themselves."""
    kpi, names = BY_ID["average_order_value"], ("customer.segment",)
    found = measure(shop, RULES, Request([kpi], [THIRD, SECOND], [(), names]))
    made = split(found, kpi, THIRD, SECOND, names, 0.0)
    told = {g.now.by["customer.segment"]: g for g in made.groups}
    # a: 300 ÷ 2 → 600 ÷ 3, weights 2⁄3 → 3⁄4; b: 300 ÷ 1 → gone; c: new with 200 ÷ 1, all 200 in the middle
    assert told["a"].rate == pytest.approx((2 / 3 + 3 / 4) / 2 * 50)
    assert told["a"].mix == pytest.approx((3 / 4 - 2 / 3) * (175 - 200))
    assert (told["b"].state, told["b"].rate, told["b"].mix) == ("vanished", 0, pytest.approx(-100 / 3))
    assert (told["c"].state, told["c"].mix) == ("new", pytest.approx(0))
    assert sum(g.part or 0 for g in made.groups) == pytest.approx(0, abs=1e-9)
    assert (made.kind, made.remainder) == ("ratio", 0)


def test_sums_have_parts_and_medians_have_none(shop: Warehouse) -> None:
    names = ("customer.segment",)
    kpis = [BY_ID["orders"], BY_ID["clv.historical_median"]]
    found = measure(shop, RULES, Request(kpis, [THIRD, SECOND], [(), names]))
    made = split(found, kpis[0], THIRD, SECOND, names, 1.0)
    assert (made.kind, {g.now.by[names[0]]: g.part for g in made.groups}) == ("sum", {"a": 1, "b": -1, "c": 1})
    # where groups overlap they do not add up: what is left over is said
    assert split(found, kpis[0], THIRD, SECOND, names, 0.5).remainder == -0.5
    made = split(found, kpis[1], THIRD, SECOND, names, 5.0)
    assert made.kind == "neither" and {g.part for g in made.groups} == {None}


def test_what_customers_add_up_to_is_the_kpi(shop: Warehouse) -> None:
    """Also where a filter holds: of the rows (product line) and of the customers (segment)."""
    kpi = BY_ID["average_order_value"]
    found = sums(shop, RULES, kpi, THIRD, SECOND)
    assert found is not None
    assert found.ids == ("ann", "bob", "cat")
    assert found.numbers.sum(axis=0).tolist() == [[600, 800], [3, 4]]
    for name, value, expected in (("customer.segment", "a", [[300, 600], [2, 3]]),
                                  ("product_line", "tea", [[200, 500], [1, 2]])):  # fmt: skip
        conditions = [Condition(resolve(name, kpi, shop.tables), (value,))]
        own = sums(shop, RULES, kpi, THIRD, SECOND, conditions)
        assert own is not None and own.numbers.sum(axis=0).tolist() == expected
    assert sums(shop, RULES, BY_ID["first_response_hours.p90"], THIRD, SECOND) is None


def test_the_segment_behind_a_change_is_told_once_and_simply() -> None:
    """One team's customers leave; the pair of team and region, and the region, say no more than the team."""
    rng = np.random.default_rng(1)
    team, region = rng.integers(0, 4, 3000), rng.integers(0, 3, 3000)
    numbers = np.ones((3000, 2, 2))
    for when, rate in ((0, 0.05), (1, 0.30)):
        numbers[:, 0, when] = rng.random(3000) < np.where(team == 2, rate, 0.05)
    found = Sums(tuple(map(str, range(3000))), numbers, 1.0, 0.0)
    change = float(numbers[:, 0, 1].mean() - numbers[:, 0, 0].mean())
    labels = [[f"t{x}" for x in team], [f"r{x}" for x in region]]
    result = search_all(found, ["team", "region"], labels, change, rounds=199)
    assert [dict(s.by) for s in result.segments] == [{"team": "t2"}]
    first = result.segments[0]
    assert first.part == pytest.approx(change, abs=0.01)
    own = numbers[team == 2].mean(axis=0)[0]
    assert (first.before, first.now) == pytest.approx(tuple(own))
    assert result.looked_at == 4 + 3 + 12
    # and in points: a hundred times the ratio
    points = search_all(found, ["team", "region"], labels, 100 * change, rounds=199)
    assert points.segments[0].part == pytest.approx(100 * first.part)
