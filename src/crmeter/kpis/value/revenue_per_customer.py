"""Revenue per customer: what an active customer brings."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.clustered import CustomerRatio
from crmeter.metrics.measures import cell

revenue_per_customer = Kpi(
    id="revenue_per_customer",
    formula=CustomerRatio(cell("revenue"), cell("active"), n=cell("active")),
    unit=Unit.MONEY,
    better=Better.UP,
    left_out=cell("foreign_amounts"),
    example=Example({"revenue": 50_000, "active": 100}, 500),
)
KPIS = (revenue_per_customer,)
