"""Customers: how many there are, and whether they come, stay and return."""

from crmeter.kpis.customers import (
    acquisition_rate,
    active_customers,
    churn_rate,
    customers,
    loyalty_index,
    net_revenue_retention,
    recurring_revenue,
    repeat_purchase_rate,
    retention_rate,
    revenue_churn,
    tenure_days,
)

KPIS = (
    *customers.KPIS,
    *active_customers.KPIS,
    *acquisition_rate.KPIS,
    *retention_rate.KPIS,
    *churn_rate.KPIS,
    *recurring_revenue.KPIS,
    *revenue_churn.KPIS,
    *net_revenue_retention.KPIS,
    *repeat_purchase_rate.KPIS,
    *tenure_days.KPIS,
    *loyalty_index.KPIS,
)
