"""Average deal value: what a deal won is worth."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.averages import Mean
from crmeter.metrics.measures import Total

average_deal_value = Kpi(
    id="average_deal_value",
    formula=Mean(Total("closed", "deal_amount")),
    unit=Unit.MONEY,
    better=Better.UP,
    left_out=Total("closed", "foreign_amounts"),
    example=Example({"deal_amount": 10_000, "#deal_amount": 4}, 2500),
)
KPIS = (average_deal_value,)
