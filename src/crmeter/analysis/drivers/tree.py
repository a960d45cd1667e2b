"""The tree of a KPI: the factors that its formula multiplies, divides and adds, down to what is counted.

Every tree is checked against the KPI's own value before it is used: factors that do not come out at the value are not
shown. A factor that is a KPI of the catalogue is that KPI's own tree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from crmeter.kernel.messages import t
from crmeter.kpis.customers.loyalty_index import LoyaltyIndex
from crmeter.kpis.sales.average_deal_value import average_deal_value
from crmeter.kpis.sales.pipeline_velocity import Velocity
from crmeter.kpis.sales.sales_cycle_days import sales_cycle_days_mean
from crmeter.kpis.sales.win_rate import win_rate
from crmeter.kpis.value.average_order_value import average_order_value
from crmeter.kpis.value.discounting import DiscountedLifetime, annuity
from crmeter.kpis.value.gross_margin import MARGIN_PARTS, gross_margin
from crmeter.kpis.value.lifetime import AcquisitionCost, LifetimeProfit, LifetimeRevenue, LifetimeToCost, Payback
from crmeter.kpis.value.purchase_frequency import purchase_frequency
from crmeter.kpis.value.refund_rate import refund_rate
from crmeter.metrics import Kpi, Unit
from crmeter.metrics.averages import Mean, NetPromoter, ScaleMean
from crmeter.metrics.clustered import CustomerRatio, Growth, NetRetention
from crmeter.metrics.composed import (
    Composed,
    CountsRatio,
    CountsSum,
    CustomersRatio,
    CustomersSum,
    Operation,
    Terms,
)
from crmeter.metrics.formulas import (
    AnnualShare,
    CustomerSum,
    Formula,
    Quotient,
    RowCount,
    RowSum,
    Share,
    View,
    per_year,
)
from crmeter.metrics.measures import Measure, Product, Total, Window, cell

Words = Callable[[], str]
MONEY = {"revenue", "sale_amount", "refund_amount", "net_sales", "spent", "deal_amount", "won_amount"}


@dataclass(frozen=True)
class Node:
    """A factor: a number that is ``read`` off the measures, or that ``combine`` makes of the values of ``children``, or
    both.

    ``sign`` is −1 where more of it makes the whole smaller only because it is taken away.
    """

    words: Words
    unit: Unit | None
    children: tuple[Node, ...] = ()
    combine: Callable[..., Any] | None = None
    read: Callable[[View], float | None] | None = None
    measures: tuple[Measure, ...] = ()
    kpi: str | None = None

    def value(self, view: View) -> float | None:
        """What it is in one period; None where it is undefined."""
        if self.read is not None:
            found = self.read(view)
            return None if found is None or not math.isfinite(found) else found
        values = [child.value(view) for child in self.children]
        return None if None in values else self.made(values)

    def made(self, values: Sequence[Any]) -> Any:
        """What it is where its children have these values; None where that is undefined."""
        assert self.combine is not None
        try:
            found = self.combine(*values)
        except ZeroDivisionError:
            return None
        return None if isinstance(found, complex) else found

    def every_measure(self) -> tuple[Measure, ...]:
        """All that has to be measured for it."""
        found = [*self.measures, *(m for child in self.children for m in child.every_measure())]
        return tuple(dict.fromkeys(found))


def tree_of(kpi: Kpi) -> Node | None:
    """The tree of a KPI; None for one that no formula takes apart, such as a quantile."""
    found = _tree(kpi.formula)
    return replace(found, kpi=kpi.id, unit=kpi.unit) if found and found.children else None


def _tree(formula: Formula) -> Node | None:
    match formula:
        case Share() | Quotient() | CustomerRatio():
            return _ratio(_leaf(formula.numerator), _leaf(formula.denominator))
        case AnnualShare():
            return _annual(formula)
        case ScaleMean():
            return _tree(formula.mean)
        case Mean():
            return _ratio(_leaf(formula.total), _leaf(formula.n, lambda: t("values counted")))
        case NetPromoter():
            return _promoters(formula)
        case NetRetention():
            end, new, start = map(_leaf, formula.parts)
            return _ratio(_sum(end, new, signs=(1, -1)), start)
        case Growth():
            now, before = map(_leaf, formula.parts)
            return _node("", Unit.SHARE, lambda x, y: x / y - 1, now, before)
        case CustomerSum():
            return _sum_over_customers(formula.total)
        case RowCount() | RowSum():
            return _leaf(formula.total)
    return _composed(formula) or _lifetimes(formula) or _others(formula)


def _composed(formula: Formula) -> Node | None:
    match formula:
        case CustomersSum():
            return _terms(formula.terms)
        case CustomersRatio():
            return _ratio(_terms(formula.above), _terms(formula.below))
        case CountsRatio():
            return _ratio(_leaf(formula.above), _leaf(formula.below))
        case CountsSum():
            return _joined(formula.operation, [_leaf(total) for total in formula.totals])
        case Composed():
            parts = [_tree(part) for part in formula.parts]
            return _joined(formula.operation, [p for p in parts if p]) if all(parts) else None
    return None


def _lifetimes(formula: Formula) -> Node | None:
    """What a customer brings while being one, as the KPIs it is made of."""
    match formula:
        case LifetimeRevenue():
            kept = _node(lambda: t("share of sales not refunded"), Unit.SHARE, lambda r: 1 - r, _of(refund_rate))
            return _product(_of(average_order_value), _of(purchase_frequency), kept, _lifetime())
        case LifetimeProfit():
            brought = _lifetimes(formula.revenue)
            return _product(*brought.children, _margin()) if brought else None
        case LifetimeToCost():
            brought = _lifetimes(formula.profit)
            named = brought and replace(brought, words=lambda: t("CLV in profit"), unit=Unit.MONEY)
            return _ratio(named, _cost(formula.cost)) if named else None
        case Payback():
            year = _ratio(_leaf(formula.years_per_revenue.denominator), _leaf(formula.years_per_revenue.numerator))
            year = replace(year, words=lambda: t("revenue per customer-year"), unit=Unit.MONEY)
            return _node("", Unit.MONTHS, lambda c, r, m: 12 * c / (r * m), _cost(formula.cost), year, _margin())
        case DiscountedLifetime():
            return _discounted()
    return None


def _others(formula: Formula) -> Node | None:
    match formula:
        case LoyaltyIndex():
            shares = [found for share in formula.shares if (found := _tree(share))]
            named = [replace(n, words=s.words) for n, s in zip(shares, formula.shares, strict=True)]
            return _node("", Unit.INDEX, lambda *x: 100 * math.fsum(x) / len(x), *named)
        case Velocity():
            parts = [_leaf(formula.opened), _of(win_rate), _of(average_deal_value), _of(sales_cycle_days_mean)]
            return _node("", Unit.MONEY, lambda n, w, a, d: n * w * a / d, *parts)
    return None


def _of(kpi: Kpi) -> Node:
    """A factor that is a KPI."""
    found = _tree(kpi.formula)
    assert found is not None
    return replace(found, kpi=kpi.id, unit=kpi.unit)


def _node(words: Words | str, unit: Unit | None, combine: Callable[..., Any], *children: Node) -> Node:
    said = words if callable(words) else lambda: words
    return Node(said, unit, children, combine)


def _leaf(measure: Total | Product, words: Words | None = None) -> Node:
    column = measure.column if isinstance(measure, Total) else ""
    unit = Unit.MONEY if column in MONEY or column.startswith(("revenue_", "recurring_")) else Unit.COUNT
    return Node(words or (lambda: measure.words), unit, read=lambda view: view(measure), measures=(measure,))


def _ratio(above: Node, below: Node) -> Node:
    return _node(lambda: f"{above.words()} ÷ {below.words()}", None, lambda x, y: x / y, above, below)


def _product(*children: Node) -> Node:
    return _node("", Unit.MONEY, lambda *x: reduce(lambda a, b: a * b, x), *children)


def _sum(*children: Node, signs: Sequence[int] = ()) -> Node:
    ways = signs or [1] * len(children)

    def words() -> str:
        said = (f"{' − ' if s < 0 else ' + '}{c.words()}" for s, c in zip(ways, children, strict=True))
        return "".join(said).removeprefix(" + ")

    def add(*values: Any) -> Any:
        return sum(s * value for s, value in zip(ways, values, strict=True))

    return _node(words, children[0].unit, add, *children)


def _terms(terms: Terms) -> Node:
    leaves = [_leaf(total) for _, total in terms]
    if len(leaves) == 1 and terms[0][0] == 1:
        return leaves[0]
    return _sum(*leaves, signs=[sign for sign, _ in terms])


def _joined(operation: Operation, parts: Sequence[Node]) -> Node:
    if operation is Operation.RATIO:
        return _ratio(*parts)
    rest = -1 if operation is Operation.DIFFERENCE else 1
    return _sum(*parts, signs=[1, *([rest] * (len(parts) - 1))])


def _sum_over_customers(total: Total) -> Node:
    """Revenue and orders as customers × frequency × basket; customers at the end as those of the start and who came
    and went. Any other sum is what it is."""
    if total == cell("customers_end"):
        parts = [_leaf(cell(name)) for name in ("customers_start", "new", "returned", "ended")]
        return _sum(*parts, signs=(1, 1, 1, -1))
    if total not in (cell("revenue"), cell("purchases")):
        return _leaf(total)
    buyers, sales = cell("buyers"), cell("purchases")
    often = Node(lambda: t("sales per buying customer"), Unit.RATIO, read=_per(sales, buyers), measures=(sales, buyers))
    if total == sales:
        return _product(_leaf(buyers), often)
    amount, refunds = cell("sale_amount"), cell("refund_amount")
    basket = Node(lambda: t("amount per sale"), Unit.MONEY, read=_per(amount, sales), measures=(amount, sales))
    # read by itself too: where nobody bought there is no amount per sale, but an amount of sales
    sold = replace(
        _product(_leaf(buyers), often, basket), words=lambda: amount.words, read=lambda view: view(amount),
        measures=(amount,),
    )  # fmt: skip
    invoiced = Node(
        lambda: t("invoices of contracts"),
        Unit.MONEY,
        read=lambda view: view(total) - view(amount) + view(refunds),
        measures=(total, amount, refunds),
    )
    return _sum(sold, invoiced, _leaf(refunds), signs=(1, 1, -1))


def _per(above: Total, below: Total) -> Callable[[View], float | None]:
    return lambda view: view(above) / view(below) if view(below) else None


def _annual(formula: AnnualShare) -> Node:
    share = _tree(formula.share)
    assert share is not None
    often = Node(lambda: t("how often the period fits into a year"), Unit.RATIO, read=per_year)
    named = replace(share, unit=Unit.SHARE)
    return _node("", Unit.SHARE, lambda x, k: 1 - (1 - x) ** k, named, often)


def _promoters(formula: NetPromoter) -> Node:
    def share(of: Total, words: Words) -> Node:
        return Node(words, Unit.SHARE, read=_per(of, formula.answers), measures=(of, formula.answers))

    up = share(formula.promoters, lambda: t("share of promoters"))
    down = share(formula.detractors, lambda: t("share of detractors"))
    return _node("", Unit.POINTS, lambda x, y: 100 * (x - y), up, down)


def _lifetime() -> Node:
    parts = (cell("customers_start", Window.YEAR_TO_END), cell("lost", Window.YEAR_TO_END))

    def years(view: View) -> float | None:
        return _per(*parts)(view) if view.rules.lifetime_years is None else view.rules.lifetime_years

    return Node(lambda: t("lifetime in years"), Unit.RATIO, read=years, measures=parts)


def _margin() -> Node:
    return Node(lambda: t("gross margin"), Unit.SHARE, read=gross_margin, measures=MARGIN_PARTS)


def _cost(cost: AcquisitionCost) -> Node:
    found = _ratio(_leaf(cost.spent), _leaf(cost.new))
    return replace(found, words=lambda: t("customer acquisition cost"), unit=Unit.MONEY)


def _discounted() -> Node:
    """Yearly margin × what a year's customer is worth in years; what the settings state stands in for it."""
    revenue, years = cell("revenue"), cell("customer_years")
    start, lost = cell("customers_start", Window.YEAR_TO_END), cell("lost", Window.YEAR_TO_END)

    def yearly(view: View) -> float | None:
        stated = view.rules.yearly_margin
        return _per(revenue, years)(view) if stated is None else stated

    def worth(view: View) -> float | None:
        rules, churn = view.rules, _per(lost, start)(view)
        stays = rules.yearly_retention if rules.yearly_retention is not None else None if churn is None else 1 - churn
        return None if stays is None else annuity(stays, rules.discount_rate, rules.horizon_years)

    return _product(
        Node(lambda: t("revenue per customer-year"), Unit.MONEY, read=yearly, measures=(revenue, years)),
        Node(lambda: t("discounted years that a customer stays"), Unit.RATIO, read=worth, measures=(start, lost)),
        Node(lambda: t("gross margin"), Unit.SHARE, read=DiscountedLifetime.margin, measures=MARGIN_PARTS),
    )
