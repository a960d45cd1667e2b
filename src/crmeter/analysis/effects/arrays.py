"""The numbers a method reads, measured by the engine: units by periods, or one series and those beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.analysis.effects.designs import Design
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain, Period
from crmeter.metrics import Kpi, Request, measure
from crmeter.metrics.dimensions import Filter, parse_filters
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

Floats = NDArray[np.float64]
SEASONS = {Grain.MONTH: 12, Grain.FISCAL_MONTH: 12, Grain.RETAIL_MONTH: 12, Grain.QUARTER: 4, Grain.DAY: 7}


@dataclass(frozen=True)
class Units:
    """Units × periods of the target and of the comparison, with their names; ``left_out`` are units that have no value
    in some period."""

    treated: Floats
    compared: Floats
    treated_names: tuple[str, ...]
    compared_names: tuple[str, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Series:
    """The values of each period, and the outside series (periods × series)."""

    values: Floats
    outside: Floats | None
    outside_names: tuple[str, ...] = ()


def groups(
    warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi, periods: Sequence[Period], *, whole: bool = True
) -> Units:
    """One series for each value of ``by``; not ``whole``: from the first period on from which the target is known.
    UserError where the target has no values."""
    table = _by_group(warehouse, rules, design, kpi, periods)
    if not whole:
        first = max((_known_from(table[name]) for name in design.target if name in table), default=0)
        table = {name: values[first:] for name, values in table.items()}
        periods = periods[first:]
    unknown = [name for name in (*design.target, *design.comparison) if name not in table]
    if unknown:
        raise UserError.of(
            t("{name} has no value “{value}” in these periods.", name=design.by, value=", ".join(unknown)),
            next=t("It has: {names}.", names=", ".join(table)),
        )
    compared = design.comparison or tuple(name for name in table if name not in design.target)
    gaps = tuple(name for name in compared if None in table[name])
    broken = [name for name in design.target if None in table[name]]
    if broken:
        raise UserError.of(
            t("{kpi} of {names} is undefined in some period.", kpi=kpi.id, names=", ".join(broken)),
            t("A gap in the target group is no zero."),
            t("Choose longer periods or another KPI."),
        )
    kept = tuple(name for name in compared if name not in gaps)
    rows = [np.array([table[name] for name in names], dtype=float) for names in (design.target, kept)]
    return Units(rows[0], rows[1].reshape(-1, len(periods)), design.target, kept, gaps)


def _by_group(
    warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi, periods: Sequence[Period]
) -> dict[str, list[float | None]]:
    names = (design.by or "",)
    found = measure(warehouse, rules, Request([kpi], periods, (names,), parse_filters(design.where)))
    seen = [{group[0] for group in found.groups(kpi, period, names)} for period in periods]
    every = sorted({name for present in seen for name in present if name is not None})
    nothing = 0.0 if kpi.formula_is_sum else None  # a group of which nothing counts adds nothing
    return {
        name: [
            found.value(kpi, period, names, (name,)).value if name in present else nothing
            for period, present in zip(periods, seen, strict=True)
        ]
        for name in every
    }


def series(
    warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi, periods: Sequence[Period], *, whole: bool = True
) -> Series:
    """The KPI of all or of the target, and that of each value of the comparison beside it; not ``whole``: from the
    first period on from which it is known. UserError where it has a gap."""
    own = _values(warehouse, rules, design, kpi, periods, design.target)
    if not whole:
        first = _known_from(own)
        own, periods = own[first:], periods[first:]
    undefined = [period for period, value in zip(periods, own, strict=True) if value is None]
    if undefined:
        raise UserError.of(
            t("{kpi} is undefined in {period}.", kpi=kpi.id, period=rules.calendar.name(undefined[0])),
            t("A gap in the series is no zero."),
            t("Begin the window before later, or choose longer periods."),
        )
    outside = {name: _values(warehouse, rules, design, kpi, periods, (name,)) for name in design.comparison}
    known = {name: values for name, values in outside.items() if None not in values}
    table = np.array(list(known.values()), dtype=float).T if known else None
    return Series(np.array(own, dtype=float), table, tuple(known))


def _values(
    warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi, periods: Sequence[Period], among: Sequence[str]
) -> list[float | None]:
    filters = list(parse_filters(design.where))
    if among and design.by:
        filters.append(Filter(design.by, tuple(among)))
    found = measure(warehouse, rules, Request([kpi], periods, ((),), filters))
    return [found.value(kpi, period).value for period in periods]


def _known_from(values: Sequence[float | None]) -> int:
    """The place from which on all values are known."""
    return max((place + 1 for place, value in enumerate(values) if value is None), default=0)


def season_of(design: Design) -> int:
    """How many periods of the design make a cycle; 0 where none is looked for (weeks: a year of 52 is too long)."""
    return SEASONS.get(design.grain, 0)
