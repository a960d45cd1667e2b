"""Complaint rate: how many complaints there are for each customer."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import Quotient
from crmeter.metrics.measures import Total, cell

complaint_rate = Kpi(
    id="complaint_rate",
    formula=Quotient(Total("opened", "complaints"), cell("customers_end"), chance_above=True),
    unit=Unit.SHARE,
    better=Better.DOWN,
    example=Example({"complaints": 1200, "customers_end": 1000}, 1.2),
)
KPIS = (complaint_rate,)
