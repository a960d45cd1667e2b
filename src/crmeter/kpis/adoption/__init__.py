"""Adoption: whether the people who have the CRM work with it, and know how."""

from crmeter.kpis.adoption import actions_per_day, adoption_rate, features_per_user, training_rate

KPIS = (
    *adoption_rate.KPIS,
    *features_per_user.KPIS,
    *actions_per_day.KPIS,
    *training_rate.KPIS,
)
