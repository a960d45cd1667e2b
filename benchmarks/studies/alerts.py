"""False alarms against the budget, on quiet companies and made-up series, and how soon a planted change is told."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.studies.forecast import KINDS, one
from crmeter.analysis.alerts import alpha_of, judge, watched_by_default
from crmeter.analysis.forecast.history import history, measured, periods_known
from crmeter.app.ingesting import ingest
from crmeter.app.measuring import believed
from crmeter.app.settings import open_workspace
from crmeter.demo import create
from crmeter.kernel.period import Grain
from crmeter.stats.forecasts.backtest import Series
from crmeter.stats.forecasts.days import Days
from crmeter.stats.forecasts.deviation import deviation
from crmeter.stats.forecasts.naive import OWN

BUDGET = 1.0  # false alarms a quarter
SEEDS = (1, 2)  # of companies in which nothing was planted
MONTHS = 12
SIZES = (2.0, 3.0, 5.0)  # standard deviations of a planted shift


def study() -> dict[str, Any]:
    """Alarms a quarter where nothing happens, and the delay with which a planted shift is told."""
    return {
        "budget_a_quarter": BUDGET,
        "quiet_companies": {str(seed): quiet_company(seed) for seed in SEEDS},
        "made_up": {kind: quiet_series(kind, 20) for kind in KINDS},
        "planted": {kind: planted(kind, 12) for kind in ("white", "ar", "seasonal", "share")},
    }


def quiet_company(seed: int) -> dict[str, Any]:
    """The alerts of the last MONTHS months of a company in which nothing was planted, each month judged by itself."""
    with tempfile.TemporaryDirectory() as folder:
        create(Path(folder), seed=seed, customers=4_000, stories=())
        workspace = open_workspace(Path(folder))
        ingest(workspace)
        with believed(workspace) as warehouse:
            rules = workspace.rules
            kpis = watched_by_default(workspace.catalogue.kpis, rules)
            known = periods_known(rules.calendar, warehouse.load.as_of, Grain.MONTH)
            found = measured(warehouse, rules, kpis, known)
            pasts = [past for kpi in kpis if (past := history(found, kpi, known, rules, 1))]
    alpha = alpha_of(BUDGET, len(pasts), Grain.MONTH)
    alerts = [told for period in known[-MONTHS:] for past in pasts if (told := judge(past, period, None, alpha))]
    return {
        "watched": len(pasts),
        "alpha": alpha,
        "quarters": MONTHS / 3,
        "alerts": [f"{told.kpi.id} {told.period.start:%Y-%m}" for told in alerts],
        "a_quarter": len(alerts) / (MONTHS / 3),
    }


def quiet_series(kind: str, times: int) -> dict[str, float]:
    """The share of values called alerts at the probability that the budget leaves 80 monthly KPIs."""
    rng = np.random.default_rng([3, KINDS.index(kind)])
    alpha, called, looked = alpha_of(BUDGET, 80, Grain.MONTH), 0, 0
    for _ in range(times):
        values, bound = one(kind, rng, 60)
        series = Series(values, 12, bound, Days.none(60))
        for at in range(48, 60):
            told = deviation(series, at, 1, OWN, alpha)
            looked += told is not None
            called += told is not None and told.p() < alpha
    return {"alpha": alpha, "share_called": called / looked, "a_quarter_of_80": called / looked * 240}


def planted(kind: str, times: int) -> dict[str, Any]:
    """Of series with a shift at month 54: the share told within six months, and the mean delay in months."""
    alpha = alpha_of(BUDGET, 80, Grain.MONTH)
    told: dict[str, Any] = {}
    for size in SIZES:
        rng = np.random.default_rng([4, KINDS.index(kind)])
        delays = [_delay(kind, rng, size, alpha) for _ in range(times)]
        seen = [delay for delay in delays if delay is not None]
        told[f"{size:.0f} standard deviations"] = {
            "told": len(seen) / times,
            "mean_delay_months": float(np.mean(seen)) if seen else None,
        }
    return told


def _delay(kind: str, rng: np.random.Generator, size: float, alpha: float) -> int | None:
    values, bound = one(kind, rng, 60)
    shift = {"seasonal": lambda v: v * np.exp(0.1 * size), "share": lambda v: v + size * 0.0098}
    values[54:] = shift.get(kind, lambda v: v + size)(values[54:])
    series = Series(values, 12, bound, Days.none(60))
    for at in range(54, 60):
        found = deviation(series, at, 1, OWN, alpha)
        if found is not None and found.p() < alpha and found.distances[0] > 0:
            return at - 54
    return None
