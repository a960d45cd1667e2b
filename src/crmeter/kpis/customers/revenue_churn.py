"""Revenue churn: how much of the monthly revenue of contracts leaves with the customers who leave."""

from crmeter.metrics import Better, Example, History, Kpi, Unit
from crmeter.metrics.clustered import CustomerRatio
from crmeter.metrics.measures import cell

revenue_churn = Kpi(
    id="revenue_churn",
    formula=CustomerRatio(cell("recurring_lost"), cell("recurring_start"), n=cell("subscribers_start")),
    unit=Unit.SHARE,
    better=Better.DOWN,
    history=History.LOSS,
    left_out=cell("unpriced_start"),
    example=Example({"recurring_lost": 4_000, "recurring_start": 100_000}, 0.04),
)
KPIS = (revenue_churn,)
