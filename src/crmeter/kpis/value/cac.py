"""Customer acquisition cost: what it costs to win one customer."""

from crmeter.metrics import Better, Example, History, Kpi, Unit
from crmeter.metrics.formulas import Quotient
from crmeter.metrics.measures import Total, cell

cac = Kpi(
    id="cac",
    formula=Quotient(Total("spend", "spent"), cell("new"), chance_above=False),
    unit=Unit.MONEY,
    better=Better.DOWN,
    history=History.NEW,
    left_out=Total("spend", "foreign_amounts"),
    shared_dimensions=("channel",),
    allocates=True,
    example=Example({"spent": 200_000, "new": 5_000}, 40),
)
KPIS = (cac,)
