"""Win rate: how many of the decided deals are won."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import Total

win_rate = Kpi(
    id="win_rate",
    formula=Share(Total("closed", "deals_won"), Total("closed", "deals_closed")),
    unit=Unit.SHARE,
    better=Better.UP,
    example=Example({"deals_won": 4238, "deals_closed": 6711}, 4238 / 6711),
)
KPIS = (win_rate,)
