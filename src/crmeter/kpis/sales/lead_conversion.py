"""Lead conversion: how many leads become more than that."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import Total

lead_conversion_by_end = Kpi(
    id="lead_conversion.by_end",
    formula=Share(Total("leads", "conversions_by_end"), Total("leads", "leads")),
    unit=Unit.SHARE,
    better=Better.UP,
    example=Example({"conversions_by_end": 12, "leads": 80}, 0.15),
)
lead_conversion_matured = Kpi(
    id="lead_conversion.matured",
    formula=Share(Total("leads", "mature_conversions"), Total("leads", "mature_leads")),
    unit=Unit.SHARE,
    better=Better.UP,
    example=Example({"mature_conversions": 18, "mature_leads": 80}, 0.225),
)
KPIS = (lead_conversion_by_end, lead_conversion_matured)
