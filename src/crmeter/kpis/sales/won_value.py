"""Won value: what the deals won are worth."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import RowSum
from crmeter.metrics.measures import Total

won_value = Kpi(
    id="won_value",
    formula=RowSum(Total("closed", "won_amount"), n=Total("closed", "deals_won")),
    unit=Unit.MONEY,
    better=Better.UP,
    minimum_sample=0,
    left_out=Total("closed", "foreign_amounts"),
    example=Example({"won_amount": 1_134_672}, 1_134_672),
)
KPIS = (won_value,)
