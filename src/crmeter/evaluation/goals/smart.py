"""The five letters of a goal, each checked: specific, measurable, achievable, relevant, time-bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmeter.analysis.forecast.history import bound_of
from crmeter.evaluation.goals.goal import Goal, Kind, Wish
from crmeter.evaluation.goals.outlook import Outlook, moves, outlook, steps_of
from crmeter.evaluation.indicators import IndicatorSystem
from crmeter.evaluation.indicators.goals import goals as common_goals
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.messages import language
from crmeter.kernel.period import Period
from crmeter.metrics import Better, Kpi, Measurement, Request, Status, Unit, Value, measure
from crmeter.metrics.dimensions import Filter
from crmeter.model.rules import Rules
from crmeter.stats.distributions import normal_quantile
from crmeter.stats.effects.detectable import POWER
from crmeter.stats.forecasts.scales import Bound
from crmeter.warehouse.duck import Warehouse

SPECIFIC, MEASURABLE, ACHIEVABLE, RELEVANT, TIME_BOUND = LETTERS = ("S", "M", "A", "R", "T")
OK, DOUBTFUL, MISSING = STATES = ("ok", "doubtful", "missing")
HARDLY, ANYWAY = (
    0.1,
    0.9,
)  # probabilities below which the past speaks against a goal, and above which it comes by itself
ALPHA = 0.05
TIMES = normal_quantile(1 - ALPHA / 2) + normal_quantile(POWER)  # standard errors of a change that is found so surely


@dataclass(frozen=True)
class Letter:
    """One letter: its state, a ``code`` of what is said of it, and the ``facts`` to say it with."""

    letter: str
    state: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"letter": self.letter, "state": self.state, "code": self.code, "facts": dict(self.facts)}


@dataclass(frozen=True)
class Examined:
    """What came of looking at a wish: its baseline, its target, and the letters."""

    baseline: Value
    target: float | None
    letters: tuple[Letter, ...]

    def missing(self) -> list[Letter]:
        """The letters without which it is no goal."""
        return [letter for letter in self.letters if letter.state == MISSING]


def base_of(calendar: Calendar, kpi: Kpi, period: Period, as_of: Any, against: str | None = None) -> Period:
    """The period that a goal is measured from: the newest that is over of the same length, or (for what adds up over
    time, and so has its season) of the same part of a year. ``against`` (previous, year) chooses."""
    by_year = against == "year" or (against is None and kpi.formula_is_sum)
    base = calendar.year_before(period) if by_year else calendar.previous(period)
    while base.end > as_of:
        base = calendar.year_before(base) if by_year else calendar.previous(base)
    return base


def examine(
    warehouse: Warehouse,
    rules: Rules,
    kpi: Kpi,
    wish: Wish,
    period: Period,
    base: Period,
    filters: Sequence[Filter],
    relevant: Letter,
) -> Examined:
    """Check a wish whose KPI, size and period are known."""
    before, year = rules.calendar.previous(base), rules.calendar.year_before(period)
    steps = steps_of(rules.calendar, period, warehouse.load.as_of, warehouse.load.history_start)
    seasonal = [(base, year)] if year != base and year.end <= warehouse.load.as_of else []
    pairs = [(base, before), *seasonal]
    periods = dict.fromkeys((*steps.over, *steps.windows, *(p for pair in pairs for p in pair)))
    found = measure(warehouse, rules, Request([kpi], list(periods), filters=filters, pairs=pairs))
    baseline = found.value(kpi, base)
    time = Letter(TIME_BOUND, OK, "period", {"start": str(period.start), "end": str(period.end)})
    if baseline.value is None:
        lost = Letter(MEASURABLE, MISSING, "no_baseline", {"reason": baseline.reason})
        return Examined(baseline, None, (lost, relevant, time))
    target = wish.target(baseline.value)
    better = kpi.direction(rules)
    specific = _specific(kpi, wish, baseline.value, target, better)
    measurable = _measurable(found, kpi, (base, before), baseline, target, _season(found, kpi, seasonal))
    goal = Goal("", kpi.id, wish, period, base, {"value": baseline.value}, target)
    up = goal.upwards(better)
    expected = outlook(found, kpi, rules, steps, target, up)
    past = moves(found, kpi, steps, base, period, (baseline.value, target))
    reached = goal.is_reached_by(baseline.value, better)
    achievable = _achievable(expected, past.as_json(), reached)
    return Examined(baseline, target, (specific, measurable, achievable, relevant, time))


def _specific(kpi: Kpi, wish: Wish, baseline: float, target: float, better: Better) -> Letter:
    facts = {"baseline": baseline, "target": target, "better": str(better)}
    low, high = _ends(kpi)
    if (low is not None and target < low) or (high is not None and target > high):
        return Letter(SPECIFIC, MISSING, "impossible", {**facts, "low": low, "high": high})
    if wish.kind is not Kind.VALUE and target == baseline:
        return Letter(SPECIFIC, MISSING, "no_change", facts)
    if wish.kind is not Kind.VALUE and better is not Better.NONE and (target > baseline) != (better is Better.UP):
        return Letter(SPECIFIC, MISSING, "wrong_way", facts)
    return Letter(SPECIFIC, OK, "kpi", facts)


def _ends(kpi: Kpi) -> tuple[float | None, float | None]:
    """Between what the KPI can lie."""
    if kpi.unit is Unit.POINTS:
        return -100.0, 100.0
    match bound_of(kpi):
        case Bound.SHARE:
            return 0.0, 1.0
        case Bound.NONE:
            return None, None
        case _:
            return 0.0, None


def _season(found: Measurement, kpi: Kpi, pairs: Sequence[tuple[Period, Period]]) -> dict[str, Any] | None:
    """The value a year before the goal, where it differs from the baseline beyond noise: the season plays a part."""
    for base, year in pairs:
        apart, value = found.difference(kpi, base, year), found.value(kpi, year)
        if apart is not None and apart.p is not None and apart.p < ALPHA and value.status is Status.OK:
            return {"start": str(year.start), "end": str(year.end), "grain": str(year.grain), "value": value.value}
    return None


def _measurable(
    found: Measurement,
    kpi: Kpi,
    periods: tuple[Period, Period],
    baseline: Value,
    target: float,
    season: dict[str, Any] | None,
) -> Letter:
    """What change two periods of this size can show: one that is found in POWER of the cases."""
    apart = found.difference(kpi, *periods)
    error = apart.standard_error if apart else None
    smallest = TIMES * error if error else None
    wished = target - (baseline.value or 0.0)
    facts = {"baseline": baseline.value, "low": baseline.low, "high": baseline.high, "n": baseline.n,
             "smallest": smallest, "wished": wished, "season": season}  # fmt: skip
    if baseline.status is Status.SMALL_SAMPLE:
        return Letter(MEASURABLE, DOUBTFUL, "small_sample", facts)
    if smallest is None:
        return Letter(MEASURABLE, DOUBTFUL, "noise_unknown", facts)
    if abs(wished) < smallest:
        return Letter(MEASURABLE, DOUBTFUL, "within_noise", facts)
    return Letter(MEASURABLE, OK, "smallest", facts)


def _achievable(expected: Outlook, past: Mapping[str, int], reached: bool) -> Letter:
    facts = {"expected": expected.as_json(), "moves": dict(past), "probability": expected.probability}
    if reached:
        return Letter(ACHIEVABLE, DOUBTFUL, "reached", facts)
    if expected.probability is None:
        return Letter(ACHIEVABLE, DOUBTFUL, "unknown", {**facts, "refused": expected.refused})
    if expected.probability < HARDLY:
        return Letter(ACHIEVABLE, DOUBTFUL, "hardly", facts)
    return Letter(ACHIEVABLE, OK, "anyway" if expected.probability > ANYWAY else "within_reach", facts)


def relevance(kpi: Kpi, objective: str | None, decision: str | None, system: IndicatorSystem) -> Letter:
    """What the goal serves: the objective or decision that is named, else what its KPI was chosen for, else a goal
    companies commonly have (then in doubt). An objective that there is none of is for the caller to refuse."""
    chosen = system.indicator(kpi.id)
    if objective is None and decision is None and chosen is not None and chosen.objectives:
        objective = chosen.objectives[0]
    if objective is not None:
        known = system.objective(objective)
        return Letter(RELEVANT, OK, "objective", {"objective": objective, "name": known.name if known else objective})
    if decision is not None:
        return Letter(RELEVANT, OK, "decision", {"decision": decision})
    for goal in common_goals(language()):
        if kpi.id in goal.kpis:
            return Letter(RELEVANT, DOUBTFUL, "common", {"goal": goal.id, "name": goal.name})
    return Letter(RELEVANT, MISSING, "no_objective", {})
