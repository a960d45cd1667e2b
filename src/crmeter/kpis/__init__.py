"""The catalogue: every KPI, by family. Beside each file stand its texts in three languages and an independent SQL."""

from crmeter.kpis import adoption, crm_programme, customers, marketing, quality, sales, satisfaction, service, value
from crmeter.metrics.kpi import Kpi

FAMILIES: dict[str, tuple[Kpi, ...]] = {
    "customers": customers.KPIS,
    "value": value.KPIS,
    "satisfaction": satisfaction.KPIS,
    "service": service.KPIS,
    "sales": sales.KPIS,
    "marketing": marketing.KPIS,
    "crm_programme": crm_programme.KPIS,
    "adoption": adoption.KPIS,
    "quality": quality.KPIS,
}
CATALOGUE: tuple[Kpi, ...] = tuple(kpi for family in FAMILIES.values() for kpi in family)
OWN = "own"  # the family of those that an organisation composes
FAMILY_OF = {kpi.id: family for family, kpis in FAMILIES.items() for kpi in kpis}
