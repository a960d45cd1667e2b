"""Value: what customers bring, and what winning them costs."""

from crmeter.kpis.value import (
    average_order_value,
    cac,
    cac_payback_months,
    clv,
    clv_to_cac,
    orders,
    purchase_frequency,
    refund_rate,
    revenue,
    revenue_per_customer,
    sales_growth,
)

KPIS = (
    *revenue.KPIS,
    *orders.KPIS,
    *refund_rate.KPIS,
    *average_order_value.KPIS,
    *purchase_frequency.KPIS,
    *revenue_per_customer.KPIS,
    *sales_growth.KPIS,
    *clv.KPIS,
    *cac.KPIS,
    *clv_to_cac.KPIS,
    *cac_payback_months.KPIS,
)
