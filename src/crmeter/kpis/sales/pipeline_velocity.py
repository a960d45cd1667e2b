"""Pipeline velocity: how much money a day the open pipeline brings if things go on as they went."""

from __future__ import annotations

import math
from dataclasses import dataclass

from crmeter.kernel.messages import t
from crmeter.metrics import Better, Estimate, Example, Kpi, Reason, Unit
from crmeter.metrics.averages import Mean
from crmeter.metrics.formulas import Cross, Share, View
from crmeter.metrics.measures import Measure, Total
from crmeter.stats import differences
from crmeter.stats.differences import Difference
from crmeter.stats.intervals import sample_variance


@dataclass(frozen=True)
class Velocity:
    """Open opportunities × win rate × mean amount of a deal won ÷ mean days to win one."""

    opened: Total
    win_rate: Share
    amount: Mean
    days: Mean
    has_interval = False
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.opened, *self.win_rate.measures, *self.amount.measures, *self.days.measures)

    def estimate(self, view: View) -> Estimate:
        opened, n = view(self.opened), view(self.win_rate.denominator)
        share, amount, days = (part.estimate(view).value for part in (self.win_rate, self.amount, self.days))
        if share is None or amount is None or not days:
            return Estimate.undefined(Reason.NO_DENOMINATOR, n=n)
        return Estimate(opened * share * amount / days, n=n)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        """The four parts err independently of one another; which opportunities there are is taken as known."""
        new, old = self.estimate(now), self.estimate(base)
        if new.value is None or old.value is None:
            return None
        errors = [self._relative_error(view) for view in (now, base)]
        if errors[0] is None or errors[1] is None:
            return Difference(new.value - old.value)
        return differences.estimates(new.value, new.value * errors[0], old.value, old.value * errors[1])

    def _relative_error(self, view: View) -> float | None:
        """The standard error of the product as a share of it; None where a part has no spread to judge it by."""
        won, decided = view(self.win_rate.numerator), view(self.win_rate.denominator)
        variances = [(1 - won / decided) / won] if won else []
        for mean in (self.amount, self.days):
            n, total = view(mean.n), view(mean.total)
            variance = sample_variance(n, total, view(mean.squares))
            if variance and total:
                variances.append(variance / n / (total / n) ** 2)
        return math.sqrt(sum(variances)) if len(variances) == 3 else None

    def words(self) -> str:
        return t("open opportunities at the end × win rate × average deal value ÷ sales cycle in days (mean)")

    def notation(self) -> str:
        return (
            "Σ open_deals · (Σ deals_won ÷ Σ deals_closed) · (Σ deal_amount ÷ n(deal_amount)) "
            "÷ (Σ cycle_days ÷ n(cycle_days))"
        )


pipeline_velocity = Kpi(
    id="pipeline_velocity",
    formula=Velocity(
        Total("open_deals", "open_deals"),
        Share(Total("closed", "deals_won"), Total("closed", "deals_closed")),
        Mean(Total("closed", "deal_amount")),
        Mean(Total("closed", "cycle_days")),
    ),
    unit=Unit.MONEY,
    better=Better.UP,
    left_out=Total("closed", "foreign_amounts"),
    example=Example(
        {
            "open_deals": 100,
            "deals_won": 30,
            "deals_closed": 120,
            "deal_amount": 240_000,
            "#deal_amount": 30,
            "cycle_days": 1500,
            "#cycle_days": 30,
        },
        4000,
    ),
)
KPIS = (pipeline_velocity,)
