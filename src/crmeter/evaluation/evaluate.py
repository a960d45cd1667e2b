"""An evaluation: a period of a target group, compared, judged and sealed. The result is plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crmeter.evaluation import season
from crmeter.evaluation.comparison import FALSE_DISCOVERY_RATE, YEAR, Comparison, base_periods, compare
from crmeter.evaluation.findings import Finding, explained, findings
from crmeter.evaluation.seal import data_digest, sealed
from crmeter.evaluation.segments import MOST, segments
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Period
from crmeter.kpis import CATALOGUE, FAMILY_OF, OWN
from crmeter.metrics import Better, Kpi, Measurement, Request, measure
from crmeter.metrics.definitions import definition
from crmeter.metrics.dimensions import DERIVED, Filter, attributes, splits
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

SCHEMA = 1
TREND = 8  # periods before the one evaluated
EXPLAINED = 8  # weaknesses whose segments are looked for


@dataclass(frozen=True)
class Scope:
    """What is evaluated: a period, and of whom. ``dimensions`` are looked through for segments, by default all."""

    period: Period
    filters: Sequence[Filter] = ()
    trigger: str | None = None
    dimensions: Sequence[str] = ()
    targets: Mapping[str, float] = field(default_factory=dict)


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


def evaluate(
    warehouse: Warehouse, rules: Rules, scope: Scope, *, name: str, id: str, kpis: Sequence[Kpi] = CATALOGUE
) -> dict[str, Any]:
    """Evaluate and seal. UserError where the period has not begun in the data."""
    if scope.period.start >= warehouse.load.as_of:
        raise UserError.of(
            t("There are no data of {period} yet.", period=rules.calendar.name(scope.period)),
            t("The data end before {day}.", day=warehouse.load.as_of),
            t("Choose an earlier period, or load newer data."),
        )
    kpis = [kpi for kpi in kpis if not kpi.always_by]  # an evaluation judges one value of each KPI
    judged = _judge(warehouse, rules, scope, kpis)
    filters = [str(f) for f in scope.filters]
    workspace = {"name": name, "currency": rules.currency, "timezone": rules.timezone, "rules": rules.as_json()}
    document = {
        "schema": SCHEMA,
        "id": id,
        "sealed_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "trigger": scope.trigger,
        "workspace": workspace,
        "scope": filters,
        **_dates(warehouse, rules, scope.period, judged.bases),
        "data": _data(warehouse),
        "kpis": [_told(judged, scope, kpi) for kpi in kpis],
        "findings": _findings(warehouse, rules, scope, judged),
        **season.told(rules.calendar, judged.known, judged.bases, judged.season),
        "tests": {
            "looked_at": sum(c.p is not None for c in judged.comparisons),
            "q": FALSE_DISCOVERY_RATE,
            "beyond_noise": sum(c.beyond_noise for c in judged.comparisons),
        },
    }
    return sealed(
        document,
        definitions={kpi.id: definition(kpi) for kpi in kpis},
        data=data_digest(warehouse),
        settings={"rules": rules.as_json(), "targets": dict(scope.targets), "scope": filters},
    )


def _judge(warehouse: Warehouse, rules: Rules, scope: Scope, kpis: Sequence[Kpi]) -> Judged:
    """Measure the period, what it is compared with and what came before, and judge."""
    bases = base_periods(rules.calendar, scope.period, warehouse.load.as_of)
    trend = _trend(rules, scope.period)
    pairs = [(scope.period, base) for base in bases.values()]
    found = measure(warehouse, rules, Request(kpis, [*trend, scope.period], filters=scope.filters, pairs=pairs))
    comparisons = compare(found, kpis, scope.period, bases, scope.targets)
    known = scope.period.until(warehouse.load.as_of) or scope.period
    aside = season.only_season(rules.calendar, known, bases, comparisons)
    told = findings([c for c in comparisons if not any(c is each for each in aside)])
    return Judged(found, known, kpis, bases, trend, comparisons, told, aside)


def _dates(warehouse: Warehouse, rules: Rules, period: Period, bases: Mapping[str, Period]) -> dict[str, Any]:
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


def _trend(rules: Rules, period: Period) -> list[Period]:
    """The periods before, oldest first."""
    found = [period]
    for _ in range(TREND):
        found.insert(0, rules.calendar.previous(found[0]))
    return found[:-1]


def _period(rules: Rules, period: Period) -> dict[str, str]:
    return {"name": rules.calendar.name(period), "start": str(period.start), "end": str(period.end)}


def _told(judged: Judged, scope: Scope, kpi: Kpi) -> dict[str, Any]:
    own = {c.to: c for c in judged.comparisons if c.kpi is kpi}
    told: dict[str, Any] = {to: c.as_json() for to, c in own.items()}
    told.setdefault("target", None)
    better = kpi.direction(judged.found.rules)
    if told["target"] is not None:
        change = own["target"].change
        met = None if change is None else change == 0 or (change > 0) == (better is Better.UP)
        told["target"] |= {"target": scope.targets[kpi.id], "met": met}
    value = judged.found.value(kpi, scope.period).as_json()
    return {
        "kpi": kpi.id,
        "family": FAMILY_OF.get(kpi.id, OWN),
        "unit": str(kpi.unit),
        "better": str(better),
        "definition": definition(kpi),
        "value": value,
        "trend": [*(judged.found.value(kpi, p).as_json() for p in judged.trend), value],
        "comparisons": told,
    }


def _findings(warehouse: Warehouse, rules: Rules, scope: Scope, judged: Judged) -> list[dict[str, Any]]:
    where = _segments(warehouse, rules, scope, judged)
    return [
        {
            "kind": f.kind,
            "rank": f.rank,
            "kpi": f.comparison.kpi.id,
            "comparison": f.comparison.to,
            "change": f.comparison.change,
            "low": f.comparison.low,
            "high": f.comparison.high,
            "p": f.comparison.p,
            "score": f.score,
            "also": [{"kpi": kpi, "comparison": to} for kpi, to in f.also],
            "segments": where.get(id(f), []),
        }
        for f in judged.findings
    ]


def _segments(warehouse: Warehouse, rules: Rules, scope: Scope, judged: Judged) -> dict[int, list[dict[str, Any]]]:
    """The segments of each weakness explained, by its identity; those that are split alike are measured together."""
    together: dict[tuple[str, tuple[str, ...]], list[Finding]] = {}
    for finding in explained(judged.findings, EXPLAINED):
        kpi = finding.comparison.kpi
        dimensions = _usable(scope.dimensions, kpi, warehouse) or dimensions_of(kpi, warehouse)
        together.setdefault((finding.comparison.to, tuple(dimensions)), []).append(finding)
    told = {}
    for (to, names), alike in together.items():
        base = judged.bases[to]
        slices: list[tuple[str, ...]] = [(), *((name,) for name in names)]
        kpis = [f.comparison.kpi for f in alike]
        pair = (scope.period, base)
        request = Request(kpis, pair, slices=slices, filters=scope.filters, pairs=[pair])
        found = measure(warehouse, rules, request)
        for finding in alike:
            change = finding.comparison.change or 0.0
            stand_out = segments(found, finding.comparison.kpi, scope.period, base, slices[1:])
            told[id(finding)] = [s.as_json(change) for s in stand_out]
    return told


def _usable(names: Sequence[str], kpi: Kpi, warehouse: Warehouse) -> list[str]:
    """Those of the chosen dimensions that mean something for a KPI."""
    return [name for name in names if splits(name, kpi, warehouse.tables)]


def dimensions_of(kpi: Kpi, warehouse: Warehouse) -> list[str]:
    """What a KPI can be split by that has few enough values: the customer's attributes, and its own table's."""
    if kpi.shared_dimensions:
        return list(kpi.shared_dimensions)
    names = [f"customer.{a}" for a in attributes("customer", warehouse.tables) if a not in DERIVED]
    if len(kpi.tables) == 1 and kpi.tables[0] != "customer":
        own = set(attributes(kpi.tables[0], warehouse.tables))
        names += sorted(a for a in own if not a.endswith("_id") and a not in _DEFINING)
    return [n for n in names if not n.endswith("_id") and _varied(n, kpi, warehouse)]


# Attributes that say what is counted rather than of whom.
_DEFINING = {"kind", "outcome", "currency", "instrument", "survey_id", "scale_min", "scale_max", "function"}


def _varied(name: str, kpi: Kpi, warehouse: Warehouse) -> bool:
    """Whether an attribute has more than one value and not too many."""
    table, _, column = name.rpartition(".")
    rows = warehouse.tables[table or kpi.tables[0]]
    [(values,)] = warehouse.rows(rows.agg(n=rows[column].nunique()))
    return 0 < int(values) <= MOST


def _data(warehouse: Warehouse) -> dict[str, Any]:
    tables = warehouse.execute(
        'SELECT "table", sum(accepted + unchanged)::BIGINT, sum(quarantined)::BIGINT FROM meta.load_table '
        'WHERE load = (SELECT max(load) FROM meta.load) GROUP BY "table" ORDER BY "table"'
    )
    notes = warehouse.execute('SELECT kind, "table", sum(count)::BIGINT FROM meta.note GROUP BY ALL ORDER BY ALL')
    return {
        "tables": [{"table": name, "rows": rows, "quarantined": bad} for name, rows, bad in tables],
        "notes": [{"kind": kind, "table": table, "count": count} for kind, table, count in notes],
    }
