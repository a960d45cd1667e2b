"""One row per campaign."""

from crmeter.model.table import Table, day, key, text

CAMPAIGN = Table(
    "campaign",
    grain="One row per campaign.",
    columns=(
        key("campaign_id"),
        text("name", required=True),
        text("kind"),
        text("channel"),
        day("started_on", required=True, planned=True),
        day("ended_on", planned=True),
        text("target_segment"),
    ),
    after=(("started_on", "ended_on"),),
)
