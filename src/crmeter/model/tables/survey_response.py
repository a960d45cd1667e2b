"""One row per answer to one question of a survey; without a score it is an invitation not answered."""

from crmeter.model.table import Limit, Table, choice, instant, key, number, ref, text

SURVEY_RESPONSE = Table(
    "survey_response",
    grain="One row per answer to one question of a survey; without a score it is an invitation not answered.",
    columns=(
        key("response_id"),
        text("survey_id", required=True),
        text("submission_id"),
        choice("instrument", "csat", "nps", "ces", "csi", required=True),
        text("aspect"),
        number("score"),
        number("scale_min", required=True),
        number("scale_max", required=True),
        instant("invited_at"),
        instant("responded_at"),
        ref("customer_id", "customer"),
        ref("case_id", "case"),
        text("channel"),
        text("comment", personal=True),
    ),
    limits=(
        Limit("score", 0, 10, ("instrument", "nps")),
        Limit("scale_min", 0, 0, ("instrument", "nps")),
        Limit("scale_max", 10, 10, ("instrument", "nps")),
    ),
    within=(("score", "scale_min", "scale_max"),),
)
