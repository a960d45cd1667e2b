"""Data quality: how much of what was loaded keeps the rules, and how new it is."""

from crmeter.kpis.quality import completeness, consistency, freshness_hours, uniqueness, validity

KPIS = (
    *completeness.KPIS,
    *validity.KPIS,
    *uniqueness.KPIS,
    *consistency.KPIS,
    *freshness_hours.KPIS,
)
