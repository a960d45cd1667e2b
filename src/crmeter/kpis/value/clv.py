"""Customer lifetime value: what a customer brings while being one, in revenue and in profit.

The lifetime is 1 ÷ the churn of the 365 days to the end, or a stated number. Never the mean of completed spells: those
who are still customers would be missing from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmeter.kernel.messages import t
from crmeter.metrics import Better, Estimate, Example, History, Kpi, Reason, Unit
from crmeter.metrics.clustered import Clustered
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Measure, Total, Window, cell
from crmeter.stats.differences import Difference, estimates


@dataclass(frozen=True)
class LifetimeRevenue(Clustered):
    """Order value × purchases a year × (1 − refund rate) × lifetime in years."""

    @property
    def parts(self) -> tuple[Total, ...]:
        return (
            cell("sale_amount"),
            cell("refund_amount"),
            cell("sales"),
            cell("purchases"),
            cell("customer_years"),
            cell("customers_start", Window.YEAR_TO_END),
            cell("lost", Window.YEAR_TO_END),
        )

    @property
    def sample(self) -> Total:
        return cell("exposed")

    def estimate(self, view: View) -> Estimate:
        """With a stated lifetime the churn plays no part."""
        stated = view.rules.lifetime_years
        sums = [view(part) for part in self.parts]
        if stated is not None:
            sums[5:] = [stated, 1.0]
        n = view(self.sample)
        reason = self.undefined(sums)
        if reason:
            return Estimate.undefined(reason, n=n)
        error = self.error(view, sums, n, fixed=2 if stated is not None else 0)
        return self.bounded(self.function(sums), error, n)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        if now.rules.lifetime_years is None:
            return super().compare(now, base, cross)
        new, old = self.estimate(now), self.estimate(base)
        return None if new.value is None or old.value is None else Difference(new.value - old.value)

    def function(self, sums: Sequence[float]) -> float:
        sold, refunded, sales, purchases, years, start, lost = sums
        return (sold - refunded) / sales * purchases / years * start / lost

    def gradient(self, sums: Sequence[float]) -> tuple[float, ...]:
        sold, refunded, sales, purchases, years, start, lost = sums
        scale = start / lost / years / sales
        value = self.function(sums)
        net = sold - refunded
        return (
            purchases * scale,
            -purchases * scale,
            -value / sales,
            net * scale,
            -value / years,
            value / start,
            -value / lost,
        )

    def undefined(self, sums: Sequence[float]) -> Reason | None:
        _, _, sales, _, years, start, lost = sums
        if not (sales and years and start):
            return Reason.NO_DENOMINATOR
        return None if lost else Reason.ZERO_CHURN

    def words(self) -> str:
        return t(
            "average order value × purchase frequency × (1 − refund rate) × lifetime, "
            "the lifetime being 1 ÷ churn over the 365 days to the end unless a number is stated in the settings"
        )


@dataclass(frozen=True)
class LifetimeProfit:
    """Lifetime revenue × gross margin: that of the sales whose cost is known, or the stated one."""

    revenue: LifetimeRevenue
    has_interval = False
    crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (*self.revenue.measures, cell("costed_amount"), cell("cost_of_sales"))

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
        """The margin is taken as known: what may be noise is the revenue."""
        new, old = self.revenue.estimate(now), self.revenue.estimate(base)
        margins = self.margin(now), self.margin(base)
        if new.value is None or old.value is None or margins[0] is None or margins[1] is None:
            return None
        errors = [self.revenue.standard_error(view) for view in (now, base)]
        scaled = [e * m if e is not None else None for e, m in zip(errors, margins, strict=True) if m is not None]
        return estimates(new.value * margins[0], scaled[0], old.value * margins[1], scaled[1])

    def words(self) -> str:
        return t("CLV in revenue × gross margin")


clv_revenue = Kpi(
    id="clv.revenue",
    formula=LifetimeRevenue(),
    unit=Unit.MONEY,
    better=Better.UP,
    history=History.LOSS,
    left_out=cell("foreign_amounts"),
    example=Example(
        {
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
    formula=LifetimeProfit(LifetimeRevenue()),
    unit=Unit.MONEY,
    better=Better.UP,
    history=History.LOSS,
    left_out=cell("foreign_amounts"),
    example=Example({**clv_revenue.example.given, "costed_amount": 1000, "cost_of_sales": 700}, 15_000),
)
KPIS = (clv_revenue, clv_profit)
