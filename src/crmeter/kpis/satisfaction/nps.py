"""Net promoter score: would customers recommend us?"""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.averages import NetPromoter
from crmeter.metrics.measures import Total

nps = Kpi(
    id="nps",
    formula=NetPromoter(
        promoters=Total("answers", "promoters"),
        detractors=Total("answers", "detractors"),
        answers=Total("answers", "nps_answers"),
    ),
    unit=Unit.POINTS,
    better=Better.UP,
    example=Example({"promoters": 50, "detractors": 20, "nps_answers": 100}, 30),
)
KPIS = (nps,)
