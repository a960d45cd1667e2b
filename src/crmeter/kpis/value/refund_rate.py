"""Refund rate: how much of the amount sold is paid back."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.clustered import CustomerRatio
from crmeter.metrics.measures import cell

refund_rate = Kpi(
    id="refund_rate",
    formula=CustomerRatio(cell("refund_amount"), cell("sale_amount"), n=cell("buyers")),
    unit=Unit.SHARE,
    better=Better.DOWN,
    left_out=cell("foreign_amounts"),
    example=Example({"refund_amount": 250, "sale_amount": 5000}, 0.05),
)
KPIS = (refund_rate,)
