"""One row per action of a user in the CRM."""

from crmeter.model.table import Table, instant, key, ref, text

USAGE = Table(
    "usage",
    grain="One row per action of a user in the CRM.",
    columns=(
        key("usage_id"),
        ref("user_id", "crm_user", required=True),
        instant("at", required=True),
        text("action", required=True),
        text("feature"),
        text("object_kind"),
        text("object_id"),
    ),
)
