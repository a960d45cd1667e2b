"""Service: how fast and how well requests are dealt with."""

from crmeter.kpis.service import (
    complaining_customers_rate,
    complaint_rate,
    first_response_hours,
    handle_minutes,
    resolution_hours,
)

KPIS = (
    *complaint_rate.KPIS,
    *complaining_customers_rate.KPIS,
    *first_response_hours.KPIS,
    *resolution_hours.KPIS,
    *handle_minutes.KPIS,
)
