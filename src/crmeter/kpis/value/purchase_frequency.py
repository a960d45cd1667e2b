"""Purchase frequency: how often a customer buys in a year."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.clustered import CustomerRatio
from crmeter.metrics.measures import cell

purchase_frequency = Kpi(
    id="purchase_frequency",
    formula=CustomerRatio(cell("purchases"), cell("customer_years"), n=cell("exposed")),
    unit=Unit.PER_YEAR,
    better=Better.UP,
    example=Example({"purchases": 20, "customer_years": 10}, 2),
)
KPIS = (purchase_frequency,)
