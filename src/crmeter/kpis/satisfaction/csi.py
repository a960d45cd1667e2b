"""Customer satisfaction index: how customers rate the aspects of what they got, taken together."""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.kernel.messages import t
from crmeter.metrics import Better, Estimate, Example, Kpi, Reason, Unit
from crmeter.metrics.averages import Mean
from crmeter.metrics.formulas import View
from crmeter.metrics.measures import Measure, Total

UNWEIGHTED = Total("respondents", "answers_without_weight")


@dataclass(frozen=True)
class WeightedMean(Mean):
    """A mean over respondents that says whether weights were stated, and how many answers they leave out."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (*super().measures, UNWEIGHTED)

    def estimate(self, view: View) -> Estimate:
        found, weights = super().estimate(view), view.rules.csi_weights
        if found.value is None or not weights:
            return found
        left_out = view(UNWEIGHTED)
        said = f"{Reason.ABOUT}:{left_out:.0f}" if left_out else f"{Reason.STATED_WEIGHTS}:{len(weights)}"
        return found._replace(reason=said)

    def words(self) -> str:
        return t("mean over respondents of (Σ weight × score rescaled to 0–100 ÷ Σ weight) over the aspects answered")

    def notation(self) -> str:
        return "(1 ÷ n) · Σᵢ (Σₐ wₐ · 100 · (xᵢₐ − min) ÷ (max − min)) ÷ Σₐ wₐ"


csi = Kpi(
    id="csi",
    formula=WeightedMean(Total("respondents", "csi_index")),
    unit=Unit.INDEX,
    better=Better.UP,
    example=Example({"csi_index": 7200, "#csi_index": 100}, 72),
)
KPIS = (csi,)
