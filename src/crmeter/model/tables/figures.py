"""One row per input number of a company without row data."""

from crmeter.model.table import Table, day, number, text

FIGURES = Table(
    "figures",
    grain="One row per input number of a company without row data.",
    columns=(
        text("input", required=True),
        day("period_start", required=True, planned=True),
        day("period_end", required=True, planned=True),
        number("value", required=True),
        text("source", required=True),
    ),
    key=("input", "period_start", "period_end", "source"),
)
