"""The method by which a plan is to be verified: the best there is for it, and why not a better one.

In this order: lots (an A/B test), other groups, the group's own past. What is taken is the first that can be used: one
that rests on less is not better for showing more. Whether it can show the least change that matters is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from crmeter.analysis import effects
from crmeter.analysis.effects import arrays
from crmeter.analysis.effects.designs import CONTROL, LOT, TREATED, Counted, Design
from crmeter.analysis.effects.designs import Enrolled as OfDesign
from crmeter.analysis.effects.detection import Detection
from crmeter.analysis.effects.outcome import outcome_of
from crmeter.analysis.effects.people import attribute
from crmeter.improvement.drafts import Draft
from crmeter.improvement.words import PASSED, cannot_verify
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.errors import UserError
from crmeter.kernel.period import Grain, Period
from crmeter.kpis.catalogue import BUILT_IN, Catalogue
from crmeter.metrics import Better, Kpi
from crmeter.model.rules import Rules
from crmeter.stats.effects import placebo
from crmeter.stats.effects.detectable import LEAST
from crmeter.stats.effects.effect import Method
from crmeter.warehouse.duck import Warehouse

SHORT = 60  # days below which a window is read by week
BACK = {Grain.MONTH: 36, Grain.WEEK: 104}  # periods before the start at most
FALSE_ALARMS = 0.2  # of the tries on the past: a method that finds so much where nothing was done is not taken
TRIED = 12  # tries below which their false alarms say nothing
FEWEST_GROUPS = 4  # to compare with
# Of an effect where there is none, by the formulas. Companies are not like formulas: at 0.05, of 200 plans that changed
# nothing 19 were called improved or worse (benchmarks/studies/plans.py).
ALPHA = 0.02


@dataclass(frozen=True)
class Passed:
    """A method that was not taken: why, as a code (or what stood against it, in words)."""

    method: str
    reason: str
    said: str = ""


@dataclass(frozen=True)
class Proposal:
    """The design, what it can show, and the ``passed`` ones that stand above it."""

    design: Design
    detection: Detection
    passed: tuple[Passed, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "design": self.design.as_json(),
            "detection": self.detection.as_json(),
            "passed": [each.__dict__ for each in self.passed],
        }


@dataclass(frozen=True)
class _Way:
    """One method, and how its design is made; a code instead where the plan does not allow it."""

    method: Method
    design: Callable[[], Design | str]


@dataclass(frozen=True)
class Proposer:
    """What a proposal is made from. ``lots`` is the text that lots would be drawn from."""

    warehouse: Warehouse
    rules: Rules
    draft: Draft
    kpi: Kpi
    lots: str
    today: date
    catalogue: Catalogue = BUILT_IN

    def propose(self) -> Proposal:
        """The best design. UserError where no method can be used, with what stands against each."""
        passed: list[Passed] = []
        for way in self._ways():
            if self.draft.method not in (None, way.method):
                continue
            found = self._tried(way)
            if isinstance(found, Proposal):
                return replace(found, passed=tuple(passed))
            passed.append(found)
        raise UserError(cannot_verify([(each.reason, each.said) for each in passed]))

    def _tried(self, way: _Way) -> Proposal | Passed:
        try:
            checked = self.designed(way.method)
            if isinstance(checked, Passed):
                return checked
            found = effects.detectable(self.warehouse, self.rules, checked, self.catalogue)
        except UserError as error:
            return Passed(way.method, "not_possible", " ".join(problem.what for problem in error.problems))
        alarms = found.detectable.false_alarms
        if alarms is not None and alarms > FALSE_ALARMS and found.detectable.runs >= TRIED:
            return Passed(way.method, "false_alarms", f"{alarms:.0%}")
        if found.detectable.runs < LEAST and way.method is Method.TRIAL:
            return Passed(way.method, "nobody_enrolled")
        return Proposal(checked, found, ())

    def designed(self, method: Method) -> Design | Passed:
        """The design by one method, checked, or why there is none. UserError with what is wrong with it."""
        made = next(way.design() for way in self._ways() if way.method is method)
        if isinstance(made, str):
            return Passed(method, made) if made in PASSED else Passed(method, "not_possible", made)
        return effects.design(made.as_json(), self.warehouse, self.rules, self.catalogue)

    def _ways(self) -> Iterator[_Way]:
        yield _Way(Method.TRIAL, self._trial)
        yield _Way(Method.SYNTHETIC_DIFFERENCE_IN_DIFFERENCES, self._mixture)
        yield _Way(Method.DIFFERENCE_IN_DIFFERENCES, self._groups)
        if self.draft.method in (Method.MATCHED_CUSTOMERS, Method.SYNTHETIC_CONTROL):
            yield _Way(Method(self.draft.method), self._named)
        yield _Way(Method.INTERRUPTED_SERIES, self._series)

    def _base(self, **more: Any) -> Design:
        draft = self.draft
        assert draft.start and draft.end and draft.expected
        own = self.kpi.direction(self.rules)
        return Design(
            kpi=self.kpi.id,
            minimum_effect=draft.least or abs(draft.expected),
            better=(Better.UP if draft.expected > 0 else Better.DOWN) if own is Better.NONE else None,
            registered_on=self.today,
            alpha=ALPHA,
            **more,
        )

    def _trial(self) -> Design | str:
        """Lots among those whom the plan is for."""
        group, draft = self.draft.group, self.draft
        assert draft.start and draft.end
        if not draft.split:
            return "not_split"
        if outcome_of(self.kpi) is None:
            return "not_by_customer"
        targets = (_among(group.by, group.target),) if group.by and group.target else ()
        return self._base(
            method=Method.TRIAL,
            unit=Counted.CUSTOMERS,
            before=Period(_back(draft.start, draft.end - draft.start, self.warehouse), draft.start),
            after=Period(draft.start, draft.end),
            by=LOT,
            target=(TREATED,),
            comparison=(CONTROL,),
            where=(*group.where, *targets),
            campaign=group.campaign,
            planned_share=draft.share,
            lots=self.lots,
            enrolled=OfDesign(group.enrolled),
        )

    def _mixture(self) -> Design | str:
        # with fewer placebos than make ranks it calls a little more often than it may: benchmarks/studies/plans.py
        return self._panel(Method.SYNTHETIC_DIFFERENCE_IN_DIFFERENCES, placebo.RANKED)

    def _groups(self) -> Design | str:
        return self._panel(Method.DIFFERENCE_IN_DIFFERENCES, FEWEST_GROUPS)

    def _named(self) -> Design | str:
        """A method that is only taken where the plan names it."""
        if self.draft.method == Method.SYNTHETIC_CONTROL:
            return self._panel(Method.SYNTHETIC_CONTROL, placebo.LEAST)
        group, draft = self.draft.group, self.draft
        assert draft.start and draft.end
        if not group.by or not group.target:
            return "no_groups"
        return self._base(
            method=Method.MATCHED_CUSTOMERS,
            unit=Counted.CUSTOMERS,
            before=Period(_back(draft.start, timedelta(days=365), self.warehouse), draft.start),
            after=Period(draft.start, draft.end),
            by=group.by,
            target=group.target,
            comparison=group.comparison,
            where=group.where,
            campaign=group.campaign,
        )

    def _panel(self, method: Method, fewest: int) -> Design | str:
        group = self.draft.group
        if not group.by or not group.target:
            return "no_groups"
        if group.by.startswith("customer."):
            there = {value for value in attribute(self.warehouse, group.by).values() if value is not None}
            others = set(group.comparison or there) - set(group.target)
            if len(others) < fewest * len(group.target):
                return "too_few_groups"
        windows = self._windows()
        if isinstance(windows, str):
            return windows
        named = {"by": group.by, "target": group.target, "comparison": group.comparison}
        made = self._base(
            method=method, unit=Counted.GROUPS, where=group.where, campaign=group.campaign, **named, **windows
        )  # fmt: skip
        return self._known(made, lambda periods: self._units(made, periods))

    def _series(self) -> Design | str:
        group = self.draft.group
        windows = self._windows()
        if isinstance(windows, str):
            return windows
        named = {"by": group.by, "target": group.target, "comparison": group.comparison} if group.by else {}
        made = self._base(method=Method.INTERRUPTED_SERIES, unit=Counted.SERIES, where=group.where, **named, **windows)
        return self._known(made, lambda periods: self._values(made, periods))

    def _units(self, design: Design, periods: Sequence[Period]) -> int:
        found = arrays.groups(self.warehouse, self.rules, design, self.kpi, periods, whole=False)
        return int(found.treated.shape[1])

    def _values(self, design: Design, periods: Sequence[Period]) -> int:
        return len(arrays.series(self.warehouse, self.rules, design, self.kpi, periods, whole=False).values)

    def _known(self, design: Design, count: Callable[[Sequence[Period]], int]) -> Design | str:
        """The design with a window before that begins where the KPI of the target is known without a gap."""
        periods = design.periods(self.rules.calendar)[0]
        over = [period for period in periods if period.end <= self.warehouse.load.as_of]
        if not over:
            return "history_too_short"
        try:
            known = count(over)
        except UserError as error:
            return " ".join(problem.what for problem in error.problems)
        if not known:
            return "history_too_short"
        return replace(design, before=Period(over[-known].start, design.before.end))

    def _windows(self) -> dict[str, Any] | str:
        """The whole periods of the plan, and those before it of which there are data."""
        draft, calendar = self.draft, self.rules.calendar
        assert draft.start and draft.end
        grain = (
            Grain(draft.grain) if draft.grain else Grain.WEEK if (draft.end - draft.start).days < SHORT else Grain.MONTH
        )
        after = whole_periods(calendar, draft.start, draft.end, grain)
        if not after:
            return "too_short"
        last = calendar.containing(draft.start, grain)
        first = self.warehouse.load.history_start or draft.start
        before = []
        for _ in range(BACK.get(grain, 36)):
            last = calendar.previous(last)
            if last.start < first:
                break
            before.append(last)
        if not before:
            return "history_too_short"
        return {
            "grain": grain,
            "before": Period(before[-1].start, before[0].end),
            "after": Period(after[0].start, after[-1].end),
        }


def whole_periods(calendar: Calendar, start: date, end: date, grain: Grain) -> list[Period]:
    """The periods that lie inside a stretch of days as a whole."""
    return [period for period in calendar.split(start, end, grain) if start <= period.start and period.end <= end]


def _back(start: date, length: timedelta, warehouse: Warehouse) -> date:
    """So long before the start, not before the history begins, and a day before the start at the latest."""
    wanted = max(start - length, warehouse.load.history_start or start - length)
    return min(wanted, start - timedelta(days=1))


def _among(name: str, values: tuple[str, ...]) -> str:
    """A filter as it is written."""
    written = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"{name} in ({written})"
