"""Average order value: what a sale brings."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.clustered import CustomerRatio
from crmeter.metrics.measures import cell

average_order_value = Kpi(
    id="average_order_value",
    formula=CustomerRatio(cell("sale_amount"), cell("sales"), n=cell("buyers")),
    unit=Unit.MONEY,
    better=Better.UP,
    left_out=cell("foreign_amounts"),
    example=Example({"sale_amount": 50_000, "sales": 10}, 5000),
)
KPIS = (average_order_value,)
