"""One row per quality rule on one table in one load; written by `quality`, never mapped."""

from crmeter.model.table import Table, choice, integer, text

RULE_RESULT = Table(
    "rule_result",
    grain="One row per quality rule on one table in one load; written by `quality`, never mapped.",
    columns=(
        integer("load", required=True),
        text("table", required=True),
        text("rule", required=True),
        choice("kind", "completeness", "validity", "uniqueness", "consistency", required=True),
        text("severity", required=True),
        integer("checks", required=True),
        integer("passed", required=True),
    ),
    key=("load", "table", "rule"),
)
