"""One row per contact between a user and a customer."""

from crmeter.model.table import Table, choice, instant, key, number, ref, text

INTERACTION = Table(
    "interaction",
    grain="One row per contact between a user and a customer.",
    columns=(
        key("interaction_id"),
        ref("customer_id", "customer", required=True),
        ref("case_id", "case"),
        ref("opportunity_id", "opportunity"),
        ref("user_id", "crm_user"),
        instant("at", required=True),
        choice("kind", "call", "email", "visit", "chat", "meeting", required=True),
        text("direction"),
        number("minutes", low=0),
    ),
)
