"""Repeat purchase rate: do buyers come back within the period?"""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import cell

repeat_purchase_rate = Kpi(
    id="repeat_purchase_rate",
    formula=Share(cell("repeat_buyers"), cell("buyers")),
    unit=Unit.SHARE,
    better=Better.UP,
    example=Example({"repeat_buyers": 2, "buyers": 4}, 0.5),
)
KPIS = (repeat_purchase_rate,)
