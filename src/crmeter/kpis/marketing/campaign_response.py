"""Campaign response: who of those reached answers."""

from crmeter.metrics import Better, Example, Kpi, Reason, Unit
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import Total

campaign_response = Kpi(
    id="campaign_response",
    formula=Share(Total("reached", "responded_by_end"), Total("reached", "reached")),
    unit=Unit.SHARE,
    better=Better.UP,
    beside=((Reason.ABOUT, Total("reached", "nameless_touches")),),
    example=Example({"responded_by_end": 120, "reached": 2000}, 0.06),
)
KPIS = (campaign_response,)
