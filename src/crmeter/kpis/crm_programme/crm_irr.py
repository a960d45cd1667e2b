"""Internal rate of return of the CRM: the discount rate at which it is worth nothing. There may be several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmeter.kernel.messages import t
from crmeter.kpis.crm_programme.ledger import BESIDE, DIMENSIONS, FLOWS, LEFT_OUT, OfFlows
from crmeter.metrics import Better, Example, Kpi, Reason, Unit
from crmeter.stats.cash_flows import Flow, internal_rates


@dataclass(frozen=True)
class InternalRate(OfFlows):
    """The one rate at which the flows are worth nothing; where there are several, all of them are said."""

    def of(self, flows: Sequence[Flow], rate: float) -> float | str:
        rates = internal_rates(flows)
        if len(rates) == 1:
            return rates[0]
        return f"{Reason.SEVERAL_ROOTS}:{','.join(f'{rate:.10g}' for rate in rates)}" if rates else Reason.NO_ROOT

    def words(self) -> str:
        return t("the discount rate at which the present value of {flow} is zero", flow=FLOWS.words)


crm_irr = Kpi(
    id="crm_irr",
    formula=InternalRate(),
    unit=Unit.SHARE,
    better=Better.UP,
    minimum_sample=0,
    left_out=LEFT_OUT,
    beside=BESIDE,
    shared_dimensions=DIMENSIONS,
    example=Example({"net_flow@2025-01-01": -100_000, "net_flow@2027-01-01": 121_000}, 0.1),
)
KPIS = (crm_irr,)
