"""Loyalty index: the mean of three signs of loyalty over a year, each of them a KPI of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass

from crmeter.kernel.messages import t
from crmeter.metrics import Better, Estimate, Example, History, Kpi, Reason, Unit
from crmeter.metrics.clustered import CustomerRatio
from crmeter.metrics.formulas import Cross, Share, View
from crmeter.metrics.measures import Measure, Total, Window, cell
from crmeter.metrics.notation import notation
from crmeter.stats import differences
from crmeter.stats.differences import Difference

REPEAT = (cell("repeat_buyers", Window.YEAR_TO_END), cell("buyers", Window.YEAR_TO_END))
PROMOTERS = tuple(Total("answers", column, window=Window.YEAR_TO_END) for column in ("promoters", "nps_answers"))
TENURED = (cell("tenured"), cell("staying"))


@dataclass(frozen=True)
class LoyaltyIndex:
    """100 × the mean of three shares; undefined unless all of them exist. The noise of its change is theirs."""

    repeat: CustomerRatio
    promoters: Share
    tenured: CustomerRatio
    has_interval = False

    @property
    def shares(self) -> tuple[CustomerRatio | Share, ...]:
        return self.repeat, self.promoters, self.tenured

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(measure for share in self.shares for measure in share.measures)

    @property
    def noise(self) -> tuple[Measure, ...]:
        return tuple(measure for share in self.shares for measure in share.noise)

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]:
        return (*self.repeat.crossed, *self.tenured.crossed)

    def estimate(self, view: View) -> Estimate:
        """``n`` is the smallest of the three samples."""
        found = [share.estimate(view) for share in self.shares]
        n = min(estimate.n or 0.0 for estimate in found)
        values = [estimate.value for estimate in found if estimate.value is not None]
        if len(values) < len(found):
            return Estimate.undefined(Reason.NO_DENOMINATOR, n=n)
        return Estimate(100 * sum(values) / len(values), n=n)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        new, old = self.estimate(now).value, self.estimate(base).value
        changes = [share.compare(now, base, cross) for share in self.shares]
        if new is None or old is None:
            return None
        errors = [(change.standard_error or 0.0) if change else 0.0 for change in changes]
        return differences.estimates(new, 100 * math.hypot(*errors) / len(errors), old, 0.0)

    def words(self) -> str:
        repeat, promoters, tenured = (share.words() for share in self.shares)
        return t("100 × the mean of ({a}), ({b}) and ({c})", a=repeat, b=promoters, c=tenured)

    def notation(self) -> str:
        return f"100 ÷ 3 · ({' + '.join(str(notation(share)) for share in self.shares)})"


loyalty_index = Kpi(
    id="loyalty_index",
    formula=LoyaltyIndex(
        CustomerRatio(*REPEAT, n=REPEAT[1], has_interval=False),
        Share(*PROMOTERS),
        CustomerRatio(*TENURED, n=TENURED[1], has_interval=False),
    ),
    unit=Unit.INDEX,
    better=Better.UP,
    history=History.LOSS,
    example=Example(
        {
            "repeat_buyers@year_to_end": 30,
            "buyers@year_to_end": 100,
            "promoters@year_to_end": 50,
            "nps_answers@year_to_end": 100,
            "tenured": 70,
            "staying": 100,
        },
        50,
    ),
)
loyalty_index_repeat = Kpi(
    id="loyalty_index.repeat",
    formula=Share(*REPEAT),
    unit=Unit.SHARE,
    better=Better.UP,
    example=Example({"repeat_buyers@year_to_end": 30, "buyers@year_to_end": 100}, 0.3),
)
loyalty_index_promoters = Kpi(
    id="loyalty_index.promoters",
    formula=Share(*PROMOTERS),
    unit=Unit.SHARE,
    better=Better.UP,
    example=Example({"promoters@year_to_end": 50, "nps_answers@year_to_end": 100}, 0.5),
)
loyalty_index_tenured = Kpi(
    id="loyalty_index.tenured",
    formula=Share(*TENURED),
    unit=Unit.SHARE,
    better=Better.UP,
    history=History.LOSS,
    example=Example({"tenured": 70, "staying": 100}, 0.7),
)
KPIS = (loyalty_index, loyalty_index_repeat, loyalty_index_promoters, loyalty_index_tenured)
