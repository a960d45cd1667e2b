"""Verification: the registered method run on what happened, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from crmeter.analysis.effects import arrays
from crmeter.analysis.effects.designs import Counted, Design
from crmeter.analysis.effects.outcome import Outcomes, outcome_of
from crmeter.analysis.effects.people import attribute, people_of, reached
from crmeter.kernel.period import Period
from crmeter.metrics import Better, Kpi, Unit
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
Groups = tuple[tuple[str, ...], tuple[str, ...]]  # the treated, and those compared with them
CATEGORIES = 12  # of an attribute that is a feature; the rest is one more
PANEL_METHODS: Mapping[Method, Callable[[Panel, float], Effect]] = {
    Method.DIFFERENCE_IN_DIFFERENCES: difference_in_differences,
    Method.SYNTHETIC_CONTROL: placebo.synthetic_control,
    Method.SYNTHETIC_DIFFERENCE_IN_DIFFERENCES: placebo.synthetic_difference_in_differences,
}


@dataclass(frozen=True)
class Verification:
    """What came out of a design. ``total`` is the effect over all treated units and periods with its bounds, where the
    KPI is a sum; ``left_out`` says how much of what was asked for could not be looked at, by kind; ``periods`` are the
    first days of those of the effect's path."""

    design: Design
    effect: Effect
    judgement: Judgement
    unit: str
    currency: str | None = None
    total: tuple[float, float, float] | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    periods: tuple[date, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "design": self.design.as_json(),
            "seal": self.design.seal,
            "verdict": str(self.judgement.verdict),
            "reasons": list(self.judgement.reasons),
            "remarks": list(self.judgement.remarks),
            "effect": self.effect.as_json(),
            "unit": self.unit,
            "currency": self.currency,
            "total": None if self.total is None else dict(zip(("estimate", "low", "high"), self.total, strict=True)),
            "left_out": dict(self.left_out),
            "names": {kind: list(names) for kind, names in self.names.items()},
            "periods": [day.isoformat() for day in self.periods],
        }


@dataclass(frozen=True)
class Found:
    """An effect, how many times it happened, and what stands beside it."""

    effect: Effect
    times: float
    left_out: Mapping[str, int]
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    periods: Sequence[Period] = ()


def run(warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi, good: Better) -> Verification:
    """The verdict on a design whose window is over, or the refusal to give one yet."""
    ways = {Counted.GROUPS: of_groups, Counted.SERIES: of_series, Counted.CUSTOMERS: of_customers}
    if design.after.end > warehouse.load.as_of:
        found = Found(Effect.refused(design.method, Refusal.WINDOW_NOT_OVER, level=design.level), 0, {})
    else:
        found = ways[design.unit](warehouse, rules, design, kpi)
    return Verification(
        design,
        found.effect,
        judge(found.effect, design.minimum_effect, up_is_good=good is Better.UP),
        str(kpi.unit),
        rules.currency if kpi.unit is Unit.MONEY else None,
        _total(found, design, kpi),
        {name: count for name, count in found.left_out.items() if count},
        found.names,
        tuple(period.start for period in found.periods),
    )


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
    return Found(effect, len(units.treated) * len(after), left_out, names, [*before, *after])


def _if_touched(effect: Effect, touched: int, compared: int) -> Effect:
    return effect.but(Refusal.COMPARISON_TOUCHED) if touched > TOUCHED * compared else effect


def of_series(warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi) -> Found:
    """One series."""
    before, after = design.periods(rules.calendar)
    between = _between(rules, design)
    periods = [*before, *between, *after]
    found = arrays.series(warehouse, rules, design, kpi, periods)
    series = Interrupted(found.values, len(before), arrays.season_of(design), found.outside, len(between))
    left_out = {"series_with_gaps": len(design.comparison) - len(found.outside_names)}
    effect = interrupted_series(series, design.level)
    return Found(effect, len(after), left_out, {"comparison": found.outside_names}, periods)


def _between(rules: Rules, design: Design) -> list[Period]:
    """The periods between the windows, while the change was being made."""
    first, last = design.before.end, design.after.start
    return list(rules.calendar.split(first, last, design.grain)) if first < last else []


def of_customers(
    warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi, outcomes: Outcomes | None = None
) -> Found:
    """Customers, each with an outcome of their own; ``outcomes`` may know some already."""
    people = people_of(warehouse, rules, design)
    outcomes = outcomes or outcomes_of(warehouse, rules, kpi)
    left_out = {"no_customer_at_the_start": people.left_out, "touched": people.touched}
    ways = {Method.TRIAL: _trial, Method.MATCHED_CUSTOMERS: _matched, Method.DIFFERENCE_IN_DIFFERENCES: _changed}
    if not people.treated or not people.compared:
        effect = Effect.refused(design.method, Refusal.TOO_FEW_UNITS, level=design.level)
        return Found(effect, 0, left_out)
    effect = ways[design.method](outcomes, design, (people.treated, people.compared))
    effect = _if_touched(effect, people.touched, len(people.compared))
    periods = len(design.periods(rules.calendar)[1]) if design.method is Method.DIFFERENCE_IN_DIFFERENCES else 1
    parts = before_and_after(rules, design) if effect.path else ()
    return Found(effect, effect.n.get("matched", len(people.treated)) * periods, left_out, periods=parts)


def before_and_after(rules: Rules, design: Design) -> list[Period]:
    """The periods of both windows."""
    before, after = design.periods(rules.calendar)
    return [*before, *after]


def outcomes_of(warehouse: Warehouse, rules: Rules, kpi: Kpi) -> Outcomes:
    """The outcomes of a KPI that can be taken apart by customer; the checks of a design hold that it can."""
    outcome = outcome_of(kpi)
    if outcome is None:
        raise ValueError(f"{kpi.id} cannot be taken apart by customer")
    return Outcomes(warehouse, rules, outcome)


def _trial(outcomes: Outcomes, design: Design, groups: Groups) -> Effect:
    treated, control = outcomes.arms(design.after, groups)
    earlier = outcomes.arms(design.before, groups)
    return trial(treated, control, design.level, planned=design.planned_share, before=(earlier[0], earlier[1]))


def _changed(outcomes: Outcomes, design: Design, groups: Groups) -> Effect:
    before, after = design.periods(outcomes.rules.calendar)
    columns = [outcomes.arms(period, groups) for period in (*before, *after)]
    treated, compared = (np.column_stack([arms[i].values for arms in columns]) for i in (0, 1))
    return difference_in_differences(Panel(treated, compared, len(before)), design.level)


def _matched(outcomes: Outcomes, design: Design, groups: Groups) -> Effect:
    """Matched by what they did in the last two thirds of the window before, and by their attributes; what they did in
    its first third is the placebo."""
    placebos, *done = [outcomes.arms(third, groups) for third in _thirds(design.before)]
    columns = {f"{design.kpi} {n}/3": [arm.values for arm in arms] for n, arms in enumerate(done, start=2)}
    for name in design.features:
        columns |= _categories(name, attribute(outcomes.warehouse, name), groups)
    own, others = (np.column_stack([values[i] for values in columns.values()]) for i in (0, 1))
    treated, compared = outcomes.arms(design.after, groups)
    earlier = placebos[0].values, placebos[1].values
    customers = Customers(treated.values, own, compared.values, others, list(columns), earlier)
    return matched_customers(customers, design.level)


def _thirds(window: Period) -> list[Period]:
    length = (window.end - window.start) / 3
    cuts = [window.start, window.start + length, window.start + 2 * length, window.end]
    return [Period(first, last) for first, last in pairwise(cuts)]


def _categories(name: str, values: Mapping[str, str | None], groups: Groups) -> dict[str, list[Floats]]:
    """One column of 0 and 1 for each of the most frequent values of an attribute."""
    told = [[values.get(customer) for customer in group] for group in groups]
    counted: dict[str | None, int] = {}
    for value in (value for group in told for value in group):
        counted[value] = counted.get(value, 0) + 1
    frequent = sorted(counted, key=lambda value: (-counted[value], value or ""))[:CATEGORIES]
    return {
        f"{name} = {value}": [np.array([float(own == value) for own in group]) for group in told] for value in frequent
    }
