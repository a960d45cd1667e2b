"""One row per source in one load: how new its newest event was; written by `quality`, never mapped."""

from crmeter.model.table import Table, instant, integer, text

ARRIVAL = Table(
    "arrival",
    grain="One row per source in one load: how new its newest event was; written by `quality`, never mapped.",
    columns=(
        integer("load", required=True),
        text("source", required=True),
        instant("first_at", planned=True),  # none of these is an event
        instant("newest_at", planned=True),
        instant("horizon_at", required=True, planned=True),
    ),
    key=("load", "source"),
)
