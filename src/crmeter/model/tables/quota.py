"""One row per target of one owner or team for one period."""

from crmeter.model.table import Table, currency, day, money, text

QUOTA = Table(
    "quota",
    grain="One row per target of one owner or team for one period.",
    columns=(
        text("owner_id"),
        text("team"),
        day("period_start", required=True, planned=True),
        day("period_end", required=True, planned=True),
        money("amount", required=True),
        currency(),
    ),
    key=("owner_id", "team", "period_start", "period_end"),
)
