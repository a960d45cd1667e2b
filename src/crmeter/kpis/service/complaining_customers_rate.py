"""Complaining customers: how many customers had reason to complain."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import Product, cell

complaining_customers_rate = Kpi(
    id="complaining_customers_rate",
    formula=Share(Product(cell("exposed"), cell("complaining")), cell("exposed")),
    unit=Unit.SHARE,
    better=Better.DOWN,
    example=Example({"exposed×complaining": 30, "exposed": 1200}, 0.025),
)
KPIS = (complaining_customers_rate,)
