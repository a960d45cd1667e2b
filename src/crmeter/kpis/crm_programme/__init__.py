"""The CRM as an investment: what it cost, what it brought, and what that is worth."""

from crmeter.kpis.crm_programme import crm_irr, crm_mirr, crm_npv, crm_payback, crm_roi

KPIS = (
    *crm_roi.KPIS,
    *crm_npv.KPIS,
    *crm_irr.KPIS,
    *crm_mirr.KPIS,
    *crm_payback.KPIS,
)
