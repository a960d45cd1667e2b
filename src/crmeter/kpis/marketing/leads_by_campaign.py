"""Leads by campaign: how many prospects campaigns bring."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import RowCount
from crmeter.metrics.measures import Total

leads_by_campaign = Kpi(
    id="leads_by_campaign",
    formula=RowCount(Total("campaign_leads", "campaign_leads")),
    unit=Unit.COUNT,
    better=Better.UP,
    minimum_sample=0,
    example=Example({"campaign_leads": 350}, 350),
)
KPIS = (leads_by_campaign,)
