"""How two KPIs go together: of customers (bare, partial, by group, and per point), of segments, over periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from crmeter.analysis.correlation.pairs import Pairs
from crmeter.kernel.period import Period
from crmeter.metrics import Kpi, Request, measure
from crmeter.metrics.dimensions import Filter
from crmeter.model.rules import Rules
from crmeter.stats.correlation import Correlation, Floats, Slope, correlation, slope
from crmeter.stats.intervals import mean_t, wilson
from crmeter.stats.multiple import adjusted_p
from crmeter.warehouse.duck import Warehouse

BINS = 5  # of a KPI with many values, in the picture of customers
DISTINCT = 11  # up to so many values stand each for itself
FEWEST_POINTS = 8  # of segments or periods
MOST_GROUPS = 40


@dataclass(frozen=True)
class OfCustomers:
    """The correlation of customers: ``bare``, with controls held alike (``partial``), by group, and what one point of x
    goes with in y, bare and adjusted. ``bins`` are the means of y by x."""

    bare: Correlation | None
    partial: Correlation | None
    groups: tuple[tuple[str | None, int, Correlation | None, float | None], ...]
    point: Slope | None
    adjusted_point: Slope | None
    bins: tuple[Mapping[str, Any], ...]


def of_customers(pairs: Pairs) -> OfCustomers:
    """Correlate the customers of ``pairs``."""
    held = _varying(pairs.controls)
    has_controls = held.shape[1] > 0
    return OfCustomers(
        correlation(pairs.x, pairs.y),
        correlation(pairs.x, pairs.y, held) if has_controls else None,
        _by_group(pairs),
        slope(pairs.x, pairs.y),
        slope(pairs.x, pairs.y, held) if has_controls else None,
        bins(pairs.x, pairs.y),
    )


def _varying(controls: Floats) -> Floats:
    return controls[:, controls.std(axis=0) > 0] if controls.size else controls


def _by_group(pairs: Pairs) -> tuple[tuple[str | None, int, Correlation | None, float | None], ...]:
    """The correlation within each group, with p corrected for all of them."""
    members = sorted(set(pairs.groups), key=lambda m: (m is None, m or ""))
    if len(members) > MOST_GROUPS:
        members = []
    own = np.array([members.index(m) if m in members else -1 for m in pairs.groups])
    found = [correlation(pairs.x[own == i], pairs.y[own == i], bootstrap=False) for i in range(len(members))]
    corrected = adjusted_p([each.p if each else None for each in found])
    return tuple(
        (member, int((own == i).sum()), each, q)
        for i, (member, each, q) in enumerate(zip(members, found, corrected, strict=True))
    )


def bins(x: Floats, y: Floats) -> tuple[Mapping[str, Any], ...]:
    """The mean of y, with its interval, where x is the same: of few values each, of many in bins of equal number."""
    values = np.unique(x)
    if len(values) > DISTINCT:
        edges = np.unique(np.quantile(x, np.linspace(0, 1, BINS + 1)))
        own = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(edges) - 2)
        parts = [(own == i) for i in range(len(edges) - 1)]
    else:
        parts = [x == value for value in values]
    yes_or_no = bool(np.isin(y, (0.0, 1.0)).all())
    return tuple(_bin(x[part], y[part], yes_or_no) for part in parts if part.any())


def _bin(x: Floats, y: Floats, yes_or_no: bool) -> dict[str, Any]:
    n, total = len(y), float(y.sum())
    bounds = wilson(total, n) if yes_or_no else mean_t(n, total, float(y @ y))
    low, high = bounds or (None, None)
    return {"low_x": float(x.min()), "high_x": float(x.max()), "n": n, "mean": total / n, "low": low, "high": high}


def of_segments(
    warehouse: Warehouse,
    rules: Rules,
    kpis: tuple[Kpi, Kpi],
    periods: tuple[Period, Period],
    by: str,
    filters: Sequence[Filter] = (),
) -> list[tuple[str | None, float, float]]:
    """The two values of each segment that has both."""
    found = measure(warehouse, rules, Request(kpis, list(dict.fromkeys(periods)), ((by,),), filters))
    values = [
        {group[0]: found.value(kpi, period, (by,), group).value for group in found.groups(kpi, period, (by,))}
        for kpi, period in zip(kpis, periods, strict=True)
    ]
    both = [(member, values[0][member], values[1].get(member)) for member in values[0]]
    return [(member, x, y) for member, x, y in both if x is not None and y is not None]


def of_periods(
    warehouse: Warehouse,
    rules: Rules,
    kpis: tuple[Kpi, Kpi],
    periods: Sequence[tuple[Period, Period]],
    filters: Sequence[Filter] = (),
) -> list[tuple[str, float, float]]:
    """The values of both KPIs in each pair of periods (of x, and of y, which may lie later), the oldest first."""
    every = list(dict.fromkeys(period for pair in periods for period in pair))
    found = measure(warehouse, rules, Request(kpis, every, filters=filters))
    points = []
    for first, later in periods:
        x, y = found.value(kpis[0], first).value, found.value(kpis[1], later).value
        if x is not None and y is not None:
            points.append((rules.calendar.name(first), x, y))
    return points


def of_points(x: Sequence[float], y: Sequence[float], *, in_order: bool) -> Correlation | None:
    """The correlation of segments, or of periods (``in_order``); None where there are fewer than FEWEST_POINTS."""
    if len(x) < FEWEST_POINTS:
        return None
    sides = np.array(x, np.float64), np.array(y, np.float64)
    return correlation(*sides, bootstrap=False, fewest=FEWEST_POINTS, in_order=in_order)


def changes(values: Sequence[float]) -> list[float]:
    """From each value to the next: two KPIs that both grow are no news, two whose changes go together may be."""
    return [b - a for a, b in pairwise(values)]
