"""One row per field of the CRM's own set-up."""

from crmeter.model.table import Table, day, flag, number, text

CRM_FIELD = Table(
    "crm_field",
    grain="One row per field of the CRM's own set-up.",
    columns=(
        text("object_kind", required=True),
        text("field", required=True),
        flag("custom", required=True),
        number("filled_share", required=True, low=0, high=1),
        day("used_on"),
    ),
    key=("object_kind", "field"),
)
