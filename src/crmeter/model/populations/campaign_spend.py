"""What campaigns cost."""

from __future__ import annotations

from crmeter.kernel.expressions import ir
from crmeter.model.populations.population import Horizon, Population, Tables, one
from crmeter.model.populations.spend import SPEND


def campaign_spend_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    """Spend that names a campaign, and of it that of campaigns with a control group."""
    spend, reach = SPEND.rows(tables, horizon), tables["reach"]
    controlled = reach.filter(reach.treated_per_control.notnull()).select(tested="campaign_id").distinct()
    found = spend.filter(spend.campaign_id.notnull()).left_join(controlled, [spend.campaign_id == controlled.tested])
    tested = one(found.tested.notnull())
    return found.mutate(
        campaign_spent=found.spent,
        tested_spent=tested * found.spent,
        foreign_tested=tested * found.foreign_amounts,
    )


CAMPAIGN_SPEND = Population(
    "campaign_spend",
    "spend",
    ("spend", "touched", "reach", "rate"),
    campaign_spend_rows,
    {
        "campaign_spent": "spend on campaigns",
        "tested_spent": "spend on campaigns with a control group",
        "foreign_amounts": SPEND.adds["foreign_amounts"],
        "foreign_tested": SPEND.adds["foreign_amounts"],
    },
)
