"""Modified rate of return of the CRM: one rate, whatever the flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmeter.kernel.messages import t
from crmeter.kpis.crm_programme.ledger import BESIDE, DIMENSIONS, LEFT_OUT, OfFlows
from crmeter.metrics import Better, Example, Kpi, Reason, Unit
from crmeter.stats.cash_flows import Flow, modified_rate


@dataclass(frozen=True)
class ModifiedRate(OfFlows):
    """(benefits put out at the discount rate to the end ÷ costs discounted to the start)^(1 ÷ years) − 1."""

    def of(self, flows: Sequence[Flow], rate: float) -> float | str:
        found = modified_rate(flows, rate)
        return Reason.NO_DENOMINATOR if found is None else found

    def words(self) -> str:
        return t("(benefits with interest to the last day ÷ costs discounted to the first)^(1 ÷ years) − 1")


crm_mirr = Kpi(
    id="crm_mirr",
    formula=ModifiedRate(),
    unit=Unit.SHARE,
    better=Better.UP,
    minimum_sample=0,
    left_out=LEFT_OUT,
    beside=BESIDE,
    shared_dimensions=DIMENSIONS,
    example=Example(
        {"net_flow@2025-01-01": -100_000, "net_flow@2026-01-01": 55_000, "net_flow@2027-01-01": 60_500}, 1.21**0.5 - 1
    ),
)
KPIS = (crm_mirr,)
