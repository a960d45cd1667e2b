"""What is asked of every engine, and how its answers are compared with DuckDB's."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import astuple
from datetime import date
from typing import Any

from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Kpi, Measurement, Request
from crmeter.metrics.dimensions import parse_filters, splits
from crmeter.model.derivations import DERIVATIONS
from crmeter.warehouse.duck import Warehouse
from tests.world.engine_places import COUNTED

STRETCHES = (
    (Grain.YEAR, date(2024, 1, 1), date(2026, 1, 1)),
    (Grain.HALF, date(2024, 7, 1), date(2026, 1, 1)),
    (Grain.QUARTER, date(2025, 1, 1), date(2026, 1, 1)),
    (Grain.MONTH, date(2025, 8, 1), date(2026, 2, 1)),  # the last is not over
    (Grain.WEEK, date(2025, 8, 4), date(2025, 8, 18)),
    (Grain.DAY, date(2025, 8, 1), date(2025, 8, 5)),
)
PERIODS = [p for grain, start, end in STRETCHES for p in COUNTED.calendar.split(start, end, grain)]
SECOND, THIRD = (Period(date(2025, m, 1), date(2025, m + 3, 1), Grain.QUARTER) for m in (4, 7))


def requests_of_all(here: Warehouse) -> list[Request]:
    """The whole catalogue over all grains, in total and by segment, and some of it by what customers are."""
    split: dict[tuple[tuple[str, ...], ...], list[Kpi]] = defaultdict(list)
    for kpi in CATALOGUE:
        by_segment = splits("customer.segment", kpi, here.tables)
        split[(kpi.always_by, *([(*kpi.always_by, "customer.segment")] if by_segment else []))].append(kpi)
    asked = [Request(kpis, PERIODS, slices, pairs=((THIRD, SECOND),)) for slices, kpis in split.items()]
    some = [kpi for kpi in CATALOGUE if kpi.id in ("revenue", "retention_rate.cohort", "repeat_purchase_rate")]
    for by in ("customer.cohort", "customer.tier", "customer.rfm", "customer.campaign"):
        asked.append(Request(some, [SECOND, THIRD], ((by,),)))
    asked.append(Request(some, [THIRD], ((), ("customer.segment",)), parse_filters(["customer.segment = 'basic'"])))
    return asked


def near(one: Any, two: Any) -> bool:
    """The same; of numbers nine digits."""
    if isinstance(one, float) and isinstance(two, float):
        return math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-9)
    return type(one) is type(two) and bool(one == two)


def differing(one: Measurement, two: Measurement, request: Request) -> tuple[list[Any], int]:
    """The values and differences that are not the same, and how many values are defined."""
    found: list[Any] = []
    defined = 0
    for kpi in request.kpis:
        for period in request.periods:
            for names in request.slices:
                groups = one.groups(kpi, period, names)
                if groups != two.groups(kpi, period, names):
                    found.append((kpi.id, period, groups, two.groups(kpi, period, names)))
                    continue
                for group in groups:
                    a, b = (each.value(kpi, period, names, group) for each in (one, two))
                    defined += a.value is not None
                    if not all(map(near, a, b)):
                        found.append((a, b))
    for now, base in request.pairs:
        for kpi in request.kpis:
            for names in request.slices:
                for group in one.groups(kpi, now, names):
                    a, b = (each.difference(kpi, now, base, names, group) for each in (one, two))
                    if (a is None) != (b is None) or (a and b and not all(map(near, astuple(a), astuple(b)))):
                        found.append((kpi.id, now, base, a, b))
    return found, defined


def same_derived(one: Warehouse, two: Warehouse) -> bool:
    for name in ("customer_alias", "rate", "business_day", "spell", "coverage", *DERIVATIONS):
        here, there = (sorted(map(repr, each.rows(each.tables[name]))) for each in (one, two))
        assert here == there, name
        assert here, name
    return one.load.history_start == two.load.history_start
