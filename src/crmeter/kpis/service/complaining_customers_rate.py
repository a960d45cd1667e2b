"""Complaining customers: how many customers had reason to complain."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import cell

complaining_customers_rate = Kpi(
    id="complaining_customers_rate",
    formula=Share(cell("complaining"), cell("exposed")),
    unit=Unit.SHARE,
    better=Better.DOWN,
    example=Example({"complaining": 30, "exposed": 1200}, 0.025),
)
KPIS = (complaining_customers_rate,)
