"""One row per course taken by one user."""

from crmeter.model.table import Table, choice, instant, number, ref, text

TRAINING = Table(
    "training",
    grain="One row per course taken by one user.",
    columns=(
        ref("user_id", "crm_user", required=True),
        text("course", required=True),
        choice("level", "basic", "advanced", "best_practice", required=True),
        instant("completed_at"),
        number("score"),
    ),
    key=("user_id", "course"),
)
