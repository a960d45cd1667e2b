"""Measuring and comparing: the values of a period, of what it is compared with, and of the periods before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmeter.evaluation import season
from crmeter.evaluation.comparison import FALSE_DISCOVERY_RATE, YEAR, Comparison, base_periods, compare
from crmeter.evaluation.findings import Finding, findings
from crmeter.evaluation.scope import Scope
from crmeter.kernel.period import Period
from crmeter.kpis import FAMILY_OF, OWN
from crmeter.metrics import Better, Kpi, Measurement, Request, measure
from crmeter.metrics.definitions import definition
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

TREND = 8  # periods before the one evaluated


@dataclass(frozen=True)
class Judged:
    """What was measured and what was made of it."""

    found: Measurement
    known: Period  # the part of the period before the horizon
    kpis: Sequence[Kpi]
    bases: Mapping[str, Period]
    trend: Sequence[Period]
    comparisons: Sequence[Comparison]
    findings: Sequence[Finding]
    season: Sequence[Comparison] = ()  # moves against the period before that are no more than the season

    def own(self, kpi: Kpi) -> dict[str, Comparison]:
        """The comparisons of one KPI, by what it is compared with."""
        return {c.to: c for c in self.comparisons if c.kpi is kpi}


def judge(warehouse: Warehouse, rules: Rules, scope: Scope, kpis: Sequence[Kpi]) -> Judged:
    """Measure the period, what it is compared with and what came before, and judge."""
    bases = {**base_periods(rules.calendar, scope.period, warehouse.load.as_of), **scope.bases}
    trend = _trend(rules, scope.period)
    pairs = [(scope.period, base) for base in bases.values()]
    found = measure(warehouse, rules, Request(kpis, [*trend, scope.period], filters=scope.filters, pairs=pairs))
    comparisons = compare(found, kpis, scope.period, bases, scope.targets)
    known = scope.period.until(warehouse.load.as_of) or scope.period
    aside = season.only_season(rules.calendar, known, bases, comparisons)
    told = findings([c for c in comparisons if not any(c is each for each in aside)])
    return Judged(found, known, kpis, bases, trend, comparisons, told, aside)


def _trend(rules: Rules, period: Period) -> list[Period]:
    """The periods before, oldest first."""
    found = [period]
    for _ in range(TREND):
        found.insert(0, rules.calendar.previous(found[0]))
    return found[:-1]


def dates(warehouse: Warehouse, rules: Rules, period: Period, bases: Mapping[str, Period]) -> dict[str, Any]:
    """The period, what it is compared with, and how far the data reach, for the document."""
    as_of = warehouse.load.as_of
    return {
        "period": {
            **_period(rules, period),
            "grain": str(period.grain),
            **_workdays(rules, period.until(as_of) or period),
        },
        "base": {
            to: {**_period(rules, base), **_workdays(rules, base), **_aligned(rules, period, to)}
            for to, base in bases.items()
        },
        "load": warehouse.load.number,
        "as_of": as_of.isoformat(),
        "complete": period.end <= as_of,
    }


def _workdays(rules: Rules, period: Period) -> dict[str, int]:
    """How many days were worked, where public holidays are set and those of the year are known."""
    known = all(rules.working.is_known(year) for year in range(period.start.year, period.last_day.year + 1))
    counted = rules.working.country is not None and known
    return {"workdays": rules.working.workdays_between(period.start, period.end)} if counted else {}


def _aligned(rules: Rules, period: Period, to: str) -> dict[str, Any]:
    """How a base is aligned to Spring Festival, where it is."""
    found = rules.calendar.alignment(period) if to == YEAR else None
    return {"aligned": season.alignment(found)} if found else {}


def _period(rules: Rules, period: Period) -> dict[str, str]:
    return {"name": rules.calendar.name(period), "start": str(period.start), "end": str(period.end)}


def told(judged: Judged, scope: Scope, kpi: Kpi) -> dict[str, Any]:
    """One KPI, for the document: its value, the values before, and what they are compared with."""
    own = judged.own(kpi)
    said: dict[str, Any] = {to: c.as_json() for to, c in own.items()}
    said.setdefault("target", None)
    better = kpi.direction(judged.found.rules)
    if said["target"] is not None:
        change = own["target"].change
        met = None if change is None else change == 0 or (change > 0) == (better is Better.UP)
        said["target"] |= {"target": scope.targets[kpi.id], "met": met}
    value = judged.found.value(kpi, scope.period).as_json()
    return {
        "kpi": kpi.id,
        "family": FAMILY_OF.get(kpi.id, OWN),
        "unit": str(kpi.unit),
        "better": str(better),
        "definition": definition(kpi),
        "value": value,
        "trend": [*(judged.found.value(kpi, p).as_json() for p in judged.trend), value],
        "comparisons": said,
    }


def tests(judged: Judged) -> dict[str, Any]:
    """How many comparisons were looked at, and how many of them moved."""
    return {
        "looked_at": sum(c.p is not None for c in judged.comparisons),
        "q": FALSE_DISCOVERY_RATE,
        "beyond_noise": sum(c.beyond_noise for c in judged.comparisons),
    }
