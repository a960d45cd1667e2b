"""Data quality: how much of what was loaded keeps the rules."""

from crmeter.kpis.quality import completeness, consistency, uniqueness, validity

KPIS = (
    *completeness.KPIS,
    *validity.KPIS,
    *uniqueness.KPIS,
    *consistency.KPIS,
)
