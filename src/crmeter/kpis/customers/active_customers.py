"""Active customers: who bought, or has a contract running."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import CustomerSum
from crmeter.metrics.measures import cell

active_customers = Kpi(
    id="active_customers",
    formula=CustomerSum(cell("active")),
    unit=Unit.COUNT,
    better=Better.UP,
    minimum_sample=0,
    example=Example({"active": 1100}, 1100),
)
KPIS = (active_customers,)
