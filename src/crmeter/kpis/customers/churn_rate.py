"""Churn rate: how many customers leave."""

from crmeter.metrics import Better, Example, History, Kpi, Unit
from crmeter.metrics.formulas import AnnualShare, Share
from crmeter.metrics.measures import cell

churn_rate_cohort = Kpi(
    id="churn_rate.cohort",
    formula=Share(cell("lost"), cell("customers_start")),
    unit=Unit.SHARE,
    better=Better.DOWN,
    history=History.LOSS,
    example=Example({"lost": 100, "customers_start": 1000}, 0.1),
)
churn_rate_exposed = Kpi(
    id="churn_rate.exposed",
    formula=Share(cell("left"), cell("exposed")),
    unit=Unit.SHARE,
    better=Better.DOWN,
    history=History.LOSS,
    example=Example({"left": 120, "exposed": 1200}, 0.1),
)
churn_rate_annualised = Kpi(
    id="churn_rate.annualised",
    formula=AnnualShare(Share(cell("lost"), cell("customers_start"))),
    unit=Unit.SHARE,
    better=Better.DOWN,
    history=History.LOSS,
    example=Example({"lost": 50, "customers_start": 1000}, 1 - 0.95**12),  # of a month
)
KPIS = (churn_rate_cohort, churn_rate_exposed, churn_rate_annualised)
