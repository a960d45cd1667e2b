"""Orders: how many sales there were."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import CustomerSum
from crmeter.metrics.measures import cell

orders = Kpi(
    id="orders",
    formula=CustomerSum(cell("purchases")),
    unit=Unit.COUNT,
    better=Better.UP,
    minimum_sample=0,
    example=Example({"purchases": 12}, 12),
)
KPIS = (orders,)
