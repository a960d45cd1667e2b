"""One row per entry of an opportunity into a stage."""

from crmeter.model.table import Table, instant, ref, text

STAGE_CHANGE = Table(
    "stage_change",
    grain="One row per entry of an opportunity into a stage.",
    columns=(
        ref("opportunity_id", "opportunity", required=True),
        text("stage", required=True),
        instant("entered_at", required=True),
    ),
    key=("opportunity_id", "stage", "entered_at"),
)
