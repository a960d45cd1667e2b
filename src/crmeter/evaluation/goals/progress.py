"""How a goal stands: what the KPI is now, how much of the way is done, and whether it will be met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crmeter.evaluation.goals.goal import Goal
from crmeter.evaluation.goals.outlook import Outlook, outlook, steps_of
from crmeter.kernel.period import Period
from crmeter.kpis.catalogue import BUILT_IN, Catalogue
from crmeter.metrics import Better, Kpi, Request, Status, Unit, Value, measure
from crmeter.metrics.definitions import definition
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

AHEAD, RUNNING, OVER = PHASES = ("ahead", "running", "over")
ON_TRACK, AT_RISK, OFF_TRACK, MET, MISSED, UNKNOWN = STATUSES = (
    "on_track", "at_risk", "off_track", "met", "missed", "unknown",
)  # fmt: skip
LIKELY, UNLIKELY = 2 / 3, 1 / 3  # probabilities from and below which a goal is on track, or off it


@dataclass(frozen=True)
class GoalState:
    """How a goal stands at the data horizon.

    ``value`` is that of the goal's period as far as it is known; of one that has not begun, that of the latest period
    of its length. ``needed`` is where it would have to be by now to be on the way, ``progress`` the share of the way
    from the baseline that is done (it may lie below 0 or above 1); both None where the days cannot be compared.
    ``baseline_now`` is the baseline's period as it is known today: records may have been corrected since.
    ``beyond_noise`` says of a period that is over whether the target lies outside the value's interval.
    """

    goal: Goal
    phase: str
    status: str
    as_of: str
    load: int
    value: Value
    baseline_now: Value
    needed: float | None = None
    progress: float | None = None
    expected: Outlook | None = None
    beyond_noise: bool | None = None
    reason: str | None = None

    @property
    def probability(self) -> float | None:
        """The chance of the target being reached; None where it is not known, or the period is over."""
        return self.expected.probability if self.expected else None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "goal": self.goal.as_json(),
            "phase": self.phase,
            "status": self.status,
            "as_of": self.as_of,
            "load": self.load,
            "value": self.value.as_json(),
            "baseline": self.goal.start_value,
            "baseline_now": self.baseline_now.as_json(),
            "target": self.goal.target,
            "needed": self.needed,
            "progress": self.progress,
            "expected": self.expected.as_json() if self.expected else None,
            "beyond_noise": self.beyond_noise,
            "reason": self.reason,
        }


def state(warehouse: Warehouse, rules: Rules, goal: Goal, catalogue: Catalogue = BUILT_IN) -> GoalState:
    """How a goal stands; UserError where its KPI or its scope is not there any more."""
    (kpi,) = catalogue.chosen([goal.kpi])
    as_of = warehouse.load.as_of
    phase = AHEAD if goal.period.start >= as_of else RUNNING if goal.period.end > as_of else OVER
    steps = steps_of(rules.calendar, goal.period, as_of, warehouse.load.history_start)
    latest = _latest(rules, goal.period, warehouse) if phase == AHEAD else goal.period
    matched = rules.calendar.elapsed_match(goal.period, goal.base, as_of)
    past = () if phase == OVER else (*steps.over, *steps.windows)
    periods = dict.fromkeys((*past, goal.base, matched, latest))
    found = measure(warehouse, rules, Request([kpi], list(periods), filters=goal.filters))
    better = kpi.direction(rules)
    value, elapsed = found.value(kpi, latest), found.value(kpi, matched)
    told = GoalState(
        goal, phase, UNKNOWN, as_of.isoformat(), warehouse.load.number, value, found.value(kpi, goal.base)
    )  # fmt: skip
    if goal.baseline.get("definition") not in (None, definition(kpi)):
        told = _with(told, reason="definition_changed")
    if phase == OVER:
        return _ended(told, better)
    told = _with(told, **_on_the_way(goal, kpi, value, elapsed, phase))
    return _judged(told, outlook(found, kpi, rules, steps, goal.target, goal.upwards(better)))


def _latest(rules: Rules, period: Period, warehouse: Warehouse) -> Period:
    """The newest period of the same length that is over."""
    while period.end > warehouse.load.as_of:
        period = rules.calendar.previous(period)
    return period


def _with(told: GoalState, **changed: Any) -> GoalState:
    return GoalState(**{**told.__dict__, **changed})


def _ended(told: GoalState, better: Better) -> GoalState:
    """Met or missed, and whether that is more than noise."""
    value, goal = told.value, told.goal
    if value.value is None:
        return _with(told, reason=value.reason)
    status = MET if goal.is_reached_by(value.value, better) else MISSED
    beyond = None
    if value.low is not None and value.high is not None and value.status is Status.OK:
        beyond = not value.low <= goal.target <= value.high
    return _with(told, status=status, beyond_noise=beyond, progress=_share(goal.start_value, goal.target, value.value))


def _on_the_way(goal: Goal, kpi: Kpi, value: Value, elapsed: Value, phase: str) -> dict[str, float | None]:
    """Where it would have to be by now, and the share of the way that is done.

    A period that is running is held against the same days of the baseline: by as many times, or by as much, as the
    target differs from the baseline.
    """
    before = goal.start_value if phase == AHEAD else elapsed.value
    if before is None or value.value is None:
        return {"needed": None, "progress": None}
    by_share = goal.start_value > 0 and before > 0 and goal.target >= 0 and kpi.unit is not Unit.POINTS
    needed = before * goal.target / goal.start_value if by_share else before + goal.target - goal.start_value
    return {"needed": needed if phase == RUNNING else None, "progress": _share(before, needed, value.value)}


def _share(before: float, wanted: float, now: float) -> float | None:
    return None if wanted == before else (now - before) / (wanted - before) + 0.0  # no negative zero


def _judged(told: GoalState, expected: Outlook) -> GoalState:
    """On track or not, by the probability that the target is reached."""
    chance = expected.probability
    if chance is None:
        return _with(told, expected=expected, reason=told.reason or expected.refused)
    status = ON_TRACK if chance >= LIKELY else AT_RISK if chance >= UNLIKELY else OFF_TRACK
    return _with(told, status=status, expected=expected)
