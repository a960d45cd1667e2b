"""Tenure: for how long the customers of today have been customers without a break."""

from crmeter.metrics import Better, Example, History, Kpi, Unit
from crmeter.metrics.clustered import CustomerMean
from crmeter.metrics.measures import cell

tenure_days = Kpi(
    id="tenure_days",
    formula=CustomerMean(cell("tenure_days"), cell("staying"), n=cell("staying")),
    unit=Unit.DAYS,
    better=Better.UP,
    history=History.NEW,
    example=Example({"tenure_days": 400_000, "staying": 1000}, 400),
)
KPIS = (tenure_days,)
