"""Customer effort score: how hard it was for customers to get what they wanted."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.averages import Mean, ScaleMean
from crmeter.metrics.measures import Extreme, Total

ces_mean = Kpi(
    id="ces.mean",
    formula=ScaleMean(
        Mean(Total("answers", "ces_score")),
        low=Extreme("answers", "ces_scale_low"),
        high=Extreme("answers", "ces_scale_high"),
    ),
    unit=Unit.SCORE,
    better=Better.DOWN,
    turned_by="ces_high_is_good",
    example=Example({"ces_score": 260, "#ces_score": 100}, 2.6),
)
KPIS = (ces_mean,)
