"""Adoption rate: who of those with a licence really works with the CRM."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import Total

adoption_rate = Kpi(
    id="adoption_rate",
    formula=Share(Total("licences", "adopters"), Total("licences", "licensed")),
    unit=Unit.SHARE,
    better=Better.UP,
    shared_dimensions=("role", "team"),
    example=Example({"adopters": 45, "licensed": 60}, 0.75),
)
KPIS = (adoption_rate,)
