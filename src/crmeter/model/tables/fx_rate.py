"""One row per rate on one day."""

from crmeter.model.table import Table, day, number, text

FX_RATE = Table(
    "fx_rate",
    grain="One row per rate on one day.",
    columns=(
        day("on", required=True, planned=True),
        text("from_currency", required=True),
        text("to_currency", required=True),
        number("rate", required=True, low=0),
    ),
    key=("on", "from_currency", "to_currency"),
)
