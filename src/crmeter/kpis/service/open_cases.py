"""Open cases: how many requests wait at the end of the period."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.measures import Total
from crmeter.metrics.stocks import StockCount

open_cases = Kpi(
    id="open_cases",
    formula=StockCount(Total("open_cases", "open_cases")),
    unit=Unit.COUNT,
    better=Better.DOWN,
    minimum_sample=0,
    example=Example({"open_cases": 85}, 85),
)
KPIS = (open_cases,)
