"""One row per request for help."""

from crmeter.model.table import Table, choice, instant, integer, key, number, ref, text

CASE = Table(
    "case",
    grain="One row per request for help.",
    columns=(
        key("case_id"),
        ref("customer_id", "customer"),
        instant("opened_at", required=True),
        instant("first_response_at"),
        instant("resolved_at"),
        choice("kind", "question", "complaint", "incident", "other", required=True),
        text("channel"),
        text("priority"),
        text("agent_id"),
        number("handle_minutes", low=0),
        integer("reopened_count", low=0),
        text("product_line"),
        choice("first_response_by", "human", "bot"),
    ),
    after=(("opened_at", "first_response_at"), ("opened_at", "resolved_at")),
)
