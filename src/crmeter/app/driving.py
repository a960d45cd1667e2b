"""Why a KPI changed: its factors, the mix of its groups, and the segments that explain most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from crmeter.analysis.drivers.factors import Factor, factors
from crmeter.analysis.drivers.segments import segments, sums
from crmeter.analysis.drivers.splits import split
from crmeter.analysis.drivers.traced import traced
from crmeter.analysis.drivers.tree import Node, tree_of
from crmeter.app import cataloguing
from crmeter.app.cataloguing import Catalogue
from crmeter.app.measuring import believed, the_period
from crmeter.app.settings import Workspace
from crmeter.evaluation.explaining import dimensions_of
from crmeter.evaluation.segments import segments as judged_segments
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Period
from crmeter.metrics import Kpi, Measurement, Request, Value, measure
from crmeter.metrics.averages import Mean, Quantile, ScaleMean
from crmeter.metrics.dimensions import Condition, Dimension, Filter, parse_filters, resolve, splits
from crmeter.metrics.formulas import Share
from crmeter.model.rules import Rules
from crmeter.reports import words
from crmeter.warehouse.duck import Warehouse

PREVIOUS, YEAR = "previous", "year"
NOISE = 0.05


def drivers(
    workspace: Workspace,
    id: str,
    *,
    period: str | None = None,
    start: date | None = None,
    end: date | None = None,
    against: str = PREVIOUS,
    by: Sequence[str] = (),
    where: Sequence[str] = (),
) -> dict[str, Any]:
    """What made a KPI change, as plain values. Without dimensions in ``by`` all of customers are searched, and the
    change is split by the one that explains most. UserError where a value is undefined or names are wrong."""
    [kpi] = workspace.catalogue.chosen([id])
    rules = workspace.rules
    with believed(workspace) as warehouse:
        now = the_period(rules, warehouse.load.as_of, period, start, end)
        base = the_base(rules, now, against, warehouse.load.as_of)
        filters = parse_filters(where)
        for name in by:
            resolve(name, kpi, warehouse.tables)
        told = _told(warehouse, rules, kpi, now, base, filters)
        searched = _searched(warehouse, rules, kpi, now, base, filters, by, told["change"])
        names = list(by) or [n for s in searched["segments"][:1] for n in s["by"]][:1]
        slices = [(name,) for name in names]
        found = measure(warehouse, rules, Request([kpi], [now, base], [(), *slices], filters))
        split_by = [split(found, kpi, now, base, names, told["change"]).as_json(told["change"]) for names in slices]
        calendar = rules.calendar
        return {
            "kpi": kpi.id,
            "name": cataloguing.name(kpi.id, workspace.catalogue),
            "unit": str(kpi.unit),
            "currency": rules.currency,
            "better": str(kpi.direction(rules)),
            "period": _period(calendar.name(now), now),
            "base": _period(calendar.name(base), base),
            "where": [str(f) for f in filters],
            "by": list(by),
            **told,
            "factors": [_named(each, workspace.catalogue) for each in told["factors"]],
            "splits": split_by,
            **searched,
        }


def _named(factor: dict[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """A factor that is a KPI under the KPI's own name."""
    name = cataloguing.name(factor["kpi"], catalogue) if factor["kpi"] else factor["name"]
    return {**factor, "name": name, "children": [_named(child, catalogue) for child in factor["children"]]}


def the_base(rules: Rules, now: Period, against: str, as_of: date) -> Period:
    """The period that ``against`` means; of one in progress as much as has passed."""
    calendar = rules.calendar
    known = {PREVIOUS: calendar.previous, YEAR: calendar.year_before}
    base = known[against](now) if against in known else calendar.parse(against, as_of)
    if base == now:
        raise UserError.of(t("A period cannot be compared with itself."), next=t("Name another with --against."))
    return calendar.elapsed_match(now, base, as_of)


def _period(name: str, period: Period) -> dict[str, str]:
    return {"name": name, "start": str(period.start), "end": str(period.end)}


def _told(
    warehouse: Warehouse, rules: Rules, kpi: Kpi, now: Period, base: Period, filters: Sequence[Filter]
) -> dict[str, Any]:
    """Both values, the change with its noise, and its factors."""
    tree = tree_of(kpi)
    own = traced(kpi, tree)
    found = measure(warehouse, rules, Request([own], [now, base], filters=filters, pairs=[(now, base)]))
    values = found.value(own, base), found.value(own, now)
    _ensure_defined(rules, values, (base, now))
    before, after = values
    assert before.value is not None and after.value is not None
    change = after.value - before.value
    difference = found.difference(own, now, base)
    made = _factors(found, own, tree, now, base, (before.value, after.value))
    return {
        "before": before.as_json(),
        "now": after.as_json(),
        "change": change,
        "low": difference and difference.low,
        "high": difference and difference.high,
        "p": difference and difference.p,
        "beyond_noise": None if difference is None or difference.p is None else difference.p < NOISE,
        "factors": [child.as_json(change) for child in made.children] if made else [],
        "method": {"factors": "shapley", "mix": "midpoint"},
    }


def _ensure_defined(rules: Rules, values: Sequence[Value], periods: Sequence[Period]) -> None:
    for value, period in zip(values, periods, strict=True):
        if value.value is None:
            raise UserError.of(
                t("{kpi} is undefined in {period}: {reason}.", kpi=value.kpi, period=rules.calendar.name(period),
                  reason=words.reason(value.reason)),
                t("Only a change between two values can be explained."),
                t("Choose another period, or another to compare with (--against)."),
            )  # fmt: skip


def _factors(
    found: Measurement, kpi: Kpi, tree: Node | None, now: Period, base: Period, values: tuple[float, float]
) -> Factor | None:
    if tree is None or any(found.out_of_reach(kpi, period) for period in (now, base)):
        return None
    return factors(tree, found.view(kpi, base), found.view(kpi, now), values)


def _searched(
    warehouse: Warehouse,
    rules: Rules,
    kpi: Kpi,
    now: Period,
    base: Period,
    filters: Sequence[Filter],
    by: Sequence[str],
    change: float,
) -> dict[str, Any]:
    """The segments that stand out, and how they were searched: by customers where the KPI adds up over them, else by
    the values of the groups (Benjamini and Hochberg)."""
    conditions = [Condition(resolve(f.name, kpi, warehouse.tables), f.values, f.among) for f in filters]
    names = list(by) or dimensions_of(kpi, warehouse)
    dimensions = [d for name in names if (d := _of_customers(name, kpi, warehouse))]
    how: dict[str, Any]
    own = sums(warehouse, rules, kpi, now, base, conditions) if dimensions else None
    if own is not None and len(own.ids):
        result = segments(warehouse, rules, own, dimensions, change)
        told = [s.as_json(change) for s in result.segments]
        how = {"method": "permutation", "dimensions": list(result.dimensions), "looked_at": result.looked_at,
               "rounds": result.rounds, "nobody": result.nobody}  # fmt: skip
        return {"segments": told, "searched": how}
    how = {"method": "none", "dimensions": [], "looked_at": 0, "rounds": 0, "nobody": 0.0}
    if not isinstance(kpi.formula, Quantile | Share | Mean | ScaleMean):
        # what is noise of its groups is not known well enough: its factors can be searched
        return {"segments": [], "searched": how}
    slices: list[tuple[str, ...]] = [(name,) for name in names]
    found = measure(warehouse, rules, Request([kpi], [now, base], [(), *slices], filters))
    judged = [s for s in judged_segments(found, kpi, now, base, slices) if s.beyond_noise]
    told = [_of_groups(s.as_json(change)) for s in judged]
    how |= {"method": "benjamini_hochberg", "dimensions": names, "looked_at": None}
    return {"segments": told, "searched": how}


def _of_groups(segment: dict[str, Any]) -> dict[str, Any]:
    """A segment judged by the values of its group, in the form of one found by customers."""
    return {
        "by": segment["by"],
        "customers": None,
        "before": segment["before"]["value"],
        "now": segment["now"]["value"],
        "part": segment["contribution"] if segment["exact"] else None,
        "excess": None,
        "share_of_change": segment["share_of_change"] if segment["exact"] else None,
        "p": segment["p"],
    }


def _of_customers(name: str, kpi: Kpi, warehouse: Warehouse) -> Dimension | None:
    """A dimension as an attribute of customers; None where it is one of rows."""
    if not splits(name, kpi, warehouse.tables):
        return None
    found = resolve(name, kpi, warehouse.tables)
    return None if found.own else found
