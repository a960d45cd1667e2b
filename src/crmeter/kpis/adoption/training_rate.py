"""Training rate: who of those with a licence has taken the courses of the role."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import Total

training_rate = Kpi(
    id="training_rate",
    formula=Share(Total("trainees", "trained"), Total("trainees", "trainees")),
    unit=Unit.SHARE,
    better=Better.UP,
    shared_dimensions=("role", "team"),
    example=Example({"trained": 40, "trainees": 50}, 0.8),
)
KPIS = (training_rate,)
