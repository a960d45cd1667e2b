"""Deals lost: how many sales were decided against us."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import RowCount
from crmeter.metrics.measures import Total

deals_lost = Kpi(
    id="deals_lost",
    formula=RowCount(Total("closed", "deals_lost")),
    unit=Unit.COUNT,
    better=Better.DOWN,
    minimum_sample=0,
    example=Example({"deals_lost": 12}, 12),
)
KPIS = (deals_lost,)
