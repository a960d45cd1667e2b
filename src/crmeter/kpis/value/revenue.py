"""Revenue: what orders brought, refunds taken off."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import CustomerSum
from crmeter.metrics.measures import cell

revenue = Kpi(
    id="revenue",
    formula=CustomerSum(cell("revenue"), n=cell("purchases")),
    unit=Unit.MONEY,
    better=Better.UP,
    minimum_sample=0,
    left_out=cell("foreign_amounts"),
    example=Example({"revenue": 4750}, 4750),
)
KPIS = (revenue,)
