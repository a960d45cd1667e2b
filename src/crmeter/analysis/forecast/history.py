"""The series of a KPI: its values over the periods that are over, and which of them can be learnt from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from crmeter.analysis.forecast.calendar_days import days_of
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Grain, Period
from crmeter.metrics import Kpi, Measurement, Request, Unit, Value, measure
from crmeter.metrics.composed import Composed
from crmeter.metrics.dimensions import Filter
from crmeter.metrics.formulas import AnnualShare, Share
from crmeter.model.rules import Rules
from crmeter.stats.forecasts.backtest import Series
from crmeter.stats.forecasts.scales import Bound
from crmeter.warehouse.duck import Warehouse

GRAINS = {Grain.WEEK: 52, Grain.MONTH: 12, Grain.QUARTER: 4}  # the periods of a year
LONGEST = {Grain.WEEK: 261, Grain.MONTH: 72, Grain.QUARTER: 40}  # periods that are looked back
FEW = 0.3  # of the KPI's smallest sample: fewer records than that tell nothing where there usually are enough
SIGNED = ("sales_growth", "campaign_roi", "crm_roi", "crm_irr", "crm_mirr", "crm_npv")  # can be below 0
_FROM_ZERO = {
    Unit.HOURS, Unit.MINUTES, Unit.DAYS, Unit.MONTHS, Unit.PER_YEAR, Unit.MONEY, Unit.RATIO, Unit.SHARE
}  # fmt: skip


@dataclass(frozen=True)
class History:
    """A KPI of one group over ``periods``, all of them over, the first with a value. ``series`` has NaN where a value
    is undefined, and where it rests on ``too_few`` records."""

    kpi: Kpi
    by: Mapping[str, str | None]
    periods: Sequence[Period]
    values: Sequence[Value]
    too_few: Sequence[bool]
    series: Series

    @property
    def used(self) -> int:
        """How many values are learnt from."""
        return int((~np.isnan(self.series.values)).sum())

    @property
    def gaps(self) -> int:
        """How many periods since the first value have none that can be learnt from."""
        return len(self.periods) - self.used


def periods_known(calendar: Calendar, as_of: date, grain: Grain, until: date | None = None) -> list[Period]:
    """The periods that are over at the data horizon (or before ``until``), as many as are looked back at."""
    end = min(as_of, until) if until else as_of
    period = calendar.containing(end - timedelta(days=1), grain)
    if period.end > end:
        period = calendar.previous(period)
    found = [period]
    while len(found) < LONGEST[grain]:
        found.append(calendar.previous(found[-1]))
    return found[::-1]


def periods_after(calendar: Calendar, last: Period, ahead: int) -> list[Period]:
    """The periods that follow one."""
    found = [last]
    for _ in range(ahead):
        found.append(calendar.following(found[-1]))
    return found[1:]


def measured(
    warehouse: Warehouse,
    rules: Rules,
    kpis: Sequence[Kpi],
    periods: Sequence[Period],
    *,
    names: tuple[str, ...] = (),
    filters: Sequence[Filter] = (),
) -> Measurement:
    """KPIs over all periods."""
    return measure(warehouse, rules, Request(kpis, list(periods), slices=(names,), filters=filters))


def history(
    found: Measurement,
    kpi: Kpi,
    periods: Sequence[Period],
    rules: Rules,
    ahead: int,
    names: tuple[str, ...] = (),
    group: tuple[str | None, ...] = (),
) -> History | None:
    """The series of one group of a KPI, with the days of ``ahead`` periods more; None where it has no value at all."""
    values = [found.value(kpi, period, names, group) for period in periods]
    known = [place for place, value in enumerate(values) if value.value is not None]
    if not known:
        return None
    first = known[0]
    values, periods = values[first:], list(periods)[first:]
    few = _too_few(kpi, values)
    numbers = np.array([np.nan if v.value is None or f else float(v.value) for v, f in zip(values, few, strict=True)])
    coming = periods_after(rules.calendar, periods[-1], ahead)
    days = days_of([*periods, *coming], rules)
    series = Series(numbers, GRAINS[periods[0].grain], bound_of(kpi), days)
    return History(kpi, dict(zip(names, group, strict=True)), periods, values, few, series)


def _too_few(kpi: Kpi, values: Sequence[Value]) -> list[bool]:
    """Which values rest on far fewer records than are usual: such as those of a month whose leads are still young."""
    samples = [v.n for v in values if v.value is not None and v.n is not None]
    usual = float(np.median(samples)) if samples else 0.0
    if usual < kpi.minimum_sample:
        return [False] * len(values)
    return [v.value is not None and v.n is not None and v.n < FEW * kpi.minimum_sample for v in values]


def bound_of(kpi: Kpi) -> Bound:
    """What values a KPI can have."""
    if isinstance(kpi.formula, Share | AnnualShare):
        return Bound.SHARE
    if isinstance(kpi.formula, Composed) or kpi.measure in SIGNED:
        return Bound.NONE
    if kpi.unit is Unit.COUNT:
        return Bound.COUNT
    return Bound.POSITIVE if kpi.unit in _FROM_ZERO else Bound.NONE
