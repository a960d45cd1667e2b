"""Satisfaction: what customers say when they are asked."""

from crmeter.kpis.satisfaction import (
    ces,
    csat,
    csi,
    nps,
    response_rate,
)

KPIS = (
    *csat.KPIS,
    *csi.KPIS,
    *nps.KPIS,
    *ces.KPIS,
    *response_rate.KPIS,
)
