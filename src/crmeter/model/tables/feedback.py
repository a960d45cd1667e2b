"""One row per thing said, by a customer or a colleague, solicited or not."""

from crmeter.model.table import Table, choice, instant, key, number, ref, text

FEEDBACK = Table(
    "feedback",
    grain="One row per thing said, by a customer or a colleague, solicited or not.",
    columns=(
        key("feedback_id"),
        instant("at", required=True),
        choice("voice", "customer", "staff", "market", required=True),
        choice("source", "in_app", "call_back", "review", "social", "sales_note", "crm_user", required=True),
        ref("customer_id", "customer"),
        ref("user_id", "crm_user"),
        text("text", required=True, personal=True),
        number("sentiment"),
        text("topic"),
        choice("status", "new", "assigned", "resolved", required=True),
        text("owner_id"),
        instant("resolved_at"),
    ),
)
