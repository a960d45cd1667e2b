"""Customers: how many there are, and whether they come, stay and return."""

from crmeter.kpis.customers import (
    acquisition_rate,
    active_customers,
    churn_rate,
    customers,
    repeat_purchase_rate,
    retention_rate,
)

KPIS = (
    *customers.KPIS,
    *active_customers.KPIS,
    *acquisition_rate.KPIS,
    *retention_rate.KPIS,
    *churn_rate.KPIS,
    *repeat_purchase_rate.KPIS,
)
