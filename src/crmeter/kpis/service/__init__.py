"""Service: how fast and how well requests are dealt with."""

from crmeter.kpis.service import (
    complaining_customers_rate,
    complaint_rate,
    first_contact_resolution,
    first_response_hours,
    handle_minutes,
    open_cases,
    resolution_hours,
)

KPIS = (
    *complaint_rate.KPIS,
    *complaining_customers_rate.KPIS,
    *first_response_hours.KPIS,
    *resolution_hours.KPIS,
    *handle_minutes.KPIS,
    *first_contact_resolution.KPIS,
    *open_cases.KPIS,
)
