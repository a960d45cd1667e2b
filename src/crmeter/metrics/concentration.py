"""How much of a sum the largest customers bring."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from crmeter.kernel.messages import t
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Measure, Product, Sway, TopSum, Total
from crmeter.metrics.value import Estimate, Reason
from crmeter.stats import differences
from crmeter.stats.differences import Difference

ROUNDING = 1e-12  # of the terms: a spread that is no more is that of floating point


@dataclass(frozen=True)
class TopShare:
    """Σ of the largest ÷ Σ of all."""

    top: TopSum
    total: Total
    has_interval = False

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.top, self.top.rows, self.total)

    @property
    def noise(self) -> tuple[Measure, ...]:
        return (self._sway.edge, Product(self._sway, self._sway))

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]:
        return ((self._sway, self._sway),)

    @cached_property
    def _sway(self) -> Sway:
        return Sway(self.total.population, self.total.column, top=self.top)

    def estimate(self, view: View) -> Estimate:
        n, whole = int(view(self.top.rows)), view(self.total)
        if not n:
            return Estimate.undefined(Reason.NO_DATA, n=0)
        (part,) = view.ranked(self.top, self.top.ranks(n))
        if part is None or whole <= 0:
            return Estimate.undefined(Reason.NO_DENOMINATOR, part, whole, n)
        return Estimate(part / whole, part, whole, n)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        """The customers of both periods are partly the same, and so is who of them brings most: what each sways the
        share by counts in both."""
        new, old = self.estimate(now).value, self.estimate(base).value
        if new is None or old is None:
            return None
        own = Product(self._sway, self._sway)
        spread = now(own) + base(own) - 2 * cross(self._sway, self._sway)
        n = max(now(self.top.rows) + base(self.top.rows), 2.0)
        if spread <= ROUNDING * (now(own) + base(own)):
            return Difference(new - old)
        return differences.estimates(new, math.sqrt(spread * n / (n - 1)), old, 0.0)

    def words(self) -> str:
        share = round(100 * (1 - self.top.q))
        return t("{measure} of the {share}% who bring most ÷ that of all", measure=self.total.words, share=share)

    def notation(self) -> str:
        return f"Σ top₁₀%({self.top.column}) ÷ Σ {self.total.column}"
