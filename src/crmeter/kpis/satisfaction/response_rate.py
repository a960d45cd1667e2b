"""Response rate: how many of those who are asked answer."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import Total

response_rate = Kpi(
    id="response_rate",
    formula=Share(Total("invitations", "answered"), Total("invitations", "invitations")),
    unit=Unit.SHARE,
    better=Better.UP,
    example=Example({"answered": 180, "invitations": 1200}, 0.15),
)
KPIS = (response_rate,)
