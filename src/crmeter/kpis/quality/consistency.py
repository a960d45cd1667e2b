"""Consistency: what belongs together agrees."""

from crmeter.kpis.quality.passed import passed

consistency = passed("consistency", ok=7_920, of=8_000)
KPIS = (consistency,)
