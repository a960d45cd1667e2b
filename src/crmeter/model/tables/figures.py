"""One row per input number of a company without row data."""

from crmeter.model.table import Table, choice, day, number, text

INPUTS = (
    "start",  # customers
    "end",
    "new",
    "lost",
    "kept",
    "returned",
    "ended",
    "left",
    "exposed",
    "active",
    "buyers",
    "repeat_buyers",
    "spend",
    "revenue",
    "orders",
    "complaints",
    "complaining",
    "leads",
    "deals_won",
    "deals_lost",
    "won_amount",
    "promoters",
    "detractors",
    "nps_answers",
    "average_order_value",
    "purchase_frequency",
    "lifetime_years",
    "gross_margin",
)

FIGURES = Table(
    "figures",
    grain="One row per input number of a company without row data.",
    columns=(
        choice("input", *INPUTS, required=True),
        day("period_start", required=True, planned=True),
        day("period_end", required=True, planned=True),
        number("value", required=True),
        text("source", required=True),
    ),
    key=("input", "period_start", "period_end", "source"),
)
