"""One row per task in the CRM."""

from crmeter.model.table import Table, day, flag, instant, key, ref, text

TASK = Table(
    "task",
    grain="One row per task in the CRM.",
    columns=(
        key("task_id"),
        ref("customer_id", "customer"),
        ref("opportunity_id", "opportunity"),
        ref("case_id", "case"),
        text("owner_id"),
        instant("created_at", required=True),
        day("due_on", planned=True),
        instant("done_at"),
        flag("automated", required=True),
    ),
)
