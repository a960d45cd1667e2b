"""Quota attainment: how much of what was to be won was won."""

from __future__ import annotations

import math
from dataclasses import dataclass

from crmeter.metrics import Better, Estimate, Example, Kpi, Reason, Unit
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Measure, Total, squared
from crmeter.stats import differences
from crmeter.stats.differences import Difference


@dataclass(frozen=True)
class Attainment:
    """An amount of independent events ÷ what it was to be; only the amount is left to chance."""

    amount: Total
    quota: Total
    n: Total
    has_interval = False
    crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.amount, self.quota, self.n)

    @property
    def noise(self) -> tuple[Measure, ...]:
        return (squared(self.amount),)

    def estimate(self, view: View) -> Estimate:
        amount, quota, n = view(self.amount), view(self.quota), view(self.n)
        if quota <= 0:
            return Estimate.undefined(Reason.NO_DENOMINATOR, amount, quota, n)
        return Estimate(amount / quota, amount, quota, n)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        new, old = self.estimate(now), self.estimate(base)
        if new.value is None or old.value is None:
            return None
        return differences.estimates(new.value, self._error(now), old.value, self._error(base))

    def _error(self, view: View) -> float:
        return math.sqrt(view(squared(self.amount))) / view(self.quota)

    def words(self) -> str:
        return f"{self.amount.words} ÷ {self.quota.words}"

    def notation(self) -> str:
        return "Σ won_amount ÷ Σ quota_amount"


quota_attainment = Kpi(
    id="quota_attainment",
    formula=Attainment(Total("closed", "won_amount"), Total("quotas", "quota_amount"), n=Total("closed", "deals_won")),
    unit=Unit.SHARE,
    better=Better.UP,
    minimum_sample=0,
    left_out=Total("closed", "foreign_amounts"),
    beside=((Reason.OTHER_CURRENCY, Total("quotas", "foreign_amounts")),),
    shared_dimensions=("owner_id", "team"),
    example=Example({"won_amount": 850_000, "quota_amount": 1_000_000, "deals_won": 34}, 0.85),
)
KPIS = (quota_attainment,)
