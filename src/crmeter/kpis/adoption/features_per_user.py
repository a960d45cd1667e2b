"""Features per user: how much of the CRM those use who work with it."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.averages import Mean
from crmeter.metrics.measures import Total

features_per_user = Kpi(
    id="features_per_user",
    formula=Mean(Total("licences", "features")),
    unit=Unit.RATIO,
    better=Better.UP,
    shared_dimensions=("role", "team"),
    example=Example({"features": 135, "#features": 45}, 3),
)
KPIS = (features_per_user,)
