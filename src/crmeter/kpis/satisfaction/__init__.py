"""Satisfaction: what customers say when they are asked."""

from crmeter.kpis.satisfaction import (
    csat,
    nps,
)

KPIS = (
    *csat.KPIS,
    *nps.KPIS,
)
