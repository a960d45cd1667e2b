"""The discounted lifetime value: the margins of the years ahead, each less the customers gone by then and the interest.

Margin and retention come from the data, or are stated in the settings; how far it looks and at which rate is set there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from crmeter.kernel.messages import t
from crmeter.kpis.value.gross_margin import MARGIN_PARTS, NOTATION, gross_margin
from crmeter.metrics import Estimate, Reason
from crmeter.metrics.clustered import Clustered
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Measure, Total, Window, cell
from crmeter.stats.differences import Difference


def annuity(retention: float, rate: float, years: int) -> float:
    """Σ t = 0 … years − 1 of (retention ÷ (1 + rate))^t.

    >>> round(3000 * annuity(0.8, 0.1, 5), 2)
    8761.9
    """
    return sum((retention / (1 + rate)) ** year for year in range(years))


def annuity_slope(retention: float, rate: float, years: int) -> float:
    """The derivative of :func:`annuity` by the retention."""
    return sum(year * retention ** (year - 1) / (1 + rate) ** year for year in range(1, years))


@dataclass(frozen=True)
class DiscountedLifetime(Clustered):
    """Yearly revenue of a customer × Σ (retention ÷ (1 + rate))^t, times the gross margin, which is taken as known."""

    has_interval = False

    @cached_property
    def parts(self) -> tuple[Total, ...]:
        return (
            cell("revenue"),
            cell("customer_years"),
            cell("customers_start", Window.YEAR_TO_END),
            cell("lost", Window.YEAR_TO_END),
        )

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (*super().measures, *MARGIN_PARTS)

    @property
    def sample(self) -> Total:
        return cell("exposed")

    def sums(self, view: View) -> list[float]:
        """The parts, or what is stated in their place; then the years and the rate of interest."""
        rules, found = view.rules, super().sums(view)
        yearly = found[:2] if rules.yearly_margin is None else [rules.yearly_margin, 1.0]
        staying = found[2:] if rules.yearly_retention is None else [1.0, 1 - rules.yearly_retention]
        return [*yearly, *staying, float(rules.horizon_years), rules.discount_rate]

    def free(self, view: View) -> Sequence[int]:
        yearly = range(2) if view.rules.yearly_margin is None else ()
        staying = range(2, 4) if view.rules.yearly_retention is None else ()
        return (*yearly, *staying)

    def function(self, sums: Sequence[float]) -> float:
        revenue, customer_years, start, lost, years, rate = sums
        return revenue / customer_years * annuity(1 - lost / start, rate, int(years))

    def gradient(self, sums: Sequence[float]) -> tuple[float, ...]:
        revenue, customer_years, start, lost, years, rate = sums
        value, yearly = self.function(sums), revenue / customer_years
        slope = yearly * annuity_slope(1 - lost / start, rate, int(years))
        return value / revenue if revenue else 0.0, -value / customer_years, slope * lost / start**2, -slope / start

    def undefined(self, sums: Sequence[float]) -> Reason | None:
        return None if sums[1] and sums[2] else Reason.NO_DENOMINATOR

    def estimate(self, view: View) -> Estimate:
        found, margin = super().estimate(view), self.margin(view)
        if found.value is None:
            return found
        if margin is None:
            return Estimate.undefined(Reason.MISSING_INPUT, n=found.n)
        return Estimate(found.value * margin, n=found.n)

    @staticmethod
    def margin(view: View) -> float | None:
        """The gross margin; 1 where the yearly margin itself is stated."""
        return gross_margin(view) if view.rules.yearly_margin is None else 1.0

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        margins = self.margin(now), self.margin(base)
        if margins[0] is None or margins[1] is None:
            return None
        return self.compare_scaled(now, base, cross, (margins[0], margins[1]))

    def words(self) -> str:
        return t(
            "the sum over the years ahead of yearly margin × (retention ÷ (1 + discount rate))^year, the margin being "
            "revenue per customer-year × gross margin and the retention 1 − churn over the 365 days to the end, unless "
            "stated in the settings"
        )

    def notation(self) -> str:
        retention = "1 − Σ lost[365d] ÷ Σ customers_start[365d]"
        return f"Σ revenue ÷ Σ customer_years × {NOTATION} × Σₜ₌₀ᴴ⁻¹ (({retention}) ÷ (1 + d))ᵗ"
