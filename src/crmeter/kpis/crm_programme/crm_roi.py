"""Return on the CRM: what it brought so far, held against what it cost so far."""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.kpis.crm_programme.ledger import BENEFIT, BESIDE, COST, DIMENSIONS, ENTRIES, LEFT_OUT, OfLedger
from crmeter.metrics import Better, Estimate, Example, Kpi, Reason, Unit
from crmeter.metrics.formulas import View
from crmeter.metrics.measures import Measure


@dataclass(frozen=True)
class Return(OfLedger):
    """Benefit ÷ cost, or with ``net`` (benefit − cost) ÷ cost."""

    net: bool

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (BENEFIT, COST, ENTRIES)

    def estimate(self, view: View) -> Estimate:
        benefit, cost, n = (view(measure) for measure in (BENEFIT, COST, ENTRIES))
        above = benefit - cost if self.net else benefit
        if cost <= 0:
            return Estimate.undefined(Reason.NO_DENOMINATOR, above, cost, n)
        return Estimate(above / cost, above, cost, n)

    def words(self) -> str:
        above = f"({BENEFIT.words} − {COST.words})" if self.net else BENEFIT.words
        return f"{above} ÷ {COST.words}"


def crm_return(variant: str, unit: Unit, *, net: bool, value: float) -> Kpi:
    """A way to hold benefits against costs."""
    return Kpi(
        id=f"crm_roi.{variant}",
        formula=Return(net),
        unit=unit,
        better=Better.UP,
        minimum_sample=0,
        left_out=LEFT_OUT,
        beside=BESIDE,
        shared_dimensions=DIMENSIONS,
        example=Example({"benefit": 500_000, "cost": 100_000}, value),
    )


crm_roi_net = crm_return("net", Unit.SHARE, net=True, value=4)
crm_roi_gross = crm_return("gross", Unit.RATIO, net=False, value=5)
KPIS = (crm_roi_net, crm_roi_gross)
