"""Whether one KPI goes with another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from crmeter.analysis.correlation.pairs import TENURE, is_survey, pairs
from crmeter.analysis.correlation.together import (
    FEWEST_POINTS,
    changes,
    of_customers,
    of_periods,
    of_points,
    of_segments,
)
from crmeter.app import cataloguing
from crmeter.app.measuring import believed, the_period
from crmeter.app.settings import Workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Period
from crmeter.kpis.customers.customers import customers_end
from crmeter.metrics import Kpi, Request, measure
from crmeter.metrics.dimensions import resolve
from crmeter.model.rules import Rules
from crmeter.stats.correlation import Correlation, Slope
from crmeter.warehouse.duck import Warehouse

CUSTOMER, SEGMENT, PERIOD = "customer", "segment", "period"
CONTROLS = (TENURE, "customer.segment")  # unless others are named
SEGMENTS = "customer.segment"
PERIODS = 12  # looked back over, with --level period


def correlate(
    workspace: Workspace,
    ids: tuple[str, str],
    *,
    level: str = CUSTOMER,
    period: str | None = None,
    start: date | None = None,
    end: date | None = None,
    lag: int = 0,
    by: str | None = None,
    controls: Sequence[str] | None = None,
) -> dict[str, Any]:
    """How the first KPI in a period goes with the second ``lag`` periods later, as plain values. UserError where the
    later period is not over, or where a KPI cannot be looked at in this way."""
    kpis = tuple(workspace.catalogue.chosen([id])[0] for id in ids)
    rules = workspace.rules
    with believed(workspace) as warehouse:
        periods = the_periods(rules, warehouse.load.as_of, period, start, end, lag)
        told: dict[str, Any] = {
            "x": _kpi(workspace, kpis[0]),
            "y": _kpi(workspace, kpis[1]),
            "level": level,
            "lag": lag,
            "period": _named(rules, periods[0]),
            "later": _named(rules, periods[1]),
            "currency": rules.currency,
            "survey": is_survey(kpis[0]),
        }
        two = (kpis[0], kpis[1])
        if level == CUSTOMER:
            held = _controls(warehouse, controls)
            return told | _of_customers(warehouse, rules, two, periods, held, by)
        if level == SEGMENT:
            for kpi in two:
                resolve(by or SEGMENTS, kpi, warehouse.tables)
            points = of_segments(warehouse, rules, two, periods, by or SEGMENTS)
            return told | {"by": by or SEGMENTS, **_of_points([(m, x, y) for m, x, y in points], False)}
        earlier = _before(rules, periods[0], lag)
        return told | {"by": None, **_of_points(list(of_periods(warehouse, rules, two, earlier)), True)}


def the_periods(
    rules: Rules, as_of: date, name: str | None, start: date | None, end: date | None, lag: int
) -> tuple[Period, Period]:
    """The period of the first KPI and that of the second, ``lag`` later. Unless a period is named, the newest whose
    later one is over."""
    calendar = rules.calendar
    first = the_period(rules, as_of, name, start, end)
    if name is None and start is None:
        for _ in range(lag):
            first = calendar.previous(first)
    later = first
    for _ in range(lag):
        later = calendar.following(later)
    if later.end > as_of:
        raise UserError.of(
            t("{period} is not over in the data.", period=calendar.name(later)),
            t("What customers did later is not known yet; a part of it would look like leaving."),
            t("Choose an earlier --period, or a smaller --lag."),
        )
    return first, later


def _before(rules: Rules, last: Period, lag: int) -> list[tuple[Period, Period]]:
    """The periods up to ``last``, each with the one ``lag`` later, the oldest first."""
    found = [last]
    for _ in range(PERIODS - 1):
        found.insert(0, rules.calendar.previous(found[0]))
    made = []
    for first in found:
        later = first
        for _ in range(lag):
            later = rules.calendar.following(later)
        made.append((first, later))
    return made


def _kpi(workspace: Workspace, kpi: Kpi) -> dict[str, Any]:
    name = cataloguing.name(kpi.id, workspace.catalogue)
    return {"kpi": kpi.id, "name": name, "unit": str(kpi.unit), "better": str(kpi.direction(workspace.rules))}


def _named(rules: Rules, period: Period) -> dict[str, str]:
    return {"name": rules.calendar.name(period), "start": str(period.start), "end": str(period.end)}


def _controls(warehouse: Warehouse, wanted: Sequence[str] | None) -> list[str]:
    """What is held alike: as named, else the tenure and, where customers have one, the segment."""
    if wanted is not None:
        names = [name for name in wanted if name != "none"]
        for name in names:
            if name != TENURE:
                resolve(name, customers_end, warehouse.tables)
        return names
    customer = warehouse.tables["customer"]
    [(known,)] = warehouse.rows(customer.agg(known=customer.segment.nunique()))
    return [c for c in CONTROLS if c == TENURE or known > 1]


def _of_customers(
    warehouse: Warehouse,
    rules: Rules,
    kpis: tuple[Kpi, Kpi],
    periods: tuple[Period, Period],
    controls: Sequence[str],
    by: str | None,
) -> dict[str, Any]:
    if by:
        resolve(by, customers_end, warehouse.tables)
    found = pairs(warehouse, rules, kpis, periods, controls, by)
    made = of_customers(found)
    if made.bare is None:
        raise UserError.of(
            t("Only {count} customers have both values, or they do not differ.", count=len(found.ids)),
            t("A correlation needs at least 10 customers who differ in both."),
            t("Choose a longer period, or another KPI."),
        )
    there = measure(warehouse, rules, Request([customers_end], [periods[1]])).value(customers_end, periods[1]).value
    everyone = measure(warehouse, rules, Request([customers_end], [periods[0]])).value(customers_end, periods[0]).value
    return {
        "by": by,
        "n": len(found.ids),
        "at_risk": found.at_risk,
        "customers": everyone,
        "customers_later": there,
        "controls": list(controls),
        "bare": _correlation(made.bare),
        "partial": _correlation(made.partial),
        "groups": [{"member": m, "n": n, "q": q, **(_correlation(c) or {})} for m, n, c, q in made.groups],
        "point": {"bare": _slope(made.point), "adjusted": _slope(made.adjusted_point)},
        "bins": [dict(each) for each in made.bins],
    }


def _of_points(points: Sequence[tuple[str | None, float, float]], over_time: bool) -> dict[str, Any]:
    xs, ys = [x for _, x, _ in points], [y for *_, y in points]
    found = of_points(changes(xs), changes(ys), in_order=True) if over_time else of_points(xs, ys, in_order=False)
    return {
        "n": len(xs) - over_time if xs else 0,
        "fewest": FEWEST_POINTS,
        "bare": _correlation(found),
        "points": [{"member": member, "x": x, "y": y} for member, x, y in points],
    }


def _correlation(found: Correlation | None) -> dict[str, Any] | None:
    return None if found is None else {**asdict(found), "bootstrap": found.bootstrap and list(found.bootstrap)}


def _slope(found: Slope | None) -> dict[str, Any] | None:
    return None if found is None else asdict(found)
