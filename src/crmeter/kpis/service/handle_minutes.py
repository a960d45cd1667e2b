"""Average handle time: how much work a request takes."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.averages import Mean
from crmeter.metrics.measures import Total

handle_minutes_mean = Kpi(
    id="handle_minutes.mean",
    formula=Mean(Total("resolved", "handle_minutes")),
    unit=Unit.MINUTES,
    better=Better.DOWN,
    example=Example({"handle_minutes": 1250, "#handle_minutes": 100}, 12.5),
)
KPIS = (handle_minutes_mean,)
