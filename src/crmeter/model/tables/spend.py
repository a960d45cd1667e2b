"""One row per amount of marketing or sales spend."""

from crmeter.model.table import Table, choice, currency, day, key, money, ref, text

SPEND = Table(
    "spend",
    grain="One row per amount of marketing or sales spend.",
    columns=(
        key("spend_id"),
        day("spent_on", required=True),
        money("amount", required=True),
        currency(),
        choice("function", "marketing", "sales", required=True),
        choice("category", "advertising", "promotion", "salary", "tool", "event", "other", required=True),
        text("channel"),
        ref("campaign_id", "campaign"),
    ),
)
