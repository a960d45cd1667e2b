"""Customer satisfaction: how customers rate what they got."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.averages import Mean, ScaleMean
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import Extreme, Total

csat_mean = Kpi(
    id="csat.mean",
    formula=ScaleMean(
        Mean(Total("answers", "csat_score")),
        low=Extreme("answers", "csat_scale_low"),
        high=Extreme("answers", "csat_scale_high"),
    ),
    unit=Unit.SCORE,
    better=Better.UP,
    example=Example({"csat_score": 410, "#csat_score": 100}, 4.1),
)
csat_index = Kpi(
    id="csat.index",
    formula=Mean(Total("answers", "csat_index")),
    unit=Unit.INDEX,
    better=Better.UP,
    example=Example({"csat_index": 7750, "#csat_index": 100}, 77.5),
)
csat_top2 = Kpi(
    id="csat.top2",
    formula=Share(Total("answers", "csat_top_answers"), Total("answers", "csat_wide_answers")),
    unit=Unit.SHARE,
    better=Better.UP,
    example=Example({"csat_top_answers": 80, "csat_wide_answers": 100}, 0.8),
)
KPIS = (csat_mean, csat_index, csat_top2)
