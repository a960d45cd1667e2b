"""Where a number may come from: the variants of a KPI under other populations, calendars, rules and rates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Period, add_months, months_between
from crmeter.metrics import Kpi, Measurement, Request, measure
from crmeter.metrics.dimensions import Filter, splits
from crmeter.metrics.request import CURRENCY
from crmeter.model.populations.population import Rates
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

INACTIVITY_DAYS = (30, 60, 90, 120, 180, 365, 730)  # that other systems count by
NEAREST = 5
MOST = 12  # hits that are told: the more is tried, the more come to a number by chance


@dataclass(frozen=True)
class Wanted:
    """A number as somebody wrote it, and how far a value may be from it to be written so."""

    number: float
    tolerance: float

    def holds(self, value: float) -> bool:
        return abs(value - self.number) <= self.tolerance * (1 + 1e-9)


def wanted(written: str) -> Wanted:
    """``0.917`` stands for 0.9165 to 0.9175, ``91.7%`` for the same; UserError for what is no number.

    >>> wanted("91.7%")
    Wanted(number=0.917, tolerance=0.0005)
    """
    match = re.fullmatch(r"\s*(-?)(\d[\d,_ ]*)(?:\.(\d+))?\s*([%％]?)\s*", written)
    if not match:
        raise UserError.of(
            t("“{number}” is no number.", number=written), next=t("Write it like 0.917, 91.7% or 1,234,567.")
        )
    sign, whole, decimals, percent = match.groups()
    places = len(decimals or "") + (2 if percent else 0)
    digits = float(f"{sign}{re.sub(r'[,_ ]', '', whole)}.{decimals or 0}")
    return Wanted(round(digits / (100 if percent else 1), places + 2), round(0.5 * 10**-places, places + 2))


@dataclass(frozen=True)
class Candidate:
    """A way to count and what it comes to. ``because`` says what is other than in the workspace, nothing if all is."""

    kpi: str
    value: float
    because: tuple[str, ...] = ()


Recount = Callable[[Rules], AbstractContextManager[Warehouse]]


def candidates(
    warehouse: Warehouse, recount: Recount, rules: Rules, kpis: Sequence[Kpi], period: Period, dimensions: Sequence[str]
) -> Iterator[Candidate]:
    """Every way to count ``kpis`` that is looked at, the nearest to the workspace's own first.

    ``recount`` opens the same data counted by other rules; ``dimensions`` are looked through for populations.
    """
    yield from _measured(warehouse, rules, Request(kpis, [period]))
    others = dict(_calendars(rules, period))
    found = measure(warehouse, rules, Request(kpis, list(others.values())))
    for because, other in others.items():
        yield from _candidates(found, kpis, other, because)
    yield from _populations(warehouse, rules, kpis, period, dimensions)
    yield from _currencies(warehouse, rules, kpis, period)
    if warehouse.sells_without_contract:
        for days in INACTIVITY_DAYS:
            if days != rules.inactivity_days:
                with recount(replace(rules, inactivity_days=days)) as other_rules:
                    because = t("with {days} days of inactivity", days=days)
                    yield from _measured(
                        other_rules, replace(rules, inactivity_days=days), Request(kpis, [period]), because
                    )


def _measured(warehouse: Warehouse, rules: Rules, request: Request, *because: str) -> Iterator[Candidate]:
    yield from _candidates(measure(warehouse, rules, request), request.kpis, request.periods[0], *because)


def _candidates(found: Measurement, kpis: Sequence[Kpi], period: Period, *because: str) -> Iterator[Candidate]:
    for kpi in kpis:
        value = found.value(kpi, period).value
        if value is not None:
            yield Candidate(kpi.id, value, because)


def _calendars(rules: Rules, period: Period) -> Iterator[tuple[str, Period]]:
    """Periods that somebody else may mean, or count by mistake."""
    calendar, day = rules.calendar, timedelta(days=1)
    yield t("over the period before"), calendar.previous(period)
    yield t("over the same period a year before"), calendar.year_before(period)
    yield t("with the day after the period"), Period(period.start, period.end + day)
    if period.days > 1:
        yield t("without the last day of the period"), Period(period.start, period.end - day)
    yield t("over the 365 days to the end of the period"), Period(period.end - 365 * day, period.end)
    if months_between(period):
        for months in (-2, -1, 1, 2):
            shifted = Period(add_months(period.start, months), add_months(period.end, months))
            yield t("from {start} to {end}", start=shifted.start, end=shifted.last_day), shifted


def _populations(
    warehouse: Warehouse, rules: Rules, kpis: Sequence[Kpi], period: Period, dimensions: Sequence[str]
) -> Iterator[Candidate]:
    """Only one group of a dimension."""
    for kpi in kpis:
        slices = [(name,) for name in dimensions if splits(name, kpi, warehouse.tables)]
        if not slices:
            continue
        found = measure(warehouse, rules, Request([kpi], [period], slices))
        for names in slices:
            for group in found.groups(kpi, period, names):
                value = found.value(kpi, period, names, group).value
                if value is not None:
                    yield Candidate(
                        kpi.id, value, (t("only where {condition}", condition=str(Filter(names[0], group))),)
                    )


def _currencies(warehouse: Warehouse, rules: Rules, kpis: Sequence[Kpi], period: Period) -> Iterator[Candidate]:
    """Other rates: constant ones, none at all, and amounts of all currencies added as if they were one."""
    priced = [kpi for kpi in kpis if kpi.left_out]
    if not priced:
        return
    for day in (period.start, period.last_day):
        because = t("at the exchange rates of {day}", day=day)
        yield from _measured(warehouse, rules, Request(priced, [period], rates=day), because)
    careless = [replace(kpi, left_out=None) for kpi in priced]
    because = t("adding amounts of all currencies as they are")
    yield from _measured(warehouse, rules, Request(careless, [period], rates=Rates.ORIGINAL), because)
    for kpi in priced:
        try:
            found = measure(warehouse, rules, Request([kpi], [period], [(CURRENCY,)], rates=Rates.ORIGINAL))
        except UserError:
            continue
        value = found.value(kpi, period, (CURRENCY,), (rules.currency,)).value
        if value is not None:
            yield Candidate(kpi.id, value, (t("counting only amounts in {currency}", currency=rules.currency),))


def search(found: Iterator[Candidate], number: Wanted) -> tuple[list[Candidate], list[Candidate]]:
    """Those that come to the number, and where there are none the nearest."""
    every = list(found)
    hits = [c for c in every if number.holds(c.value)]
    nearest = [] if hits else sorted(every, key=lambda c: abs(c.value - number.number))[:NEAREST]
    return sorted(hits, key=lambda c: (len(c.because), abs(c.value - number.number)))[:MOST], nearest
