"""Coverage of forecast intervals, how wide they are and their interval score: on the demo companies, at many origins,
and on made-up series; and how often a change point is found where there is none.

Everything is done at each origin from what was known there: the scale, the days, the choice of the model, its spread.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmeter.analysis.forecast.history import history, measured, periods_known
from crmeter.app.ingesting import ingest
from crmeter.app.measuring import believed
from crmeter.app.settings import Workspace, open_workspace
from crmeter.demo import STORY_NAMES, create
from crmeter.kernel.period import Grain
from crmeter.stats.change_points import change_points
from crmeter.stats.distributions import student_t_quantile
from crmeter.stats.forecasts.backtest import (
    Paths,
    Series,
    chosen,
    errors_of_choosing,
    needed,
    origins_of,
    trials,
    walk,
)
from crmeter.stats.forecasts.days import Days
from crmeter.stats.forecasts.forecast import forecast, models
from crmeter.stats.forecasts.intervals import LEVELS, only, spread_of
from crmeter.stats.forecasts.naive import OWN, Model
from crmeter.stats.forecasts.scales import Bound
from crmeter.warehouse.duck import Warehouse

Floats = NDArray[np.float64]
AHEAD = 3
#: name, seed, customers, stories: as the demo command makes it, and one in which nothing was planted
COMPANIES = (("demo", 7, 20_000, STORY_NAMES), ("quiet", 1, 4_000, ()))
#: of smaller companies, for what one company has few values of: some with the stories, others without
SEEDS, SMALL = {"with_stories": (2, 4, 6), "without_stories": (3, 5, 8)}, 4_000
#: the newest origins of each grain that are looked at, and how far apart
NEWEST = {Grain.MONTH: (24, 1), Grain.QUARTER: (8, 1), Grain.WEEK: (52, 4)}
#: the newest periods of each grain, in which a team of the companies with stories is slowed
SLOWED = {Grain.MONTH: 3, Grain.QUARTER: 1, Grain.WEEK: 14}
FEWEST_CLUSTERS = 3  # from which on an interval of the coverage is told
WITH_LIBRARY = ("revenue", "orders", "churn_rate.cohort", "csat.mean", "win_rate", "won_value", "complaint_rate")
KINDS = ("white", "ar", "random_walk", "seasonal", "seasonal_trend", "poisson", "share", "heavy_tails")
GROWING = "growing_share"  # another, for short series


@dataclass(frozen=True)
class Hit:
    """Whether a value lay in the interval of a level, ``step`` + 1 periods ahead of an origin. ``width`` and ``score``
    (Gneiting and Raftery 2007: the width, and 2/(1 − level) times what the value lies outside) are measured on the
    series' scale in what the value of a year before errs by, so that series can be compared."""

    company: str
    of: str
    period: int  # from the newest known, which is 0
    level: float
    step: int
    inside: bool
    width: float
    score: float


def study() -> dict[str, Any]:
    """Shares of values inside their intervals, by company and grain, level and step, and by kind of made-up series."""
    found: dict[str, Any] = {"nominal": list(LEVELS), "steps": AHEAD, "companies": {}}
    for name, seed, customers, stories in COMPANIES:
        with tempfile.TemporaryDirectory() as folder:
            create(Path(folder), seed=seed, customers=customers, stories=stories)
            groups = of_company(Path(folder), tuple(NEWEST), name)
        found["companies"][name] = coverages(groups, stories)
    found["small_companies"] = {"customers": SMALL, "seeds": {name: list(seeds) for name, seeds in SEEDS.items()}}
    for name, stories in (("with_stories", STORY_NAMES), ("without_stories", ())):
        found["small_companies"][name] = pooled(SEEDS[name], stories)
    found["made_up"] = {kind: made_up(kind, 60) for kind in KINDS}
    found["change_points"] = changes(200)
    return found


def pooled(seeds: Sequence[int], stories: Sequence[str]) -> dict[str, Any]:
    """The coverage by quarter, and by month with the models of the library, over several companies."""
    groups: dict[str, list[Hit]] = defaultdict(list)
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            create(Path(folder), seed=seed, customers=SMALL, stories=stories)
            for group, hits in of_company(Path(folder), (Grain.QUARTER,), str(seed)).items():
                groups[group] += hits
    return coverages(groups, stories)


def coverages(groups: Mapping[str, Sequence[Hit]], stories: Sequence[str]) -> dict[str, Any]:
    """The coverage by group; where there are stories also of the periods before the quarter of the slow team."""
    found = {group: coverage(hits) for group, hits in groups.items()}
    for group, hits in groups.items() if stories else ():
        grain = next(grain for grain in SLOWED if str(grain) in group)
        before = [hit for hit in hits if hit.period <= -SLOWED[grain]]
        found[f"{group}_before_the_slow_team"] = coverage(before)
    return found


def of_company(folder: Path, grains: Sequence[Grain], company: str) -> dict[str, list[Hit]]:
    """The hits on every KPI of a company, by grain; of a few KPIs with the models of the library too."""
    workspace = open_workspace(folder)
    ingest(workspace)
    found = {}
    with believed(workspace) as warehouse:
        for grain in grains:
            series = series_of(workspace, warehouse, grain)
            own = OWN, *NEWEST[grain]
            found[str(grain)] = [hit for id, each in series.items() for hit in hits(company, id, each, *own)]
            if grain is Grain.QUARTER:  # one period ahead needs less history: more origins
                found["next_quarter"] = [hit for id, each in series.items() for hit in hits(company, id, each, *own, 1)]
        some = series_of(workspace, warehouse, Grain.MONTH, WITH_LIBRARY)
        own = models(), 12, 1
        found["month_with_library"] = [hit for id, each in some.items() for hit in hits(company, id, each, *own)]
    return found


def series_of(workspace: Workspace, warehouse: Warehouse, grain: Grain, ids: Sequence[str] = ()) -> dict[str, Series]:
    """The series of KPIs that say anything; of all without ids."""
    known = periods_known(workspace.rules.calendar, warehouse.load.as_of, grain)
    kpis = [kpi for kpi in workspace.catalogue.kpis if not kpi.always_by and (kpi.id in ids or not ids)]
    found = measured(warehouse, workspace.rules, kpis, known)
    pasts = [history(found, kpi, known, workspace.rules, AHEAD) for kpi in kpis]
    return {past.kpi.id: past.series for past in pasts if past and varies(past.series)}


def varies(series: Series) -> bool:
    """Whether a series says anything: long enough, and not the same value over and over."""
    known = series.values[~np.isnan(series.values)]
    return len(known) > needed(AHEAD) and len(np.unique(known[-24:])) > 3


def hits(
    company: str, of: str, series: Series, using: dict[str, Model], newest: int, apart: int, ahead: int = AHEAD
) -> Iterator[Hit]:
    """Of every value after the newest origins that is known. Each origin has the backtest that it would have had."""
    n = len(series.values)
    outer = list(range(max(n - newest, needed(ahead)), n))[::apart]
    inner = {at: origins_of(until(series, at), ahead, with_festivals=True) for at in outer}
    asked = sorted({at for origins in inner.values() for at in origins} | set(outer))
    paths = walk(series, ahead, using, asked)
    for at, origins in inner.items():
        if len(origins) >= 8:
            places = [paths.origins.index(origin) for origin in origins]
            for hit in _judged(series, paths, places, paths.origins.index(at)):
                yield Hit(company, of, *hit)


def until(series: Series, at: int) -> Series:
    """What was known of a series after so many periods."""
    return Series(series.values[:at], series.season, series.bound, series.days)


def _judged(
    series: Series, paths: Paths, inner: Sequence[int], place: int
) -> Iterator[tuple[int, float, int, bool, float, float]]:
    """What a :class:`Hit` holds besides the names."""
    at = paths.origins[place]
    then = only(paths, inner)
    ahead = then.seen.shape[1]
    then.seen[np.array(then.origins)[:, None] + np.arange(ahead)[None, :] >= at] = np.nan  # not known yet
    tried = trials(series, then)
    spread = spread_of(errors_of_choosing(then), then) if tried else None
    if spread is None:
        return
    scale = paths.scales[place]
    apart = np.abs(scale.bent(paths.seen[place]) - paths.said[chosen(tried)][place])
    past, lag = scale.bent(series.values[:at]), series.season if at > 2 * series.season else 1
    unit = float(np.nanmean(np.abs(past[lag:] - past[:-lag])))
    for level in LEVELS:
        half = spread.half_width(level, paths.unusual[place])
        for step in np.flatnonzero(~np.isnan(apart)).tolist():
            width, beyond = 2 * half[step] / unit, max(0.0, apart[step] - half[step]) / unit
            period = at + step - len(series.values) + 1
            yield period, level, step, beyond == 0, width, width + 2 / (1 - level) * beyond


def coverage(found: Sequence[Hit]) -> dict[str, Any]:
    """The share inside by level, over all steps and for each, with its standard error (the values of a KPI hang
    together: clusters) and the interval that its companies' periods leave; mean width and score; and the share by
    period where those are few."""
    told: dict[str, Any] = {
        "values": len(found) // len(LEVELS),
        "series": len({(hit.company, hit.of) for hit in found}),
        "periods_of_companies": len({(hit.company, hit.period) for hit in found}),
    }
    periods = sorted({hit.period for hit in found})
    for level in LEVELS:
        of = [hit for hit in found if hit.level == level]
        told[f"{level:.0%}"] = {
            "all": _share(of),
            "standard_error": round(_standard_error(of, lambda hit: (hit.company, hit.of)), 4),
            "interval": _interval(of),
            "by_step": [_share([hit for hit in of if hit.step == step]) for step in range(AHEAD)],
            "mean_width": round(float(np.mean([hit.width for hit in of])), 3),
            "mean_score": round(float(np.mean([hit.score for hit in of])), 3),
        }
        if len(periods) <= 4:
            by_period = {str(period): _share([hit for hit in of if hit.period == period]) for period in periods}
            told[f"{level:.0%}"]["by_period"] = by_period
    return told


def _share(found: Sequence[Hit]) -> float | None:
    """The share of those inside; None of none."""
    return round(float(np.mean([hit.inside for hit in found])), 4) if found else None


def _standard_error(found: Sequence[Hit], cluster: Callable[[Hit], Hashable]) -> float:
    """Of the share inside, where those of one cluster hang together and clusters do not."""
    mean = float(np.mean([hit.inside for hit in found]))
    apart: dict[Hashable, float] = defaultdict(float)
    for hit in found:
        apart[cluster(hit)] += hit.inside - mean
    few = len(apart) / max(len(apart) - 1, 1)
    return float(np.sqrt(few * sum(each**2 for each in apart.values()))) / len(found)


def _interval(found: Sequence[Hit]) -> list[float] | None:
    """At 95%, of the share inside. What befalls a company in a period befalls many of its KPIs at once, so that periods
    of companies are what was drawn: Student's t with as many degrees of freedom as there are of them, less one (Cameron
    and Miller 2015). None where there are too few to say anything."""
    clusters = len({(hit.company, hit.period) for hit in found})
    if clusters < FEWEST_CLUSTERS:
        return None
    mean = float(np.mean([hit.inside for hit in found]))
    error = _standard_error(found, lambda hit: (hit.company, hit.period))
    reach = student_t_quantile(0.975, clusters - 1) * error
    return [round(max(mean - reach, 0.0), 4), round(min(mean + reach, 1.0), 4)]


def made_up(kind: str, times: int, seed: int = 1, periods: int = 60, season: int = 12) -> dict[str, Any]:
    """The coverage on made-up series of one kind."""
    rng = np.random.default_rng([seed, [*KINDS, GROWING].index(kind)])
    found: list[Hit] = []
    for place in range(times):
        values, bound = one(kind, rng, periods + AHEAD, season)
        said = forecast(Series(values[:periods], season, bound, Days.none(periods + AHEAD)), AHEAD, OWN)
        unit = float(np.mean(np.abs(values[season:periods] - values[: periods - season])))
        for level, (low, high) in getattr(said, "bounds", {}).items():
            for step in range(AHEAD):
                value, width = values[periods + step], (high[step] - low[step]) / unit
                beyond = max(0.0, low[step] - value, value - high[step]) / unit
                score = width + 2 / (1 - level) * beyond
                found.append(Hit(str(place), str(place), step + 1, level, step, beyond == 0, width, score))
    return coverage(found)


def one(kind: str, rng: np.random.Generator, n: int, season: int = 12) -> tuple[Floats, Bound]:
    """A series of a kind, and what bounds its values."""
    noise = rng.normal(size=n)
    year = np.sin(2 * np.pi * np.arange(n) / season + rng.uniform(0, 6))
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
        case "growing_share":  # of four times as many in the end
            many = np.round(100 * 4 ** (np.arange(n) / n)).astype(int)
            return rng.binomial(many, 0.2) / many, Bound.SHARE
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
