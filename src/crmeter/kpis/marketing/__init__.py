"""Marketing: what campaigns cost, whom they reach, and what they bring."""

from crmeter.kpis.marketing import (
    campaign_conversion,
    campaign_response,
    campaign_roi,
    cost_per_lead,
    leads_by_campaign,
    marketing_spend,
)

KPIS = (
    *marketing_spend.KPIS,
    *campaign_response.KPIS,
    *campaign_conversion.KPIS,
    *campaign_roi.KPIS,
    *leads_by_campaign.KPIS,
    *cost_per_lead.KPIS,
)
