"""As reported and as known now: why a sealed value is another today."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from crmeter.kernel.period import Grain, Period
from crmeter.metrics import Kpi, Request, measure
from crmeter.metrics.dimensions import parse_filters
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.past import Change


class Cause(StrEnum):
    """Why a value is another now, in the order in which they are told."""

    DEFINITION = "definition"  # what is counted: the KPI itself, and the settings that change numbers
    LATE = "late"
    CORRECTED = "corrected"
    MERGED = "merged"
    DELETED = "deleted"
    ERASED = "erased"  # what told who somebody was is gone, also from what was known then
    CURRENCY = "currency"
    CALENDAR = "calendar"
    TIME = "time"  # the data reach further: a period is over, a loss is seen


@dataclass(frozen=True)
class Stage:
    """What is known when a cause has been taken into account: rows, rules and how far the data reach."""

    cause: Cause
    changes: frozenset[Change]
    rules: Rules
    as_of: date


Open = Callable[[Stage], AbstractContextManager[Warehouse]]


@dataclass(frozen=True)
class Changed:
    """One KPI: what was reported, what is known now, and the part of each cause; all parts make the difference."""

    kpi: str
    then: float | None
    now: float | None
    parts: Mapping[Cause, float]

    def as_json(self) -> dict[str, Any]:
        """Plain values; causes that changed nothing are left out."""
        return {"kpi": self.kpi, "then": self.then, "now": self.now, "parts": dict(self.parts)}


def stages(then: tuple[Rules, date], now: tuple[Rules, date], *, erased: bool = False) -> Iterator[Stage]:
    """The way from the rules and the horizon of then to those of now, one cause after the other.

    It begins with what today's definition makes of the rows of then, as far as they can still be shown. ``erased``
    says that they cannot, as far as the values are concerned; a definition that changed besides cannot be told apart.
    """
    rules, as_of = then
    known: frozenset[Change] = frozenset()
    yield Stage(Cause.ERASED if erased else Cause.DEFINITION, known, rules, as_of)
    for cause, change in (
        (Cause.LATE, Change.LATE),
        (Cause.CORRECTED, Change.CORRECTED),
        (Cause.MERGED, Change.MERGED),
        (Cause.DELETED, Change.DELETED),
    ):
        known |= {change}
        yield Stage(cause, known, rules, as_of)
    known, rules = known | {Change.RATES}, replace(rules, currency=now[0].currency)
    yield Stage(Cause.CURRENCY, known, rules, as_of)
    days = {name: getattr(now[0], name) for name in ("calendar", "working", "timezone")}
    known, rules = known | {Change.CALENDAR}, replace(rules, **days)
    yield Stage(Cause.CALENDAR, known, rules, as_of)
    yield Stage(Cause.DEFINITION, known, now[0], as_of)  # the other settings
    yield Stage(Cause.TIME, known, *now)


def changes_since(
    document: Mapping[str, Any], way: Sequence[Stage], open_stage: Open, kpis: Sequence[Kpi]
) -> list[Changed]:
    """What became of the values of a sealed evaluation, of those of its KPIs that there still are.

    Each stage is measured; the difference to the stage before is the part of its cause. Where a value is undefined on
    the way, the part falls to the cause by which it is defined again.
    """
    sealed = {told["kpi"]: told["value"]["value"] for told in document["kpis"]}
    chosen = [kpi for kpi in kpis if kpi.id in sealed]
    told = document["period"]
    period = Period(date.fromisoformat(told["start"]), date.fromisoformat(told["end"]), Grain(told["grain"]))
    request = Request(chosen, [period], filters=parse_filters(document["scope"]))
    path: dict[str, list[tuple[Cause, float | None]]] = {kpi.id: [] for kpi in chosen}
    before: Stage | None = None
    found: dict[str, float | None] = {}
    for stage in way:
        if before is None or replace(before, cause=stage.cause) != stage:
            with open_stage(stage) as warehouse:
                measured = measure(warehouse, stage.rules, request)
                found = {kpi.id: measured.value(kpi, period).value for kpi in chosen}
        for kpi in chosen:
            path[kpi.id].append((stage.cause, found[kpi.id]))
        before = stage
    return [_changed(kpi.id, sealed[kpi.id], path[kpi.id]) for kpi in chosen]


def _changed(kpi: str, then: float | None, path: Sequence[tuple[Cause, float | None]]) -> Changed:
    parts: dict[Cause, Fraction] = {}
    last = then
    for cause, value in path:
        if value is None:
            continue
        if last is not None and value != last:
            parts[cause] = parts.get(cause, Fraction(0)) + Fraction(value) - Fraction(last)
        last = value
    now = path[-1][1]
    summed = {} if then is None or now is None else {c: float(parts[c]) for c in Cause if parts.get(c)}
    return Changed(kpi, then, now, summed)
