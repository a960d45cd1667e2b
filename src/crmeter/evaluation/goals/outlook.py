"""What is to be expected of a KPI over the period of a goal if all goes on as before, and how far it moved before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmeter.analysis.forecast.history import bound_of, history
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Grain, Period, add_months, months_between
from crmeter.metrics import Kpi, Measurement
from crmeter.model.rules import Rules
from crmeter.stats.forecasts.backtest import Series
from crmeter.stats.forecasts.days import Days
from crmeter.stats.forecasts.forecast import Refusal, models
from crmeter.stats.forecasts.scales import fitting
from crmeter.stats.forecasts.windows import Windows, window_forecast

Floats = NDArray[np.float64]

LEVEL = 0.8
LONGEST = {Grain.WEEK: 156}  # steps that are looked back
LONG = 72  # where nothing else is said
FURTHEST = 24  # months ahead: further than two years the past says nothing
YEAR = 365.25  # days


@dataclass(frozen=True)
class Steps:
    """A goal's period in steps whose values make a series: its months, else periods as long as itself. ``over`` are the
    steps that are over, oldest first; ``windows`` the stretches of them that are as long as the period; ``begin`` is
    how many steps after the last one over it begins."""

    over: Sequence[Period]
    windows: Sequence[Period]
    length: int
    begin: int

    @property
    def ahead(self) -> int:
        return self.begin + self.length


def steps_of(calendar: Calendar, period: Period, as_of: date, first: date | None) -> Steps:
    """The steps of a period up to the data horizon, as far back as the data reach."""
    months = months_between(period) if period.start.day == 1 else None
    if months is None:
        return _as_long_as(calendar, period, as_of, first)
    last = calendar.containing(as_of, Grain.MONTH)  # the first that is not over
    over = [last := calendar.previous(last) for _ in range(LONG)][::-1]
    over = [step for step in over if first is None or step.end > first]
    windows = [Period(step.start, add_months(step.start, months)) for step in over[: max(0, len(over) - months + 1)]]
    end = over[-1].end if over else as_of
    begin = (period.start.year - end.year) * 12 + period.start.month - end.month
    return Steps(over, windows, months, begin)


def _as_long_as(calendar: Calendar, period: Period, as_of: date, first: date | None) -> Steps:
    """The chain of periods before it: weeks, retail periods, and stretches of days that are no months."""
    step, begin = period, 0
    while step.end > as_of:
        step, begin = calendar.previous(step), begin + 1
    over: list[Period] = []
    longest = LONGEST.get(period.grain, LONG)
    while len(over) < longest and (first is None or step.end > first):
        over.append(step)
        step = calendar.previous(step)
    return Steps(over[::-1], over[::-1], 1, begin - 1)


@dataclass(frozen=True)
class Outlook:
    """The forecast over a period: the median, an interval of LEVEL, and the ``probability`` that the target is reached;
    ``basis`` says what it comes from. Where there is none, ``refused`` says why."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    probability: float | None = None
    model: str | None = None
    steps: int = 0  # that it was learnt from
    tried: int = 0  # stretches of the past that it was tried on
    apart: float = 0.0  # of them, as many as do not overlap
    refused: str | None = None
    needed: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "level": LEVEL,
            "probability": self.probability,
            "basis": {
                "kind": "forecast",
                "model": self.model,
                "steps": self.steps,
                "tried": self.tried,
                "apart": round(self.apart, 1),
            },
            "refused": self.refused,
            "needed": self.needed,
        }


def outlook(found: Measurement, kpi: Kpi, rules: Rules, steps: Steps, target: float, up: bool) -> Outlook:
    """What is expected of the stretch after (and partly in) the steps, and the chance that it reaches the target."""
    if steps.ahead > FURTHEST:
        return Outlook(refused="too_far")
    series = _series(found, kpi, rules, steps)
    if series is None:
        return Outlook(refused="no_data")
    used = int((~np.isnan(series.values)).sum())
    # leading periods without a value are no part of the series
    windows = Windows(
        _values(found, kpi, steps.windows)[len(steps.over) - len(series.values) :], steps.length, kpi.formula_is_sum
    )
    said = window_forecast(series, windows, steps.begin, models(library=False))
    if isinstance(said, Refusal):
        return Outlook(steps=used, refused=said.why, needed=said.needed)
    low, high = said.bounds(LEVEL)
    chance = said.chance_of_at_least(target)
    return Outlook(
        value=said.expected,
        low=low,
        high=high,
        probability=chance if up else 1 - chance,
        model=said.model,
        steps=used,
        tried=said.tried,
        apart=said.apart,
    )


def _values(found: Measurement, kpi: Kpi, periods: Sequence[Period]) -> Floats:
    values = [found.value(kpi, period).value for period in periods]
    return np.array([np.nan if value is None else float(value) for value in values])


def _series(found: Measurement, kpi: Kpi, rules: Rules, steps: Steps) -> Series | None:
    """The series of the steps; None where not one has a value."""
    if not steps.over:
        return None
    if steps.over[0].grain in (Grain.MONTH, Grain.WEEK, Grain.QUARTER):
        past = history(found, kpi, steps.over, rules, steps.ahead)
        return None if past is None else past.series
    values = _values(found, kpi, steps.over)
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return None
    values = values[known[0] :]
    return Series(values, season_of(steps.over[0]), bound_of(kpi), Days.none(len(values) + steps.ahead))


def season_of(step: Period) -> int:
    """How many steps make a year; 1 where no whole number of them does."""
    many = YEAR / step.days
    return round(many) if abs(many - round(many)) < 0.1 * round(many) else 1


@dataclass(frozen=True)
class Moves:
    """How often the KPI moved as far before: of ``counted`` pairs of stretches that lie as far apart as the baseline
    and the goal, ``reached`` moved at least so far. They overlap: ``apart`` is how many do not."""

    counted: int
    reached: int
    apart: int

    def as_json(self) -> dict[str, int]:
        """Plain values."""
        return {"counted": self.counted, "reached": self.reached, "apart": self.apart}


def moves(
    found: Measurement, kpi: Kpi, steps: Steps, base: Period, period: Period, change: tuple[float, float]
) -> Moves:
    """Count the moves of the past as large as that from the first to the second value of ``change``, on the scale on
    which the KPI moves: amounts by shares of themselves, shares by their odds."""
    values = _values(found, kpi, steps.windows)
    lag = _lag(steps, base, period)
    known = values[~np.isnan(values)]
    if lag < 1 or len(known) < 2 or len(values) <= lag:
        return Moves(0, 0, 0)
    scale = fitting(bound_of(kpi), known)
    bent = scale.bent(values)
    wished = float(np.diff(scale.bent(np.array(change)))[0])
    moved = bent[lag:] - bent[:-lag]
    moved = moved[~np.isnan(moved)]
    reached = int((moved >= wished - 1e-12).sum() if wished >= 0 else (moved <= wished + 1e-12).sum())
    return Moves(len(moved), reached, (len(moved) + lag - 1) // lag)


def _lag(steps: Steps, base: Period, period: Period) -> int:
    """How many steps lie between the begin of the baseline and that of the goal."""
    if steps.over and steps.over[0].grain is Grain.MONTH and steps.windows != steps.over:
        return (period.start.year - base.start.year) * 12 + period.start.month - base.start.month
    return round((period.start - base.start).days / max(period.days, 1))
