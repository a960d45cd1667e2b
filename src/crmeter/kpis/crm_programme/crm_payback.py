"""Payback of the CRM: how many months until it had brought back what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmeter.kernel.messages import t
from crmeter.kpis.crm_programme.ledger import BESIDE, DIMENSIONS, FLOWS, LEFT_OUT, OfFlows
from crmeter.metrics import Better, Example, Kpi, Reason, Unit
from crmeter.stats.cash_flows import Flow, payback, year_fraction

FOUR_YEARS = {
    "net_flow@2025-01-01": -100_000,
    **{f"net_flow@{year}-01-01": 40_000 for year in range(2026, 2030)},
}


@dataclass(frozen=True)
class Payback(OfFlows):
    """Months from the first flow to the day from which the sum so far stays at or above zero."""

    def of(self, flows: Sequence[Flow], rate: float) -> float | str:
        day = payback(flows)
        return Reason.NOT_PAID_BACK if day is None else 12 * year_fraction(flows[0][0], day)

    def words(self) -> str:
        return t("months until the sum of {flow} is no longer below zero", flow=FLOWS.words)


crm_payback = Kpi(
    id="crm_payback",
    formula=Payback(),
    unit=Unit.MONTHS,
    better=Better.DOWN,
    minimum_sample=0,
    left_out=LEFT_OUT,
    beside=BESIDE,
    shared_dimensions=DIMENSIONS,
    example=Example(FOUR_YEARS, 36),
)
KPIS = (crm_payback,)
