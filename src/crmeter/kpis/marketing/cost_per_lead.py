"""Cost per lead: what one prospect costs."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.formulas import Quotient
from crmeter.metrics.measures import Total

cost_per_lead = Kpi(
    id="cost_per_lead",
    formula=Quotient(Total("spend", "spent"), Total("leads", "leads"), chance_above=False),
    unit=Unit.MONEY,
    better=Better.DOWN,
    left_out=Total("spend", "foreign_amounts"),
    shared_dimensions=("channel", "campaign_id", "campaign.kind", "campaign.channel"),
    example=Example({"spent": 200_000, "leads": 500}, 400),
)
KPIS = (cost_per_lead,)
