"""Why a weakness is there: the segments it comes from, the mix of their groups, and the factors of its formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmeter.analysis.drivers.factors import Factor, factors
from crmeter.analysis.drivers.splits import split
from crmeter.analysis.drivers.traced import traced
from crmeter.analysis.drivers.tree import tree_of
from crmeter.evaluation.findings import Finding, explained
from crmeter.evaluation.judging import Judged
from crmeter.evaluation.scope import Scope
from crmeter.evaluation.segments import MOST, Segment, segments
from crmeter.kernel.messages import LANGUAGES, speaking
from crmeter.kernel.period import Period
from crmeter.metrics import Kpi, Measurement, Request, measure
from crmeter.metrics.dimensions import DERIVED, attributes, splits
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

EXPLAINED = 8  # weaknesses that are explained


@dataclass(frozen=True)
class Explained:
    """What explains one finding. ``mix`` splits the change by the dimension of the first segment."""

    segments: Sequence[Segment] = ()
    mix: Mapping[str, Any] | None = None
    factors: Sequence[Mapping[str, Any]] = ()
    names: Sequence[str] = field(default=())  # the dimensions that were looked through


def explain(warehouse: Warehouse, rules: Rules, scope: Scope, judged: Judged) -> dict[int, Explained]:
    """What explains each weakness looked into, by its identity; those that are split alike are measured together."""
    together: dict[tuple[str, tuple[str, ...]], list[Finding]] = {}
    for finding in explained(judged.findings, EXPLAINED):
        kpi = finding.comparison.kpi
        dimensions = usable(scope.dimensions, kpi, warehouse) or dimensions_of(kpi, warehouse)
        together.setdefault((finding.comparison.to, tuple(dimensions)), []).append(finding)
    told: dict[int, Explained] = {}
    for (to, names), alike in together.items():
        base = judged.bases[to]
        slices: list[tuple[str, ...]] = [(), *((name,) for name in names)]
        kpis = [f.comparison.kpi for f in alike]
        pair = (scope.period, base)
        request = Request(kpis, pair, slices=slices, filters=scope.filters, pairs=[pair])
        found = measure(warehouse, rules, request)
        parts = _factors(warehouse, rules, scope, kpis, pair)
        for finding in alike:
            kpi = finding.comparison.kpi
            stand_out = segments(found, kpi, scope.period, base, slices[1:])
            mix = _mix(found, finding, pair, stand_out)
            told[id(finding)] = Explained(stand_out, mix, parts.get(kpi.id, ()), names)
    return told


def _mix(
    found: Measurement, finding: Finding, pair: tuple[Period, Period], stand_out: Sequence[Segment]
) -> dict[str, Any] | None:
    """How much of the change the groups' own values made and how much their mix, by the first segment's dimension."""
    first = next((s for s in stand_out if s.beyond_noise), None)
    change = finding.comparison.change
    if first is None or not change or len(first.names) != 1:
        return None
    made = split(found, finding.comparison.kpi, *pair, first.names, change)
    told = made.as_json(change)
    if told["rate"] is None or told["mix"] is None:
        return None
    return {name: told[name] for name in ("by", "kind", "rate", "mix", "remainder")}


def _factors(
    warehouse: Warehouse, rules: Rules, scope: Scope, kpis: Sequence[Kpi], pair: tuple[Period, Period]
) -> dict[str, list[dict[str, Any]]]:
    """The parts of the change of each KPI that is made of factors."""
    trees = {kpi.id: tree for kpi in kpis if (tree := tree_of(kpi))}
    if not trees:
        return {}
    wanted = {kpi.id: traced(kpi, trees[kpi.id]) for kpi in kpis if kpi.id in trees}
    found = measure(warehouse, rules, Request(list(wanted.values()), pair, filters=scope.filters))
    told = {}
    for id, kpi in wanted.items():
        now, before = (found.value(kpi, period).value for period in pair)
        if now is None or before is None or any(found.out_of_reach(kpi, period) for period in pair):
            continue
        made = factors(trees[id], found.view(kpi, pair[1]), found.view(kpi, pair[0]), (before, now))
        if made:
            told[id] = [_named(child, now - before) for child in made.children]
    return told


def _named(factor: Factor, change: float) -> dict[str, Any]:
    """A factor as plain values, its name in every language: what is sealed is read in all of them."""
    told = factor.as_json(change)
    names = {}
    for lang in LANGUAGES:
        with speaking(lang):
            names[lang] = factor.node.words()
    return {**told, "name": names, "children": [_named(child, change) for child in factor.children]}


def usable(names: Sequence[str], kpi: Kpi, warehouse: Warehouse) -> list[str]:
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
