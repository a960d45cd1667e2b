"""Campaign conversion: who of those reached does what the campaign is for."""

from crmeter.metrics import Better, Example, Kpi, Reason, Unit
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import Total

campaign_conversion = Kpi(
    id="campaign_conversion",
    formula=Share(Total("reached", "converted_by_end"), Total("reached", "reached")),
    unit=Unit.SHARE,
    better=Better.UP,
    beside=((Reason.ABOUT, Total("reached", "nameless_touches")),),
    example=Example({"converted_by_end": 45, "reached": 400}, 0.1125),
)
KPIS = (campaign_conversion,)
