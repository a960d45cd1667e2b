"""One row per course that a role should take."""

from crmeter.model.table import Table, choice, text

COURSE = Table(
    "course",
    grain="One row per course that a role should take.",
    columns=(
        text("role", required=True),
        text("course", required=True),
        choice("level", "basic", "advanced", "best_practice", required=True),
        choice("kind", "course", "question answered", "experience shared", required=True),
    ),
    key=("role", "course"),
)
