"""Net revenue retention: what yesterday's customers bring today, for each unit of money they brought then.

A company that has any contract is measured by its contracts: what they bring a month, at the start and at the end.
Revenue of purchases is another thing and is not mixed in. A company without contracts is measured by the revenue of the
period, of those who were customers at the start of the same period a year before, against their revenue then.
"""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.kernel.messages import t
from crmeter.metrics import Better, Estimate, Example, Kpi, Reason, Unit
from crmeter.metrics.clustered import CustomerRatio
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Measure, Total, Window, cell
from crmeter.metrics.notation import notation
from crmeter.stats.differences import Difference


@dataclass(frozen=True)
class RevenueRetention:
    """One of two ratios, as the company has contracts or not; each with the amounts that it leaves out."""

    contracts: CustomerRatio
    contracts_left_out: Total
    purchases: CustomerRatio
    purchases_left_out: Total
    has_interval = True

    @property
    def measures(self) -> tuple[Measure, ...]:
        left_out = (self.contracts_left_out, self.purchases_left_out)
        return (*self.contracts.measures, *self.purchases.measures, *left_out)

    @property
    def noise(self) -> tuple[Measure, ...]:
        return (*self.contracts.noise, *self.purchases.noise)

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]:
        return (*self.contracts.crossed, *self.purchases.crossed)

    def chosen(self, view: View) -> CustomerRatio:
        """The ratio of this company."""
        return self.contracts if view.has_contracts else self.purchases

    def estimate(self, view: View) -> Estimate:
        found = self.chosen(view).estimate(view)
        left_out = view(self.contracts_left_out if view.has_contracts else self.purchases_left_out)
        if found.value is None or not left_out:
            return found
        return found._replace(reason=f"{Reason.OTHER_CURRENCY}:{left_out:.0f}")

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        return self.chosen(now).compare(now, base, cross)

    def words(self) -> str:
        return t(
            "{contracts}; without any contract {purchases}",
            contracts=self.contracts.words(),
            purchases=self.purchases.words(),
        )

    def notation(self) -> str:
        return f"{notation(self.contracts)} | {notation(self.purchases)}"


def year_on_year(column: str) -> Total:
    """A number of the period beside the same period a year before."""
    return cell(column, Window.YEAR_ON_YEAR)


net_revenue_retention = Kpi(
    id="net_revenue_retention",
    formula=RevenueRetention(
        CustomerRatio(cell("recurring_kept"), cell("recurring_start"), n=cell("subscribers_start")),
        cell("unpriced_contracts"),
        CustomerRatio(year_on_year("revenue_kept"), year_on_year("revenue_before"), n=year_on_year("customers_before")),
        year_on_year("foreign_year_on_year"),
    ),
    unit=Unit.SHARE,
    better=Better.UP,
    any_of=True,
    example=Example({"recurring_kept": 104_000, "recurring_start": 100_000}, 1.04),
)
KPIS = (net_revenue_retention,)
