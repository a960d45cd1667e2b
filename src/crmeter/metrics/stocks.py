"""Formulas over stocks: what is there at the end of a period. Most of it was there at the end of the period before too,
so that only what came and went is left to chance."""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Measure, Total, squared
from crmeter.metrics.value import Estimate, Reason
from crmeter.stats import differences
from crmeter.stats.differences import Difference


@dataclass(frozen=True)
class StockCount:
    """How many rows are there at the end. The noise of its change is that of those that came and those that went."""

    total: Total  # 1 for each row
    has_interval = False
    noise = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.total,)

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]:
        return ((self.total, self.total),)

    def estimate(self, view: View) -> Estimate:
        return Estimate(view(self.total), n=view(self.total))

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        stayed = cross(self.total, self.total)
        return differences.counts(now(self.total) - stayed, base(self.total) - stayed)

    def words(self) -> str:
        return self.total.words

    def notation(self) -> str:
        return f"Σ {self.total.column}"


@dataclass(frozen=True)
class StockSum:
    """Σ of amounts at the end. ``n`` counts all rows, ``valued`` those with an amount: where there are rows but none
    has one, the sum is not known. The noise of its change is √Σd², d being the amount that came or went with a row."""

    total: Total
    n: Total
    valued: Total
    has_interval = False

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.total, self.n, self.valued)

    @property
    def noise(self) -> tuple[Measure, ...]:
        return (squared(self.total),)

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]:
        return ((self.total, self.total),)

    def estimate(self, view: View) -> Estimate:
        n = view(self.n)
        if n and not view(self.valued):
            return Estimate.undefined(Reason.MISSING_INPUT, n=n)
        return Estimate(view(self.total), n=n)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        own = squared(self.total)
        changes = now(own) + base(own) - 2 * cross(self.total, self.total)
        return differences.sums(now(self.total), base(self.total), changes)

    def words(self) -> str:
        return self.total.words

    def notation(self) -> str:
        return f"Σ {self.total.column}"
