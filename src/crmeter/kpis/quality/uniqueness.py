"""Uniqueness: everything is there once."""

from crmeter.kpis.quality.passed import passed

uniqueness = passed("uniqueness", ok=4_900, of=5_000)
KPIS = (uniqueness,)
