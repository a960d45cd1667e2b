"""One row per licensed user of the CRM."""

from crmeter.model.table import Table, day, key, text

CRM_USER = Table(
    "crm_user",
    grain="One row per licensed user of the CRM.",
    columns=(
        key("user_id"),
        text("name", required=True, personal=True),
        text("role", required=True),
        text("team", required=True),
        day("licensed_from", required=True, planned=True),
        day("licensed_to", planned=True),
    ),
    after=(("licensed_from", "licensed_to"),),
)
