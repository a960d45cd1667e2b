"""One row per prospect."""

from crmeter.model.table import Table, instant, key, ref, text

LEAD = Table(
    "lead",
    grain="One row per prospect.",
    columns=(
        key("lead_id"),
        instant("created_at", required=True),
        text("channel"),
        ref("campaign_id", "campaign"),
        text("owner_id"),
        instant("qualified_at"),
        instant("converted_at"),
        ref("customer_id", "customer"),
        text("lost_reason", erased=True),
    ),
    after=(("created_at", "converted_at"),),
)
