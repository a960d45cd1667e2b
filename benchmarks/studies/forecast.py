"""Coverage of forecast intervals: on the demo companies, at many origins, and on made-up series; and how often a change
point is found where there is none.

Everything is done at each origin from what was known there: the scale, the days, the choice of the model, its spread.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmeter.analysis.forecast.history import history, measured, periods_known
from crmeter.app.ingesting import ingest
from crmeter.app.measuring import believed
from crmeter.app.settings import open_workspace
from crmeter.demo import STORY_NAMES, create
from crmeter.kernel.period import Grain
from crmeter.stats.change_points import change_points
from crmeter.stats.forecasts.backtest import ORIGINS, Paths, Series, chosen, needed, trials, walk
from crmeter.stats.forecasts.days import Days
from crmeter.stats.forecasts.forecast import forecast, models
from crmeter.stats.forecasts.intervals import LEVELS, only, spread_of
from crmeter.stats.forecasts.naive import OWN, Model
from crmeter.stats.forecasts.scales import Bound

Floats = NDArray[np.float64]
AHEAD = 3
#: name, seed, customers, stories: as the demo command makes it, and one in which nothing was planted
COMPANIES = (("demo", 7, 20_000, STORY_NAMES), ("quiet", 1, 4_000, ()))
#: the newest origins of each grain that are looked at, and how far apart
NEWEST = {Grain.MONTH: (24, 1), Grain.QUARTER: (8, 1), Grain.WEEK: (52, 4)}
WITH_LIBRARY = ("revenue", "orders", "churn_rate.cohort", "csat.mean", "win_rate", "won_value", "complaint_rate")
KINDS = ("white", "ar", "random_walk", "seasonal", "seasonal_trend", "poisson", "share", "heavy_tails")


def study() -> dict[str, Any]:
    """Shares of values inside their intervals, by company and grain, level and step, and by kind of made-up series."""
    found: dict[str, Any] = {"nominal": list(LEVELS), "steps": AHEAD, "companies": {}}
    for name, seed, customers, stories in COMPANIES:
        with tempfile.TemporaryDirectory() as folder:
            create(Path(folder), seed=seed, customers=customers, stories=stories)
            found["companies"][name] = of_company(Path(folder))
    found["made_up"] = {kind: made_up(kind, 60) for kind in KINDS}
    found["change_points"] = changes(200)
    return found


def of_company(folder: Path) -> dict[str, Any]:
    """The coverage on every KPI of a company, by grain; of a few KPIs with the models of the library too."""
    workspace = open_workspace(folder)
    ingest(workspace)
    told = {}
    with believed(workspace) as warehouse:
        for grain in NEWEST:
            known = periods_known(workspace.rules.calendar, warehouse.load.as_of, grain)
            kpis = [kpi for kpi in workspace.catalogue.kpis if not kpi.always_by]
            found = measured(warehouse, workspace.rules, kpis, known)
            pasts = [history(found, kpi, known, workspace.rules, AHEAD) for kpi in kpis]
            series = {past.kpi.id: past.series for past in pasts if past and varies(past.series)}
            told[str(grain)] = coverage([hit for each in series.values() for hit in hits(each, OWN, *NEWEST[grain])])
            told[str(grain)]["kpis"] = len(series)
            if grain is Grain.MONTH:
                some = [hits(series[id], models(), 12, 1) for id in WITH_LIBRARY if id in series]
                told["month_with_library"] = coverage([hit for each in some for hit in each])
    return told


def varies(series: Series) -> bool:
    """Whether a series says anything: long enough, and not the same value over and over."""
    known = series.values[~np.isnan(series.values)]
    return len(known) > needed(AHEAD) and len(np.unique(known[-24:])) > 3


def hits(series: Series, using: dict[str, Model], newest: int, apart: int) -> Iterator[tuple[float, int, bool]]:
    """(level, step, inside) of every value after the newest origins that is known."""
    n = len(series.values)
    outer = list(range(max(n - newest, needed(AHEAD)), n))[::apart]
    if not outer:
        return
    first = max(8, min(outer) - ORIGINS)
    paths = walk(series, AHEAD, using, tuple(range(first, n)))
    for at in outer:
        before = 2 * series.season if at - 2 * series.season >= 8 + AHEAD - 1 else 8
        inner = [place for place, origin in enumerate(paths.origins) if before <= origin < at][-ORIGINS:]
        if len(inner) >= 8:
            yield from _judged(series, paths, inner, paths.origins.index(at))


def _judged(series: Series, paths: Paths, inner: Sequence[int], place: int) -> Iterator[tuple[float, int, bool]]:
    at = paths.origins[place]
    then = only(paths, inner)
    beyond = np.array(then.origins)[:, None] + np.arange(AHEAD)[None, :] >= at
    then.seen[beyond] = np.nan  # not known yet at this origin
    tried = trials(series, then)
    spread = spread_of(then, chosen(tried)) if tried else None
    if spread is None:
        return
    apart = np.abs(paths.scales[place].bent(paths.seen[place]) - paths.said[chosen(tried)][place])
    for level in LEVELS:
        inside = apart <= spread.half_width(level, paths.unusual[place])
        yield from ((level, step, bool(inside[step])) for step in range(AHEAD) if not np.isnan(apart[step]))


def coverage(found: Sequence[tuple[float, int, bool]]) -> dict[str, Any]:
    """The share inside, by level, over all steps and for each."""
    told: dict[str, Any] = {"values": len(found) // len(LEVELS)}
    for level in LEVELS:
        of = [(step, inside) for each, step, inside in found if each == level]
        told[f"{level:.0%}"] = {
            "all": _share([inside for _, inside in of]),
            "by_step": [_share([inside for s, inside in of if s == step]) for step in range(AHEAD)],
        }
    return told


def _share(inside: Sequence[bool]) -> float | None:
    """The share of those inside; None of none."""
    return round(float(np.mean(inside)), 4) if inside else None


def made_up(kind: str, times: int, seed: int = 1) -> dict[str, Any]:
    """The coverage on made-up series of one kind, 60 periods each."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    found = []
    for _ in range(times):
        values, bound = one(kind, rng, 60 + AHEAD)
        said = forecast(Series(values[:60], 12, bound, Days.none(60 + AHEAD)), AHEAD, OWN)
        bounds = getattr(said, "bounds", {})
        found += [
            (level, step, bool(low[step] <= values[60 + step] <= high[step]))
            for level, (low, high) in bounds.items()
            for step in range(AHEAD)
        ]
    return coverage(found)


def one(kind: str, rng: np.random.Generator, n: int) -> tuple[Floats, Bound]:
    """A series of a kind, and what bounds its values."""
    noise = rng.normal(size=n)
    year = np.sin(2 * np.pi * np.arange(n) / 12 + rng.uniform(0, 6))
    match kind:
        case "ar":
            return 50 + chained(noise, 0.6), Bound.NONE
        case "random_walk":
            return 50 + np.cumsum(noise), Bound.NONE
        case "seasonal":
            return np.exp(7 + 0.3 * year + 0.1 * noise), Bound.POSITIVE
        case "seasonal_trend":
            return np.exp(7 + 0.01 * np.arange(n) + 0.3 * year + 0.1 * noise), Bound.POSITIVE
        case "poisson":
            return rng.poisson(20 * np.exp(0.2 * year)).astype(float), Bound.COUNT
        case "share":
            return rng.binomial(400, 0.04, size=n) / 400, Bound.SHARE
        case "heavy_tails":
            return 50 + rng.standard_t(4, size=n), Bound.NONE
        case _:
            return 50 + noise, Bound.NONE


def chained(noise: Floats, together: float) -> Floats:
    """Noise in which each value keeps a share of the one before."""
    found = noise.copy()
    for place in range(1, len(found)):
        found[place] += together * found[place - 1]
    return found


def changes(times: int, seed: int = 2) -> dict[str, Any]:
    """How often a change point is found in series of 60 periods without one, and how often a planted one, to within a
    period, six periods before the end."""
    rng = np.random.default_rng(seed)
    false = {
        f"autocorrelation {together}": float(
            np.mean([bool(change_points(chained(rng.normal(size=110), together)[50:])) for _ in range(times)])
        )
        for together in (0.0, 0.3, 0.6, 0.9, 1.0)
    }
    found = {
        f"{size} standard deviations": float(
            np.mean(
                [
                    _is_found(chained(rng.normal(size=110), 0.2)[50:] + size * (np.arange(60) >= 54))
                    for _ in range(times)
                ]
            )
        )
        for size in (2, 3, 4)
    }
    return {"series": times, "found_where_none": false, "planted_found": found}


def _is_found(z: Floats) -> bool:
    return any(abs(point.at - 54) <= 1 for point in change_points(z))
