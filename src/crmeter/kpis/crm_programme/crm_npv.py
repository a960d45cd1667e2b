"""Net present value of the CRM: what its costs and benefits so far are worth on its first day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmeter.kernel.messages import t
from crmeter.kpis.crm_programme.ledger import BESIDE, DIMENSIONS, FLOWS, LEFT_OUT, OfFlows
from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.stats.cash_flows import Flow, net_present_value

FOUR_YEARS = {
    "net_flow@2025-01-01": -100_000,
    **{f"net_flow@{year}-01-01": 40_000 for year in range(2026, 2030)},
}


@dataclass(frozen=True)
class PresentValue(OfFlows):
    """Σ flow ÷ (1 + discount rate)^years since the first flow."""

    def of(self, flows: Sequence[Flow], rate: float) -> float | str:
        return net_present_value(flows, rate)

    def words(self) -> str:
        return t("Σ {flow} ÷ (1 + discount rate)^(years since the first)", flow=FLOWS.words)


crm_npv = Kpi(
    id="crm_npv",
    formula=PresentValue(),
    unit=Unit.MONEY,
    better=Better.UP,
    minimum_sample=0,
    left_out=LEFT_OUT,
    beside=BESIDE,
    shared_dimensions=DIMENSIONS,
    example=Example(FOUR_YEARS, sum(40_000 / 1.1**year for year in range(1, 5)) - 100_000),
)
KPIS = (crm_npv,)
