"""One row per stage of a pipeline."""

from crmeter.model.table import Table, choice, integer, text

STAGE = Table(
    "stage",
    grain="One row per stage of a pipeline.",
    columns=(
        text("pipeline"),
        text("stage", required=True),
        integer("position", required=True),
        choice("kind", "open", "won", "lost", required=True),
    ),
    key=("pipeline", "stage"),
)
