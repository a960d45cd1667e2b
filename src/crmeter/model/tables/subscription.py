"""One row per contract of one customer for one stretch of time."""

from crmeter.model.table import Table, currency, instant, key, money, ref, text

SUBSCRIPTION = Table(
    "subscription",
    grain="One row per contract of one customer for one stretch of time.",
    columns=(
        key("subscription_id"),
        ref("customer_id", "customer", required=True),
        instant("started_at", required=True, planned=True),
        instant("ended_at", planned=True),
        text("plan"),
        money("monthly_amount", required=True),
        currency(),
        text("end_reason", erased=True),
    ),
    after=(("started_at", "ended_at"),),
)
