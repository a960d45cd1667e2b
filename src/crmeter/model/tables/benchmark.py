"""One row per outside reference value."""

from crmeter.model.table import Table, integer, number, text

BENCHMARK = Table(
    "benchmark",
    grain="One row per outside reference value.",
    columns=(
        text("kpi", required=True),
        text("industry"),
        text("region"),
        integer("year", required=True),
        number("value", required=True),
        number("low"),
        number("high"),
        text("definition", required=True),
        text("source", required=True),
    ),
    key=("kpi", "industry", "region", "year", "source"),
)
