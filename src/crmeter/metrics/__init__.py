"""The metric engine: what a KPI is, and how many are measured in few scans."""

from crmeter.metrics.kpi import Example, History, Kpi
from crmeter.metrics.request import Measurement, Request, measure
from crmeter.metrics.value import Better, Estimate, Reason, Status, Unit, Value

__all__ = [
    "Better",
    "Estimate",
    "Example",
    "History",
    "Kpi",
    "Measurement",
    "Reason",
    "Request",
    "Status",
    "Unit",
    "Value",
    "measure",
]
