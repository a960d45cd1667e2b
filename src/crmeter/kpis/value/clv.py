"""Customer lifetime value: what a customer brings while being one, in revenue and in profit.

The lifetime is 1 ÷ the churn of the 365 days to the end, or a stated number. Never the mean of completed spells: those
who are still customers would be missing from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from crmeter.kernel.messages import t
from crmeter.metrics import Better, Estimate, Example, History, Kpi, Reason, Unit
from crmeter.metrics.clustered import Clustered
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Measure, Total, Window, cell
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
        return (*self.revenue.measures, cell("costed_amount"), cell("cost_of_sales"))

    @property
    def noise(self) -> tuple[Measure, ...]:
        return self.revenue.noise

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]:
        return self.revenue.crossed

    def estimate(self, view: View) -> Estimate:
        found = self.revenue.estimate(view)
        margin = self.margin(view)
        if found.value is None:
            return found
        if margin is None:
            return Estimate.undefined(Reason.MISSING_INPUT, n=found.n)
        return Estimate(found.value * margin, n=found.n)

    def margin(self, view: View) -> float | None:
        """1 − cost ÷ amount, None where no cost is known."""
        if view.rules.gross_margin is not None:
            return view.rules.gross_margin
        amount = view(cell("costed_amount"))
        return 1 - view(cell("cost_of_sales")) / amount if amount else None

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        """The margins are taken as known: what may be noise is the revenue."""
        margins = self.margin(now), self.margin(base)
        if margins[0] is None or margins[1] is None:
            return None
        return self.revenue.compare_scaled(now, base, cross, (margins[0], margins[1]))

    def words(self) -> str:
        return t("CLV in revenue × gross margin")

    def notation(self) -> str:
        return f"{self.revenue.notation()} × (1 − Σ cost_of_sales ÷ Σ costed_amount)"


clv_revenue = Kpi(
    id="clv.revenue",
    formula=LifetimeRevenue(),
    unit=Unit.MONEY,
    better=Better.UP,
    history=History.LOSS,
    left_out=cell("foreign_amounts"),
    example=Example(
        {
            "net_sales": 50_000,
            "sale_amount": 50_000,
            "sales": 10,
            "purchases": 10,
            "customer_years": 5,
            "customers_start@year_to_end": 100,
            "lost@year_to_end": 20,
        },
        50_000,
    ),
)
clv_profit = Kpi(
    id="clv.profit",
    formula=LifetimeProfit(BareLifetimeRevenue()),
    unit=Unit.MONEY,
    better=Better.UP,
    history=History.LOSS,
    left_out=cell("foreign_amounts"),
    example=Example({**clv_revenue.example.given, "costed_amount": 1000, "cost_of_sales": 700}, 15_000),
)
KPIS = (clv_revenue, clv_profit)
