"""Recurring revenue: what the contracts that run at the end bring a month."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import CustomerSum
from crmeter.metrics.measures import cell

recurring_revenue = Kpi(
    id="recurring_revenue",
    formula=CustomerSum(cell("recurring_end"), n=cell("subscribers_end")),
    unit=Unit.MONEY,
    better=Better.UP,
    minimum_sample=0,
    left_out=cell("unpriced_end"),
    example=Example({"recurring_end": 96_000, "subscribers_end": 800}, 96_000),
)
KPIS = (recurring_revenue,)
