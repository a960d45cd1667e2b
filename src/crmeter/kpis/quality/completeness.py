"""Completeness: what should be filled in is."""

from crmeter.kpis.quality.passed import passed

completeness = passed("completeness", ok=9_700, of=10_000)
KPIS = (completeness,)
