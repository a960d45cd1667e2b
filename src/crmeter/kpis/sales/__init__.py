"""Sales: which deals are won, how fast, and for how much."""

from crmeter.kpis.sales import (
    average_deal_value,
    deals_lost,
    deals_won,
    lead_conversion,
    pipeline_value,
    pipeline_velocity,
    quota_attainment,
    sales_cycle_days,
    stage_conversion,
    win_rate,
    won_value,
)

KPIS = (
    *won_value.KPIS,
    *deals_won.KPIS,
    *deals_lost.KPIS,
    *win_rate.KPIS,
    *sales_cycle_days.KPIS,
    *average_deal_value.KPIS,
    *lead_conversion.KPIS,
    *stage_conversion.KPIS,
    *pipeline_value.KPIS,
    *pipeline_velocity.KPIS,
    *quota_attainment.KPIS,
)
