"""One row per purchase; a refund is a row of kind refund with a negative amount."""

from crmeter.model.table import Limit, Table, choice, currency, instant, key, money, ref, text

ORDER = Table(
    "order",
    grain="One row per purchase; a refund is a row of kind refund with a negative amount.",
    columns=(
        key("order_id"),
        ref("customer_id", "customer", required=True),
        instant("ordered_at", required=True),
        money("amount", required=True),
        money("cost"),
        currency(),
        choice("kind", "sale", "refund", required=True),
        ref("subscription_id", "subscription"),
        text("product"),
        text("product_line"),
        text("channel"),
        ref("campaign_id", "campaign"),
        text("owner_id"),
    ),
    limits=(Limit("amount", 0, None, ("kind", "sale")), Limit("amount", None, 0, ("kind", "refund"))),
)
