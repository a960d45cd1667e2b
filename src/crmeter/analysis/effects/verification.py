"""Verification: the registered method run on what happened, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from crmeter.analysis.effects import arrays
from crmeter.analysis.effects.designs import Counted, Design
from crmeter.analysis.effects.outcome import Outcome, arm_of, outcome_of
from crmeter.analysis.effects.people import People, attribute, people_of, reached
from crmeter.kernel.period import Period
from crmeter.metrics import Better, Kpi
from crmeter.model.rules import Rules
from crmeter.stats.effects import placebo
from crmeter.stats.effects.difference_in_differences import difference_in_differences
from crmeter.stats.effects.effect import Effect, Method, Refusal
from crmeter.stats.effects.interrupted import Interrupted, interrupted_series
from crmeter.stats.effects.matching import Customers, matched_customers
from crmeter.stats.effects.panel import Floats, Panel
from crmeter.stats.effects.trial import trial
from crmeter.stats.effects.verdict import Judgement, judge
from crmeter.warehouse.duck import Warehouse

TOUCHED = 0.05  # share of those compared with who were treated all the same, from which they are no comparison
CATEGORIES = 12  # of an attribute that is a feature; the rest is one more
PANEL_METHODS: Mapping[Method, Callable[[Panel, float], Effect]] = {
    Method.DIFFERENCE_IN_DIFFERENCES: difference_in_differences,
    Method.SYNTHETIC_CONTROL: placebo.synthetic_control,
    Method.SYNTHETIC_DIFFERENCE_IN_DIFFERENCES: placebo.synthetic_difference_in_differences,
}


@dataclass(frozen=True)
class Verification:
    """What came out of a design. ``total`` is the effect over all treated units and periods with its bounds, where the
    KPI is a sum; ``left_out`` says how much of what was asked for could not be looked at, by kind."""

    design: Design
    effect: Effect
    judgement: Judgement
    total: tuple[float, float, float] | None
    left_out: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "design": self.design.as_json(),
            "seal": self.design.seal,
            "verdict": str(self.judgement.verdict),
            "reasons": list(self.judgement.reasons),
            "remarks": list(self.judgement.remarks),
            "effect": self.effect.as_json(),
            "total": None if self.total is None else dict(zip(("estimate", "low", "high"), self.total, strict=True)),
            "left_out": dict(self.left_out),
            "names": {kind: list(names) for kind, names in self.names.items()},
        }


@dataclass(frozen=True)
class Found:
    """An effect, how many times it happened, and what stands beside it."""

    effect: Effect
    times: float
    left_out: Mapping[str, int]
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def run(warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi, good: Better) -> Verification:
    """The verdict on a design whose window is over, or the refusal to give one yet."""
    if design.after.end > warehouse.load.as_of:
        effect = Effect.refused(design.method, Refusal.WINDOW_NOT_OVER, level=design.level)
        return Verification(design, effect, judge(effect, design.minimum_effect, up_is_good=True), None)
    ways = {Counted.GROUPS: of_groups, Counted.SERIES: of_series, Counted.CUSTOMERS: of_customers}
    found = ways[design.unit](warehouse, rules, design, kpi)
    judgement = judge(found.effect, design.minimum_effect, up_is_good=good is Better.UP)
    left_out = {name: count for name, count in found.left_out.items() if count}
    return Verification(design, found.effect, judgement, _total(found, design, kpi), left_out, found.names)


def _total(found: Found, design: Design, kpi: Kpi) -> tuple[float, float, float] | None:
    effect = found.effect
    if effect.estimate is None or effect.low is None or effect.high is None:
        return None
    outcome = outcome_of(kpi)
    is_sum = kpi.formula_is_sum if design.unit is not Counted.CUSTOMERS else outcome is not None and outcome.per is None
    return (effect.estimate * found.times, effect.low * found.times, effect.high * found.times) if is_sum else None


def of_groups(warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi) -> Found:
    """Groups of customers, or of whatever the KPI is split by."""
    before, after = design.periods(rules.calendar)
    units = arrays.groups(warehouse, rules, design, kpi, [*before, *after])
    names = {"treated": units.treated_names, "comparison": units.compared_names}
    left_out = {"groups_with_gaps": len(units.left_out)}
    if not len(units.compared):
        effect = Effect.refused(design.method, Refusal.TOO_FEW_UNITS, level=design.level)
        return Found(effect, 0, left_out, names)
    effect = PANEL_METHODS[design.method](Panel(units.treated, units.compared, len(before)), design.level)
    if design.campaign and design.by and design.by.startswith("customer."):
        values = attribute(warehouse, design.by)
        compared = {customer for customer, value in values.items() if value in units.compared_names}
        left_out["touched"] = len(compared & reached(warehouse, design.campaign))
        effect = _if_touched(effect, left_out["touched"], len(compared))
    return Found(effect, len(units.treated) * len(after), left_out, names)


def _if_touched(effect: Effect, touched: int, compared: int) -> Effect:
    return effect.but(Refusal.COMPARISON_TOUCHED) if touched > TOUCHED * compared else effect


def of_series(warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi) -> Found:
    """One series."""
    before, after = design.periods(rules.calendar)
    found = arrays.series(warehouse, rules, design, kpi, [*before, *after])
    series = Interrupted(found.values, len(before), arrays.season_of(design), found.outside)
    left_out = {"series_with_gaps": len(design.comparison) - len(found.outside_names)}
    return Found(interrupted_series(series, design.level), len(after), left_out, {"comparison": found.outside_names})


def of_customers(warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi) -> Found:
    """Customers, each with an outcome of their own."""
    people, outcome = people_of(warehouse, rules, design), outcome_of(kpi)
    assert outcome is not None  # the checks of a design hold that
    left_out = {"no_customer_at_the_start": people.left_out, "touched": people.touched}
    ways = {
        Method.TRIAL: _trial,
        Method.MATCHED_CUSTOMERS: _matched,
        Method.DIFFERENCE_IN_DIFFERENCES: _changed,
    }
    effect = ways[design.method](warehouse, rules, design, outcome, people)
    effect = _if_touched(effect, people.touched, len(people.compared))
    periods = len(design.periods(rules.calendar)[1]) if design.method is Method.DIFFERENCE_IN_DIFFERENCES else 1
    treated = effect.n.get("matched", len(people.treated))
    return Found(effect, treated * periods, left_out)


def _trial(warehouse: Warehouse, rules: Rules, design: Design, outcome: Outcome, people: People) -> Effect:
    groups = (people.treated, people.compared)
    treated, control = arm_of(warehouse, rules, outcome, design.after, groups)
    earlier = arm_of(warehouse, rules, outcome, design.before, groups)
    return trial(treated, control, design.level, planned=design.planned_share, before=(earlier[0], earlier[1]))


def _changed(warehouse: Warehouse, rules: Rules, design: Design, outcome: Outcome, people: People) -> Effect:
    before, after = design.periods(rules.calendar)
    groups = (people.treated, people.compared)
    if min(map(len, groups)) == 0:
        return Effect.refused(design.method, Refusal.TOO_FEW_UNITS, level=design.level)
    columns = [arm_of(warehouse, rules, outcome, period, groups) for period in (*before, *after)]
    treated, compared = (np.column_stack([arms[i].values for arms in columns]) for i in (0, 1))
    return replace(difference_in_differences(Panel(treated, compared, len(before)), design.level), path=None)


def _matched(warehouse: Warehouse, rules: Rules, design: Design, outcome: Outcome, people: People) -> Effect:
    return match(warehouse, rules, design, outcome, people, design.before, design.after)


def match(
    warehouse: Warehouse,
    rules: Rules,
    design: Design,
    outcome: Outcome,
    people: People,
    before: Period,
    after: Period,
) -> Effect:
    """Matched by what they did in the last two thirds of the window before, and by their attributes; what they did in
    its first third is the placebo."""
    groups = (people.treated, people.compared)
    if min(map(len, groups)) == 0:
        return Effect.refused(design.method, Refusal.TOO_FEW_UNITS, level=design.level)
    thirds = _thirds(before)
    placebos, *done = [arm_of(warehouse, rules, outcome, third, groups) for third in thirds]
    columns = {f"{design.kpi} {n}/3": [arm.values for arm in arms] for n, arms in enumerate(done, start=2)}
    for name in design.features:
        columns |= _categories(name, attribute(warehouse, name), groups)
    own, others = (np.column_stack([values[i] for values in columns.values()]) for i in (0, 1))
    treated, compared = arm_of(warehouse, rules, outcome, after, groups)
    return matched_customers(
        Customers(
            treated.values, own, compared.values, others, list(columns), (placebos[0].values, placebos[1].values)
        ),
        design.level,
    )


def _thirds(window: Period) -> list[Period]:
    length = (window.end - window.start) / 3
    cuts = [window.start, window.start + length, window.start + 2 * length, window.end]
    return [Period(first, last) for first, last in pairwise(cuts)]


def _categories(
    name: str, values: Mapping[str, str | None], groups: tuple[tuple[str, ...], ...]
) -> dict[str, list[Floats]]:
    """One column of 0 and 1 for each of the most frequent values of an attribute."""
    told = [[values.get(customer) for customer in group] for group in groups]
    counted: dict[str | None, int] = {}
    for value in (value for group in told for value in group):
        counted[value] = counted.get(value, 0) + 1
    frequent = sorted(counted, key=lambda value: (-counted[value], value or ""))[:CATEGORIES]
    return {
        f"{name} = {value}": [np.array([float(own == value) for own in group]) for group in told] for value in frequent
    }
