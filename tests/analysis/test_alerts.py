"""Alerts: the budget, what goes on, what is over, and what waits for its data."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from crmeter.analysis.alerts import Ongoing, alpha_of, is_waited_for, judge, watched_by_default
from crmeter.analysis.forecast.calendar_days import FESTIVAL, days_of
from crmeter.analysis.forecast.history import History
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Better
from crmeter.model.rules import Rules
from crmeter.stats.forecasts.backtest import Series
from crmeter.stats.forecasts.days import Days
from crmeter.stats.forecasts.scales import Bound

RULES = Rules("TWD")
KPI = next(kpi for kpi in CATALOGUE if kpi.id == "complaint_rate")


def past(values: np.ndarray) -> History:
    periods = list(Calendar().split(date(2022, 1, 1), date(2030, 1, 1), Grain.MONTH))[: len(values)]
    days = Days.none(len(values) + 12)
    return History(KPI, {}, periods, (), (), Series(values, 12, Bound.NONE, days))


@pytest.fixture
def shifted() -> History:
    values = 50 + np.random.default_rng(1).normal(size=48)
    values[40:44] += 8
    return past(values)


def test_told_once_then_ongoing_then_over(shifted: History) -> None:
    new = judge(shifted, shifted.periods[40], None, 0.004)
    assert new is not None and (new.kind, new.direction, new.verdict(RULES)) == ("new", "above", "worse")
    ongoing = Ongoing(KPI.id, shifted.periods[40].start, "above", new.distance)
    kinds = [found.kind for at in (41, 42, 43, 44) if (found := judge(shifted, shifted.periods[at], ongoing, 0.004))]
    assert kinds == ["ongoing", "ongoing", "ongoing", "ended"]


def test_told_again_where_it_is_clearly_worse(shifted: History) -> None:
    shifted.series.values[42] += 12
    ongoing = Ongoing(KPI.id, shifted.periods[40].start, "above", 8.0)
    found = judge(shifted, shifted.periods[42], ongoing, 0.004)
    assert found is not None and found.kind == "worse"


def test_quiet_and_undefined(shifted: History) -> None:
    assert judge(shifted, shifted.periods[38], None, 0.004) is None
    shifted.series.values[40] = np.nan
    assert judge(shifted, shifted.periods[40], None, 0.004) is None


def test_the_budget_is_shared_by_everything_watched() -> None:
    # 80 KPIs × 3 months a quarter = 240 values: each may be wrong once in 240 times
    assert alpha_of(1, 80, Grain.MONTH) == pytest.approx(1 / 240)
    assert alpha_of(2, 10, Grain.WEEK) == pytest.approx(2 / 130)


def test_what_is_watched() -> None:
    found = watched_by_default(CATALOGUE, RULES)
    assert KPI in found and all(kpi.better is not Better.NONE and not kpi.always_by for kpi in found)


def test_waiting_for_data() -> None:
    december = Period(date(2025, 12, 1), date(2026, 1, 1), Grain.MONTH)
    as_of = date(2026, 1, 2)
    fresh = {"newest": date(2026, 1, 1), "gap": 3, "late": 0}
    (table, *others) = KPI.tables
    late = dict.fromkeys(others, fresh)
    assert is_waited_for(KPI, december, {**late, table: fresh}, as_of) is None
    stale = is_waited_for(KPI, december, {**late, table: {**fresh, "newest": date(2025, 12, 20)}}, as_of)
    assert stale is not None and stale["why"] == "no_rows" and stale["table"] == table
    slow = is_waited_for(KPI, december, {**late, table: {**fresh, "late": 5}}, as_of)
    assert slow is not None and slow["why"] == "late_rows"
    running = is_waited_for(KPI, december, {}, date(2025, 12, 31))
    assert running is not None and running["why"] == "in_progress"


def test_days_of_the_festival() -> None:
    """Lunar New Year's Day was 2024-02-10 and 2025-01-29: the week before it fell into January in 2025 only."""
    rules = Rules("TWD", calendar=Calendar(spring_festival=True))
    periods = list(Calendar().split(date(2024, 1, 1), date(2026, 1, 1), Grain.MONTH))
    days = days_of(periods, rules)
    closed = days.columns[:, days.groups[FESTIVAL][1]]
    # of 10 days from two before it, 5 lie in January 2025 (27 to 31) and none in January 2024
    assert (closed[12] - closed[0]) * 31 == pytest.approx(5)
    assert days.unusual[[0, 1, 12, 13]].all() and not days.unusual[[5, 8, 17]].any()
    assert not days_of(periods, RULES).groups
