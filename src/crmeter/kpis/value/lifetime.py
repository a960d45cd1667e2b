"""Lifetimes: what a customer brings while being one, in revenue and in profit, and how that relates to winning one.

The lifetime is 1 ÷ the churn of the 365 days to the end, or a stated number. Never the mean of completed spells: those
who are still customers would be missing from it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from crmeter.kernel.messages import t
from crmeter.kpis.value.gross_margin import MARGIN_PARTS, NOTATION, gross_margin
from crmeter.metrics import Estimate, Reason
from crmeter.metrics.clustered import Clustered, CustomerRatio
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Measure, Total, Window, cell
from crmeter.stats import differences
from crmeter.stats.differences import Difference


@dataclass(frozen=True)
class LifetimeRevenue(Clustered):
    """Order value × purchases a year × (1 − refund rate) × lifetime in years.

    That is (sales − refunds) ÷ customer-years × lifetime, times purchases ÷ sales with an amount: a number that is 1
    unless amounts are in another currency, and is taken as known in the error.
    """

    @cached_property
    def parts(self) -> tuple[Total, ...]:
        return (
            cell("net_sales"),
            cell("customer_years"),
            cell("customers_start", Window.YEAR_TO_END),
            cell("lost", Window.YEAR_TO_END),
        )

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (*super().measures, cell("purchases"), cell("sales"), cell("sale_amount"))

    @property
    def sample(self) -> Total:
        return cell("exposed")

    def estimate(self, view: View) -> Estimate:
        found, ratio = super().estimate(view), self.purchases_per_amount(view)
        value, low, high = (None if x is None else x * ratio for x in (found.value, found.low, found.high))
        return Estimate(value, n=found.n, low=low, high=high, reason=found.reason)

    @staticmethod
    def purchases_per_amount(view: View) -> float:
        """Purchases ÷ sales with an amount."""
        sales = view(cell("sales"))
        return view(cell("purchases")) / sales if sales else 0.0

    def sums(self, view: View) -> list[float]:
        """The parts, a stated lifetime in place of the churn. Without an amount sold there is no order value and no
        refund rate, however many years: it counts as none."""
        found = super().sums(view)
        found[1] = found[1] if view(cell("sale_amount")) else 0.0
        stated = view.rules.lifetime_years
        return found if stated is None else [*found[:2], stated, 1.0]

    def compare_scaled(self, now: View, base: View, cross: Cross, scales: tuple[float, float]) -> Difference | None:
        new, old = (scale * self.purchases_per_amount(v) for scale, v in zip(scales, (now, base), strict=True))
        return super().compare_scaled(now, base, cross, (new, old))

    def free(self, view: View) -> Sequence[int]:
        return range(4) if view.rules.lifetime_years is None else range(2)

    def function(self, sums: Sequence[float]) -> float:
        net, years, start, lost = sums
        return net / years * start / lost

    def gradient(self, sums: Sequence[float]) -> tuple[float, ...]:
        _, years, start, lost = sums
        value = self.function(sums)
        return start / lost / years, -value / years, value / start, -value / lost

    def undefined(self, sums: Sequence[float]) -> Reason | None:
        _, years, start, lost = sums
        if not (years and start):
            return Reason.NO_DENOMINATOR
        return None if lost else Reason.ZERO_CHURN

    def words(self) -> str:
        return t(
            "average order value × purchase frequency × (1 − refund rate) × lifetime, "
            "the lifetime being 1 ÷ churn over the 365 days to the end unless a number is stated in the settings"
        )

    def notation(self) -> str:
        lifetime = "Σ customers_start[365d] ÷ Σ lost[365d]"
        return f"Σ net_sales ÷ Σ customer_years × ({lifetime}) × (Σ purchases ÷ Σ sales)"


@dataclass(frozen=True)
class BareLifetimeRevenue(LifetimeRevenue):
    """The same without its interval, where only the value is asked for."""

    has_interval = False


@dataclass(frozen=True)
class LifetimeProfit:
    """Lifetime revenue × gross margin: that of the sales whose cost is known, or the stated one."""

    revenue: BareLifetimeRevenue
    has_interval = False

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (*self.revenue.measures, *MARGIN_PARTS)

    @property
    def noise(self) -> tuple[Measure, ...]:
        return self.revenue.noise

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]:
        return self.revenue.crossed

    def estimate(self, view: View) -> Estimate:
        found = self.revenue.estimate(view)
        margin = gross_margin(view)
        if found.value is None:
            return found
        if margin is None:
            return Estimate.undefined(Reason.MISSING_INPUT, n=found.n)
        return Estimate(found.value * margin, n=found.n)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        """The margins are taken as known: what may be noise is the revenue."""
        margins = gross_margin(now), gross_margin(base)
        if margins[0] is None or margins[1] is None:
            return None
        return self.revenue.compare_scaled(now, base, cross, (margins[0], margins[1]))

    def words(self) -> str:
        return t("CLV in revenue × gross margin")

    def notation(self) -> str:
        return f"{self.revenue.notation()} × {NOTATION}"


@dataclass(frozen=True)
class AcquisitionCost:
    """Spend ÷ new customers, where it is part of another number. The spend is known, how many came is chance."""

    spent: Total
    new: Total

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.spent, self.new)

    def amount(self, view: View) -> float | None:
        """The cost of one new customer, None where nobody came."""
        new = view(self.new)
        return view(self.spent) / new if new else None

    def with_noise(self, change: Difference, now: View, base: View, values: tuple[float, float]) -> Difference:
        """``change`` of ``values``, which are so many times the cost or its inverse, with its noise (Poisson) added."""
        own = [value / math.sqrt(view(self.new)) for view, value in zip((now, base), values, strict=True)]
        return differences.estimates(values[0], math.hypot(change.standard_error or 0.0, *own), values[1], 0.0)


@dataclass(frozen=True)
class LifetimeToCost:
    """Lifetime profit ÷ the cost of winning a customer."""

    profit: LifetimeProfit
    cost: AcquisitionCost
    has_interval = False

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (*self.profit.measures, *self.cost.measures)

    @property
    def noise(self) -> tuple[Measure, ...]:
        return self.profit.noise

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]:
        return self.profit.crossed

    def estimate(self, view: View) -> Estimate:
        found, cost = self.profit.estimate(view), self.cost.amount(view)
        if found.value is None:
            return found
        if not cost or cost < 0:
            return Estimate.undefined(Reason.NO_DENOMINATOR, found.value, cost, found.n)
        return Estimate(found.value / cost, found.value, cost, found.n)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        new, old = self.estimate(now), self.estimate(base)
        if not (new.denominator and old.denominator and new.value is not None and old.value is not None):
            return None
        scales = [(gross_margin(v) or 0.0) / e.denominator for v, e in ((now, new), (base, old)) if e.denominator]
        change = self.profit.revenue.compare_scaled(now, base, cross, (scales[0], scales[1]))
        return self.cost.with_noise(change, now, base, (new.value, old.value)) if change else None

    def words(self) -> str:
        return t("CLV in profit ÷ customer acquisition cost")

    def notation(self) -> str:
        return f"{self.profit.notation()} ÷ (Σ spent ÷ Σ new)"


@dataclass(frozen=True)
class Payback:
    """The cost of winning a customer ÷ the margin of a customer in a month."""

    cost: AcquisitionCost
    years_per_revenue: CustomerRatio
    has_interval = False

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (*self.cost.measures, *self.years_per_revenue.measures, *MARGIN_PARTS)

    @property
    def noise(self) -> tuple[Measure, ...]:
        return self.years_per_revenue.noise

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]:
        return self.years_per_revenue.crossed

    def estimate(self, view: View) -> Estimate:
        cost, years, margin = self.cost.amount(view), self.years_per_revenue.estimate(view), gross_margin(view)
        if margin is None:
            return Estimate.undefined(Reason.MISSING_INPUT, cost, n=years.n)
        if cost is None or not years.value or margin <= 0:
            return Estimate.undefined(Reason.NO_DENOMINATOR, cost, n=years.n)
        monthly = margin / years.value / 12
        return Estimate(cost / monthly, cost, monthly, years.n)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        new, old = self.estimate(now), self.estimate(base)
        if new.value is None or old.value is None:
            return None
        scales = [12 * (self.cost.amount(v) or 0.0) / (gross_margin(v) or 1.0) for v in (now, base)]
        change = self.years_per_revenue.compare_scaled(now, base, cross, (scales[0], scales[1]))
        return self.cost.with_noise(change, now, base, (new.value, old.value)) if change else None

    def words(self) -> str:
        return t("customer acquisition cost ÷ (revenue × gross margin ÷ customer-months)")

    def notation(self) -> str:
        return f"(Σ spent ÷ Σ new) ÷ (Σ revenue × {NOTATION} ÷ (12 · Σ customer_years))"
