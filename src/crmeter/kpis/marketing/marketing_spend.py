"""Marketing spend: what is spent on marketing and sales, and on what."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import RowSum
from crmeter.metrics.measures import Total

marketing_spend = Kpi(
    id="marketing_spend",
    formula=RowSum(Total("spend", "spent"), n=Total("spend", "spend_entries")),
    unit=Unit.MONEY,
    better=Better.NONE,
    minimum_sample=0,
    left_out=Total("spend", "foreign_amounts"),
    shared_dimensions=("function", "category", "channel", "campaign_id", "campaign.kind", "campaign.channel"),
    example=Example({"spent": 200_000}, 200_000),
)
KPIS = (marketing_spend,)
