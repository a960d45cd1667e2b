"""Deals won: how many sales were decided for us."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import RowCount
from crmeter.metrics.measures import Total

deals_won = Kpi(
    id="deals_won",
    formula=RowCount(Total("closed", "deals_won")),
    unit=Unit.COUNT,
    better=Better.UP,
    minimum_sample=0,
    example=Example({"deals_won": 12}, 12),
)
KPIS = (deals_won,)
