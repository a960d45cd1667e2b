"""One row per event between a campaign and a person."""

from crmeter.model.table import Table, choice, currency, instant, key, money, ref, text

TOUCH = Table(
    "touch",
    grain="One row per event between a campaign and a person.",
    columns=(
        key("touch_id"),
        ref("campaign_id", "campaign", required=True),
        ref("customer_id", "customer"),
        ref("lead_id", "lead"),
        instant("at", required=True),
        choice(
            "kind", "sent", "delivered", "opened", "clicked", "responded", "converted", "unsubscribed", required=True
        ),
        text("arm"),
        money("revenue"),
        currency(required=False),
    ),
)
