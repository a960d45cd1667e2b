"""Where a weakness likely comes from: the data, a setting of the CRM, service, or marketing, each with the test that
speaks for it. Where no test does, the root is not known.

A test that speaks for a root shows that two things went together; whether one made the other, a plan and its
verification show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from crmeter.analysis.selection import customers_chosen
from crmeter.evaluation.events import Event, upgrades
from crmeter.evaluation.explaining import Explained
from crmeter.evaluation.findings import Finding
from crmeter.evaluation.judging import Judged
from crmeter.evaluation.scope import Scope
from crmeter.evaluation.segments import Segment
from crmeter.kernel.period import Period
from crmeter.kpis import CATALOGUE, FAMILY_OF
from crmeter.metrics import Better, Kpi, Request, Status, measure
from crmeter.metrics.dimensions import Filter, splits
from crmeter.model.rules import Rules
from crmeter.stats.distributions import two_sided_p
from crmeter.stats.intervals import standard_error_of
from crmeter.warehouse.duck import Warehouse

DATA, CRM_SETTING, SERVICE, MARKETING, UNKNOWN = "data", "crm_setting", "service", "marketing", "unknown"
LEVEL = 0.01  # at which a test speaks for a root
FAILING = 0.01  # share of checks of an error rule that fail from which on data are a possible root
PEOPLE = {"team", "owner_id", "agent_id", "role"}
CHANNELS = {"channel", "campaign", "campaign_id", "arm", "name", "target_segment"}
_BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
SERVED = tuple(
    _BY_ID[id]
    for id in ("first_response_hours.mean", "resolution_hours.mean", "complaining_customers_rate", "csat.mean")
)


@dataclass(frozen=True)
class Tested:
    """One test: the ``root`` it can speak for, whether it does, and its figures."""

    root: str
    test: str
    supports: bool
    p: float | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"root": self.root, "test": self.test, "supports": self.supports, "p": self.p, **self.figures}


def roots(
    warehouse: Warehouse, rules: Rules, scope: Scope, judged: Judged, explained: Mapping[int, Explained],
    checks: Sequence[Mapping[str, Any]],
) -> dict[int, dict[str, Any]]:  # fmt: skip
    """The likely root of each weakness that was explained, by its identity. ``checks`` are the quality results."""
    firsts = {
        id(f): next((s for s in explained[id(f)].segments if s.beyond_noise), None)
        for f in judged.findings
        if id(f) in explained
    }
    served = _served(warehouse, rules, scope, judged, firsts)
    entrants = _Entrants(warehouse, rules, scope.filters)
    told = {}
    for finding in judged.findings:
        if id(finding) not in explained:
            continue
        first = firsts[id(finding)]
        base = judged.bases[finding.comparison.to]
        tests = [
            *_restated(finding, scope),
            *_of_setting(finding, judged, entrants, scope, first, base),
            *_of_service(finding, first, served),
            *_of_marketing(finding, first, explained[id(finding)]),
            *_broken(finding, checks),
        ]
        told[id(finding)] = _root(tests)
    return told


def _root(tests: Sequence[Tested]) -> dict[str, Any]:
    """The first root that a test speaks for."""
    kind = next((test.root for test in tests if test.supports), UNKNOWN)
    return {"kind": kind, "tests": [test.as_json() for test in tests]}


def _restated(finding: Finding, scope: Scope) -> Iterator[Tested]:
    """A base that an earlier evaluation reported as another value: what that alone makes of the change."""
    kpi, base, change = finding.comparison.kpi, finding.comparison.base, finding.comparison.change
    if base is None or base.value is None or not change:
        return
    found = scope.reported.get((kpi.id, str(base.start), str(base.end)))
    if found:
        share = (found[0] - base.value) / change
        figures = {"reported": found[0], "known_now": base.value, "evaluation": found[1], "share_of_change": share}
        yield Tested(DATA, "base_restated", share >= 0.5, None, figures)


def _broken(finding: Finding, checks: Sequence[Mapping[str, Any]]) -> Iterator[Tested]:
    """Rules of errors that rows of its tables break."""
    kpi = finding.comparison.kpi
    failing = failing_rules(kpi.tables, checks)
    if failing:
        table, rule, share = failing[0]
        figures = {"table": table, "rule": rule, "failing": share, "threshold": FAILING}
        yield Tested(DATA, "rules_broken", share > FAILING, None, figures)


def failing_rules(tables: Iterable[str], checks: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, float]]:
    """Of each table the rule of errors that most of its rows break: table, rule and share of the rows, worst first."""
    rows: dict[str, int] = {}
    for check in checks:
        rows[check["table"]] = max(rows.get(check["table"], 0), check["checks"])
    found: dict[str, tuple[str, str, float]] = {}
    for check in checks:
        table, broken = check["table"], check["checks"] - check["passed"]
        if check["severity"] == "error" and broken and table in tables:
            share = broken / rows[table]
            if table not in found or share > found[table][2]:
                found[table] = (table, check["rule"], share)
    return sorted(found.values(), key=lambda each: -each[2])


class _Entrants:
    """The customers who began in a stretch of days, by the members of a dimension."""

    def __init__(self, warehouse: Warehouse, rules: Rules, filters: Sequence[Filter]) -> None:
        self._warehouse, self._rules, self._filters = warehouse, rules, filters
        self._members: dict[str, dict[str, str | None]] = {}
        self._began: list[tuple[str, date]] | None = None

    def share(self, name: str, member: str | None, start: date, end: date) -> tuple[int, int]:
        """How many began in ``[start, end)``, and how many of them are in the segment."""
        if name not in self._members:
            rows = self._warehouse.rows(customers_chosen(self._warehouse, self._rules, self._filters, [name]))
            self._members[name] = dict(rows)
        if self._began is None:
            self._began = self._warehouse.execute("SELECT customer_id, started_on FROM derived.spell WHERE number = 1")
        members = self._members[name]
        own = [members[id] for id, day in self._began if start <= day < end and id in members]
        return sum(each == member for each in own), len(own)


def _of_setting(
    finding: Finding, judged: Judged, entrants: _Entrants, scope: Scope, first: Segment | None, base: Period
) -> list[Tested]:
    """An upgrade of a system in the time compared, after which more of the new customers are in the segment; of a KPI
    of how the CRM is used or filled in it is enough that it got worse then."""
    found = []
    end = judged.known.end
    for event in upgrades(scope.events, base.start, end):
        told = {"event": event.id, "note": event.note, "day": event.day.isoformat()}
        # a sum grows wherever there are more customers: that more of them are in the segment says nothing there
        ratio = not finding.comparison.kpi.formula_is_sum
        if first and ratio and len(first.names) == 1 and first.names[0].startswith("customer."):
            found.append(_entering(entrants, first, event, end, told))
        if FAMILY_OF.get(finding.comparison.kpi.id) in ("adoption", "quality"):
            found.append(Tested(CRM_SETTING, "used_worse_since_upgrade", True, finding.comparison.p, told))
    return sorted(found, key=lambda each: (not each.supports, -each.figures.get("growth", 0.0)))  # the clearest first


def _entering(entrants: _Entrants, first: Segment, event: Event, end: date, told: Mapping[str, Any]) -> Tested:
    """Whether more of those who began after the event are in the segment than of those who began as long before."""
    length = min(end - event.day, timedelta(days=91))
    name, member = first.names[0], first.now.by[first.names[0]]
    x1, n1 = entrants.share(name, member, event.day, event.day + length)
    x0, n0 = entrants.share(name, member, event.day - length, event.day)
    p = None
    if n1 and n0 and 0 < x1 + x0 < n1 + n0:
        pooled = (x1 + x0) / (n1 + n0)
        p = two_sided_p((x1 / n1 - x0 / n0) / (pooled * (1 - pooled) * (1 / n1 + 1 / n0)) ** 0.5)
    growth = x1 / n1 - x0 / n0 if n1 and n0 else 0.0
    figures = {**told, "by": dict(first.now.by), "before": [x0, n0], "after": [x1, n1], "growth": growth}
    return Tested(CRM_SETTING, "more_since_upgrade", growth > 0 and p is not None and p < LEVEL, p, figures)


Served = Mapping[tuple[str, tuple[str, ...]], Any]


def _served(
    warehouse: Warehouse, rules: Rules, scope: Scope, judged: Judged, firsts: Mapping[int, Segment | None]
) -> Served:
    """How service did by the dimensions of the first segments of customers: one measurement for each base."""
    asked: dict[str, set[str]] = {}
    for finding in judged.findings:
        first = firsts.get(id(finding))
        # an attribute of a row, such as the channel of an order, is another thing of a case
        if first and len(first.names) == 1 and first.names[0].startswith("customer."):
            asked.setdefault(finding.comparison.to, set()).add(first.names[0])
    known = [kpi for kpi in SERVED if any(kpi.id == each.id for each in judged.kpis)]
    found: dict[tuple[str, tuple[str, ...]], Any] = {}
    for to, names in asked.items():
        pair = (scope.period, judged.bases[to])
        alike: dict[tuple[str, ...], list[str]] = {}
        for name in sorted(names):
            ids = tuple(kpi.id for kpi in known if splits(name, kpi, warehouse.tables))
            alike.setdefault(ids, []).append(name)
        for ids, own in alike.items():
            kpis = [_BY_ID[each] for each in ids]
            if kpis:
                slices = [(name,) for name in own]
                made = measure(warehouse, rules, Request(kpis, pair, slices, scope.filters, [pair]))
                found |= {(to, each): (made, kpis, pair) for each in slices}
    return found


def _of_service(finding: Finding, first: Segment | None, served: Served) -> list[Tested]:
    """Service that got worse where the segment is: for the KPIs of service themselves that the segment is one of
    people, for others that its customers waited longer, complained more or were less content."""
    if first is None:
        return []
    if FAMILY_OF.get(finding.comparison.kpi.id) == "service" and _bare(first) in PEOPLE:
        return [Tested(SERVICE, "people_stand_out", first.p is not None and first.p < LEVEL, first.p,
                       {"by": dict(first.now.by)})]  # fmt: skip
    entry = served.get((finding.comparison.to, first.names))
    if entry is None:
        return []
    measured, kpis, (now, base) = entry
    group = tuple(first.now.by[name] for name in first.names)
    found = []
    for kpi in kpis:
        if kpi.measure == finding.comparison.kpi.measure:
            continue
        tested = _worse_there(measured, kpi, (now, base), first, group, len(kpis))
        if tested:
            found.append(tested)
    return sorted(found, key=lambda each: (not each.supports, each.p if each.p is not None else 1.0))


def _worse_there(
    measured: Any, kpi: Kpi, periods: tuple[Period, Period], first: Segment, group: tuple[str | None, ...], many: int
) -> Tested | None:
    now, base = (measured.value(kpi, period, first.names, group) for period in periods)
    if now.value is None or base.value is None or Status.SMALL_SAMPLE in (now.status, base.status):
        return None
    difference = measured.difference(kpi, *periods, first.names, group)
    if difference is None or difference.p is None:
        return None
    worse = (difference.change > 0) == (kpi.direction(measured.rules) is Better.DOWN)
    figures = {"kpi": kpi.id, "by": dict(first.now.by), "before": base.value, "now": now.value, "unit": str(kpi.unit)}
    return Tested(SERVICE, "served_worse", worse and difference.p < LEVEL / many, difference.p, figures)


def _of_marketing(finding: Finding, first: Segment | None, explained: Explained) -> list[Tested]:
    """A channel or campaign that stands out: by the mix of customers that it brings, or by how unlike the others those
    are whom it brought; of the KPIs of marketing it is enough that it stands out."""
    if first is None or _bare(first) not in CHANNELS:
        return []
    by = {"by": dict(first.now.by)}
    if FAMILY_OF.get(finding.comparison.kpi.id) == "marketing":
        return [Tested(MARKETING, "channel_stands_out", first.p is not None and first.p < LEVEL, first.p, by)]
    found = []
    change = finding.comparison.change
    if explained.mix and change:
        share = explained.mix["mix"] / change
        found.append(Tested(MARKETING, "mix_of_channels", share >= 0.5, first.p, {**by, "share_of_change": share}))
    if first.names[0].startswith("customer."):
        found.append(_unlike(finding, first, by))
    return found


def _unlike(finding: Finding, first: Segment, by: Mapping[str, Any]) -> Tested:
    """Whether those whom the channel brought are worse now than all."""
    whole, own = finding.comparison.now, first.now
    bare = Tested(MARKETING, "channel_unlike_others", False, None, {**by, "all": whole.value, "now": own.value})
    if None in (whole.value, own.value, own.low, own.high) or own.status is Status.SMALL_SAMPLE:
        return bare
    error = standard_error_of((own.low, own.high)) if own.low is not None and own.high is not None else None
    if not error or own.value is None or whole.value is None:
        return bare
    p = two_sided_p((own.value - whole.value) / error)
    worse = (own.value > whole.value) == ((finding.comparison.change or 0.0) > 0)
    return replace(bare, supports=worse and p < LEVEL, p=p)


def _bare(segment: Segment) -> str:
    return segment.names[0].rpartition(".")[2]
