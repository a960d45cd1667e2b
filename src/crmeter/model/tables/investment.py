"""One row per cost or benefit of the CRM itself."""

from crmeter.model.table import Table, choice, currency, day, key, money, text

INVESTMENT = Table(
    "investment",
    grain="One row per cost or benefit of the CRM itself.",
    columns=(
        key("entry_id"),
        day("on", required=True, planned=True),
        choice("side", "cost", "benefit", required=True),
        choice(
            "category",
            "licence",
            "implementation",
            "training",
            "maintenance",
            "hardware",
            "sales_growth",
            "churn_reduction",
            "efficiency",
            "campaign_effect",
            "satisfaction",
            "brand_reputation",
            "competitiveness",
            "other",
            required=True,
        ),
        money("amount"),
        currency(),
        choice("evidence", "measured", "modelled", "claimed", "not_measured", required=True),
        text("verification_id"),
        text("note"),
    ),
)
