"""How much of a sum the largest customers bring."""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.kernel.messages import t
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Measure, TopSum, Total
from crmeter.metrics.value import Estimate, Reason
from crmeter.stats.differences import Difference


@dataclass(frozen=True)
class TopShare:
    """Σ of the largest ÷ Σ of all."""

    top: TopSum
    total: Total
    has_interval = False
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.top, self.top.rows, self.total)

    def estimate(self, view: View) -> Estimate:
        n, whole = int(view(self.top.rows)), view(self.total)
        if not n:
            return Estimate.undefined(Reason.NO_DATA, n=0)
        (part,) = view.ranked(self.top, self.top.ranks(n))
        if part is None or whole <= 0:
            return Estimate.undefined(Reason.NO_DENOMINATOR, part, whole, n)
        return Estimate(part / whole, part, whole, n)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        """The change alone: the order of the customers of two periods is too much the same for a simple error."""
        new, old = self.estimate(now).value, self.estimate(base).value
        return None if new is None or old is None else Difference(new - old)

    def words(self) -> str:
        share = round(100 * (1 - self.top.q))
        return t("{measure} of the {share}% who bring most ÷ that of all", measure=self.total.words, share=share)

    def notation(self) -> str:
        return f"Σ top₁₀%({self.top.column}) ÷ Σ {self.total.column}"
