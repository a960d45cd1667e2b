"""One row per thing that happened, to mark on charts and to trigger evaluations."""

from crmeter.model.table import Table, choice, instant, key, text

EVENT = Table(
    "event",
    grain="One row per thing that happened, to mark on charts and to trigger evaluations.",
    columns=(
        key("event_id"),
        instant("at", required=True, planned=True),
        choice("kind", "campaign", "system_upgrade", "price_change", "holiday", "other", required=True),
        text("title", required=True),
    ),
)
