"""A running plan week by week: its KPI beside the path that was expected, and guards that must not get worse.

Whoever looks every week is sure to see an alarm some week, if each look may be wrong in 5% of the cases. So all looks
at all guards share the 5% (Bonferroni): with 26 weeks and 2 guards each look may be wrong in 5% ÷ 52. That holds
whatever the looks have to do with one another, and for a plan as a whole: chance alone raises an alarm in at most one
of twenty plans. The plan's own KPI gets no verdict before its window is over, however good it looks.

Where lots decide, guards compare those treated with those left alone, from the start until each week's end; elsewhere
each week is held against what the time before led to expect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from crmeter.analysis.effects.checks import good_direction
from crmeter.analysis.effects.designs import LOT, Design
from crmeter.analysis.effects.outcome import Outcomes, outcome_of
from crmeter.analysis.effects.people import People, people_of
from crmeter.analysis.forecast.history import history, measured, periods_known
from crmeter.improvement.drafts import Plain
from crmeter.improvement.proposal import whole_periods
from crmeter.improvement.registration import Registration
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Grain, Period
from crmeter.kpis.catalogue import BUILT_IN, Catalogue
from crmeter.metrics import Better, Kpi
from crmeter.metrics.dimensions import Filter, parse_filters
from crmeter.model.rules import Rules
from crmeter.stats.effects.trial import between
from crmeter.stats.forecasts.deviation import Deviation, deviation
from crmeter.stats.forecasts.forecast import models
from crmeter.warehouse.duck import Warehouse

ALPHA = 0.05  # of a false alarm by any guard in any week of a plan
SHOWN = 13  # weeks, the latest: a quarter
LEAST_PEOPLE = 30  # in each arm, below which an interval of them is not looked at


@dataclass(frozen=True)
class Watch:
    """What all KPIs of a plan are watched with. ``weeks`` are those of the plan, of which ``known`` are over."""

    warehouse: Warehouse
    rules: Rules
    design: Design
    weeks: Sequence[Period]
    known: Sequence[Period]
    expected: float
    alpha: float  # of one look
    people: People | None
    most: int

    @property
    def shown(self) -> Sequence[Period]:
        """The latest of the weeks that are over."""
        return self.known[-self.most :]


def monitored(
    document: Plain, warehouse: Warehouse, rules: Rules, catalogue: Catalogue = BUILT_IN, shown: int = SHOWN
) -> dict[str, Any]:
    """The latest weeks of a registered plan (its document) that are over, ``shown`` at most, as plain values."""
    registration = Registration(document)
    design, draft = registration.design, registration.draft
    weeks = weeks_of(rules.calendar, design.after)
    known = [week for week in weeks if week.end <= warehouse.load.as_of]
    guards = catalogue.chosen(draft.guards)
    looks = max(len(weeks), 1) * max(len(guards), 1)
    people = people_of(warehouse, rules, design) if design.by == LOT and known else None
    watch = Watch(
        warehouse, rules, design, weeks, known, draft.expected or 0.0, ALPHA / looks, people, shown
    )  # fmt: skip
    (kpi,) = catalogue.chosen([design.kpi])
    return {
        "plan": document["id"],
        "as_of": str(warehouse.load.as_of),
        "load": warehouse.load.number,
        "weeks": len(weeks),
        "known": len(known),
        "until": str(design.after.end),
        "alpha": ALPHA,
        "looks": looks,
        "alpha_of_a_look": watch.alpha,
        "kpi": _of_kpi(watch, kpi),
        "guards": [_of_guard(watch, guard) for guard in guards],
    }


def weeks_of(calendar: Calendar, window: Period) -> list[Period]:
    """The whole weeks of a window."""
    return whole_periods(calendar, window.start, window.end, Grain.WEEK)


def _of_kpi(watch: Watch, kpi: Kpi) -> dict[str, Any]:
    """The plan's KPI with the path that was expected. It is never judged here."""
    if watch.people is not None:
        return {"kpi": kpi.id, "unit": str(kpi.unit), "by": "lots", **_by_lots(watch, kpi, judged=False)}
    return {"kpi": kpi.id, "unit": str(kpi.unit), "by": "forecast", **_by_forecast(watch, kpi, judged=False)}


def _of_guard(watch: Watch, kpi: Kpi) -> dict[str, Any]:
    """A KPI that must not get worse: in which weeks it did, beyond what all looks together allow."""
    lots = watch.people is not None and outcome_of(kpi) is not None
    found = _by_lots(watch, kpi, judged=True) if lots else _by_forecast(watch, kpi, judged=True)
    alarms = [row["week"] for row in found["rows"] if row["alarm"]]
    return {"kpi": kpi.id, "unit": str(kpi.unit), "by": "lots" if lots else "forecast", "alarms": alarms, **found}


def _is_worse(low: float, high: float, good: Better) -> bool:
    """Whether a whole interval of a change lies on the bad side."""
    return high < 0 if good is Better.UP else low > 0


def _by_lots(watch: Watch, kpi: Kpi, *, judged: bool) -> dict[str, Any]:
    """Those treated beside those left alone, from the start until the end of each week."""
    outcome, people = outcome_of(kpi), watch.people
    assert outcome is not None and people is not None
    outcomes = Outcomes(watch.warehouse, watch.rules, outcome)
    start, rows = watch.design.after.start, []
    for week in watch.shown:
        treated, control = outcomes.arms(Period(start, week.end), (people.treated, people.compared))
        done = (week.end - start).days / watch.design.after.days
        row: dict[str, Any] = {
            "week": str(week.start),
            "value": treated.value,
            "without": control.value,
            "expected": None if judged or control.value is None else control.value + watch.expected * done,
            "low": None,
            "high": None,
            "alarm": False,
        }
        if judged and min(len(treated), len(control)) >= LEAST_PEOPLE:
            found = between(treated, control, 1 - 2 * watch.alpha)  # one side of it is bad
            if found is not None and found.low is not None and found.high is not None:
                worse = _is_worse(found.low, found.high, _good(watch, kpi, judged))
                row |= {"low": found.low, "high": found.high, "alarm": worse}
        rows.append(row)
    sizes = {"treated": len(people.treated), "comparison": len(people.compared)}
    return {"rows": rows, "n": sizes, "reason": None}


def _good(watch: Watch, kpi: Kpi, guard: bool) -> Better:
    return kpi.direction(watch.rules) if guard else good_direction(watch.design, kpi, watch.rules)


def _by_forecast(watch: Watch, kpi: Kpi, *, judged: bool) -> dict[str, Any]:
    """Each week beside what the time before led to expect, and (for the plan's KPI) what the plan adds to that."""
    found, reason = _deviation(watch, kpi)
    rows = []
    for place, (week, value) in enumerate(zip(watch.known, _values(watch, kpi), strict=True)):
        row: dict[str, Any] = {
            "week": str(week.start), "value": value, "without": None, "expected": None, "low": None, "high": None,
            "alarm": False,
        }  # fmt: skip
        if found is not None:
            row |= _beside(found, place, value, watch, None if not judged else _good(watch, kpi, judged))
        rows.append(row)
    return {"rows": rows[-watch.most :], "n": None, "reason": reason}


def _beside(found: Deviation, place: int, value: float | None, watch: Watch, good: Better | None) -> dict[str, Any]:
    usual, low, high = (float(each[place]) for each in (found.expected, found.low, found.high))
    outside = value is not None and good is not None and (value < low if good is Better.UP else value > high)
    return {
        "without": usual,
        "expected": usual + watch.expected if good is None else None,
        "low": low,
        "high": high,
        "alarm": outside,
    }


def _filters(watch: Watch) -> list[Filter]:
    design = watch.design
    filters = list(parse_filters(design.where))
    if design.by and design.by != LOT and design.target:
        filters.append(Filter(design.by, design.target))
    return filters


def _values(watch: Watch, kpi: Kpi) -> list[float | None]:
    if not watch.known:
        return []
    found = measured(watch.warehouse, watch.rules, [kpi], list(watch.known), filters=_filters(watch))
    return [found.value(kpi, week).value for week in watch.known]


def _deviation(watch: Watch, kpi: Kpi) -> tuple[Deviation | None, str | None]:
    """How far the weeks so far lie from what those before the start led to expect; or why that cannot be said."""
    if not watch.known:
        return None, "no_week_yet"
    calendar, start = watch.rules.calendar, watch.design.after.start
    before = periods_known(calendar, watch.warehouse.load.as_of, Grain.WEEK, _monday(calendar, start))
    found = measured(watch.warehouse, watch.rules, [kpi], before, filters=_filters(watch))
    past = history(found, kpi, before, watch.rules, len(watch.known) + 1)
    if past is None or not past.used:
        return None, "no_data"
    skipped = (watch.known[0].start - past.periods[-1].end).days // 7
    ahead = len(watch.known) + skipped
    told = deviation(past.series, len(past.series.values), ahead, models(library=False), 2 * watch.alpha)
    if told is None:
        return None, "history_too_short"
    return _from(told, skipped), None


def _monday(calendar: Calendar, day: date) -> date:
    """The start of the week of a day: the last one before it is the last of the past."""
    return calendar.containing(day, Grain.WEEK).start


def _from(told: Deviation, skipped: int) -> Deviation:
    """Without the week in which the plan began: it is neither before nor after."""
    parts = (told.expected, told.low, told.high, told.values, told.distances)
    cut = [np.asarray(each)[skipped:] for each in parts]
    return Deviation(told.model, *cut)
