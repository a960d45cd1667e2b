"""Retention rate: how many of the customers at the start are customers at the end."""

from crmeter.metrics import Better, Example, History, Kpi, Unit
from crmeter.metrics.clustered import NetRetention
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import cell

retention_rate_cohort = Kpi(
    id="retention_rate.cohort",
    formula=Share(cell("kept"), cell("customers_start")),
    unit=Unit.SHARE,
    better=Better.UP,
    history=History.LOSS,
    example=Example({"kept": 900, "customers_start": 1000}, 0.9),
)
retention_rate_net = Kpi(
    id="retention_rate.net",
    formula=NetRetention(),
    unit=Unit.SHARE,
    better=Better.UP,
    history=History.LOSS,
    example=Example({"customers_end": 1080, "new": 200, "customers_start": 1000}, 0.88),
)
retention_rate_active = Kpi(
    id="retention_rate.active",
    formula=Share(cell("active"), cell("exposed")),
    unit=Unit.SHARE,
    better=Better.UP,
    history=History.LOSS,
    example=Example({"active": 1100, "exposed": 1200}, 1100 / 1200),
)
KPIS = (retention_rate_cohort, retention_rate_net, retention_rate_active)
