"""Validity: what is filled in can be true."""

from crmeter.kpis.quality.passed import passed

validity = passed("validity", ok=9_950, of=10_000)
KPIS = (validity,)
