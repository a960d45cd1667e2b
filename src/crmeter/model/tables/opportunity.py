"""One row per sale to be decided."""

from crmeter.model.table import Table, choice, currency, day, instant, key, money, ref, text

OPPORTUNITY = Table(
    "opportunity",
    grain="One row per sale to be decided.",
    columns=(
        key("opportunity_id"),
        ref("customer_id", "customer"),
        ref("lead_id", "lead"),
        text("owner_id"),
        text("team"),
        instant("created_at"),
        instant("first_contact_at"),
        day("expected_close_on", planned=True),
        instant("closed_at"),
        choice("outcome", "won", "lost"),
        money("amount"),
        currency(),
        text("stage"),
        text("product_line"),
        text("strategy"),
        text("lost_reason", erased=True),
    ),
)
